// libinotifytools 3.22: watches and events of folders. Imported by EventailTail only.
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
