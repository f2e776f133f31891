#include "CResources.h"

#define FILE_BYTES(symbol) static const unsigned char symbol[]
#define ENTRY(name, symbol) {name, symbol, sizeof symbol - 1}

// One byte is added behind each, so that an empty file is no empty array.
FILE_BYTES(page_index) = {
#embed "page/index.html" suffix(, )
    0};
FILE_BYTES(prices) = {
#embed "../../Config/prices.yaml" suffix(, )
    0};

static const CResources_file files[] = {
    ENTRY("page/index.html", page_index),
    ENTRY("prices.yaml", prices),
};

const CResources_file *CResources_files(void) { return files; }
size_t CResources_count(void) { return sizeof files / sizeof files[0]; }
