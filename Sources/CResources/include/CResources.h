// Files that are part of the program (built-in profiles and schemas, prices, the page), embedded with C23's #embed:
// Swift's own resources need Foundation, and an array literal of this size takes the Swift compiler minutes.
#ifndef CRESOURCES_H
#define CRESOURCES_H
#include <stddef.h>

typedef struct {
  const char *name;  // e.g. profiles/superagent.yaml
  const unsigned char *bytes;
  size_t length;
} CResources_file;

const CResources_file *CResources_files(void);
size_t CResources_count(void);

#endif
