// zstd 1.5.4: files that were put aside, by us or by others. Imported by EventailCompression only.
#include <zstd.h>
