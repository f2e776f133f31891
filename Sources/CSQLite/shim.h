// SQLite 3.40: the state of an instance. Imported by EventailStore only.
#include <sqlite3.h>
