// hiredis: its reply reader only (read.h). Commands are written by CommandBuffer, bytes are moved by EventailSystem. Imported by EventailRedis only.
#include <hiredis/read.h>
