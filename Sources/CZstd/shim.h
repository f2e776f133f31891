// zstd 1.5.4: compressed rotations of the file sink. Imported by EventailSinks only.
#include <zstd.h>
