// A C face of simdjson's DOM parser: Swift cannot import the C++ library. It parses one document and hands out
// simdjson's own tape and string buffer (layout: simdjson's doc/tape.md), valid until the next parse.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CSimdJSON_parser CSimdJSON_parser;

typedef struct {
  const uint64_t *tape;
  const uint8_t *strings;
  int32_t error;  // simdjson's error_code; 0 is success
} CSimdJSON_result;

enum {
  CSIMDJSON_SUCCESS = 0,
  CSIMDJSON_CAPACITY,
  CSIMDJSON_DEPTH,
  CSIMDJSON_NUMBER,
  CSIMDJSON_UTF8,
  CSIMDJSON_EMPTY,
  CSIMDJSON_SYNTAX
};

// A parser for documents of at most capacity bytes and depth levels; it grows by itself up to 4 GiB. NULL when memory is out.
CSimdJSON_parser *CSimdJSON_create(size_t capacity, size_t depth);
void CSimdJSON_destroy(CSimdJSON_parser *parser);

// Parses bytes[0..<length]. At least CSimdJSON_padding() bytes behind the end must be readable (their content does not matter).
CSimdJSON_result CSimdJSON_parse(CSimdJSON_parser *parser, const uint8_t *bytes, size_t length);
size_t CSimdJSON_padding(void);

// Many lines at once: simdjson's first stage (what stands where, UTF-8, closed strings) runs over all of them, its second over one after the other.
typedef struct CSimdJSON_lines CSimdJSON_lines;

// For at most capacity bytes of lines. NULL when memory is out.
CSimdJSON_lines *CSimdJSON_lines_create(size_t capacity, size_t depth);
void CSimdJSON_lines_destroy(CSimdJSON_lines *lines);
// Runs the first stage. bytes[length] must be a newline; CSimdJSON_padding() bytes behind it must be readable. Anything but success means that a line
// is bad, nobody knows which: then every line must be parsed by itself.
int32_t CSimdJSON_lines_start(CSimdJSON_lines *lines, const uint8_t *bytes, size_t length);
// Parses the line at bytes[start..<end], which lies behind the one before. Anything but success means that the line must be parsed by itself.
CSimdJSON_result CSimdJSON_lines_next(CSimdJSON_lines *lines, uint32_t start, uint32_t end);

// True when the bytes are valid UTF-8.
int32_t CSimdJSON_validate_utf8(const uint8_t *bytes, size_t length);
// The yardstick of the benchmark: documents parsed by simdjson's own parse_many, or -1 at an error.
int64_t CSimdJSON_parse_many(const uint8_t *bytes, size_t length, size_t batch);

#ifdef __cplusplus
}
#endif
#endif
