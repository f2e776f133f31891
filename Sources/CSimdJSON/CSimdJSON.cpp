#include "CSimdJSON.h"

#include <simdjson.h>

#include <new>

struct CSimdJSON_parser {
  simdjson::dom::parser parser;
};

static_assert(sizeof(size_t) == 8, "tape indices are 64-bit");

static int32_t category(simdjson::error_code code) {
  switch (code) {
    case simdjson::SUCCESS: return CSIMDJSON_SUCCESS;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC: return CSIMDJSON_CAPACITY;
    case simdjson::DEPTH_ERROR: return CSIMDJSON_DEPTH;
    case simdjson::NUMBER_ERROR: return CSIMDJSON_NUMBER;
    case simdjson::UTF8_ERROR: return CSIMDJSON_UTF8;
    case simdjson::EMPTY: return CSIMDJSON_EMPTY;
    default: return CSIMDJSON_SYNTAX;
  }
}

extern "C" CSimdJSON_parser *CSimdJSON_create(size_t capacity, size_t depth) {
  auto *made = new (std::nothrow) CSimdJSON_parser;
  if (made == nullptr) return nullptr;
  if (made->parser.allocate(capacity, depth) != simdjson::SUCCESS) {
    delete made;
    return nullptr;
  }
  return made;
}

extern "C" void CSimdJSON_destroy(CSimdJSON_parser *parser) { delete parser; }

extern "C" CSimdJSON_result CSimdJSON_parse(CSimdJSON_parser *parser, const uint8_t *bytes, size_t length) {
  auto parsed = parser->parser.parse(bytes, length, false);
  return {parser->parser.doc.tape.get(), parser->parser.doc.string_buf.get(), category(parsed.error())};
}

extern "C" size_t CSimdJSON_padding(void) { return simdjson::SIMDJSON_PADDING; }

extern "C" int32_t CSimdJSON_validate_utf8(const uint8_t *bytes, size_t length) {
  return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length) ? 1 : 0;
}

extern "C" int64_t CSimdJSON_parse_many(const uint8_t *bytes, size_t length, size_t batch) {
  simdjson::dom::parser parser;
  simdjson::dom::document_stream stream;
  if (parser.parse_many(bytes, length, batch).get(stream) != simdjson::SUCCESS) return -1;
  int64_t documents = 0;
  for (auto document : stream) {
    if (document.error() != simdjson::SUCCESS) return -1;
    documents++;
  }
  return documents;
}
