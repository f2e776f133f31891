// PCRE2 10.42, 8-bit: ECMA-262 patterns of JSON Schema. Imported by EventailJSON only.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
