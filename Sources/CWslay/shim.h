// wslay 1.1.1: WebSocket frames. Imported by EventailServer only.
#include <wslay/wslay.h>
