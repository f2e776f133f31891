// zlib 1.2.13: files that somebody compressed with gzip. Imported by EventailCompression only.
#include <zlib.h>
