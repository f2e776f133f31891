// libyaml 0.2.5: events of a YAML document with line and column. Imported by EventailEvents only.
#include <yaml.h>
