// http-parser 2.9.4: HTTP/1.1 requests. Imported by EventailServer only.
#include <http_parser.h>
