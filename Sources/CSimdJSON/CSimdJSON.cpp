#include "CSimdJSON.h"

#include <simdjson.h>

#include <memory>
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

struct CSimdJSON_lines {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  simdjson::dom::document document;
  uint32_t at = 0;  // the next structural character
};

extern "C" CSimdJSON_lines *CSimdJSON_lines_create(size_t capacity, size_t depth) {
  auto *made = new (std::nothrow) CSimdJSON_lines;
  if (made == nullptr) return nullptr;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, depth, made->stages) != simdjson::SUCCESS ||
      made->document.allocate(capacity) != simdjson::SUCCESS) {
    delete made;
    return nullptr;
  }
  return made;
}

extern "C" void CSimdJSON_lines_destroy(CSimdJSON_lines *lines) { delete lines; }

// `regular`: the streaming modes may drop a valid last line behind an unbalanced one. The newline at bytes[length] ends every document that does not
// end by itself: the second stage never finds a string there that the first has not seen closed.
extern "C" int32_t CSimdJSON_lines_start(CSimdJSON_lines *lines, const uint8_t *bytes, size_t length) {
  lines->at = 0;
  if (length > lines->stages->capacity()) return CSIMDJSON_CAPACITY;
  return category(lines->stages->stage1(bytes, length, simdjson::stage1_mode::regular));
}

// A document must begin and end within its line: the second stage knows no lines, takes what follows for more of the same and stops where a value is
// complete.
extern "C" CSimdJSON_result CSimdJSON_lines_next(CSimdJSON_lines *lines, uint32_t start, uint32_t end) {
  auto &stages = *lines->stages;
  const uint32_t *places = stages.structural_indexes.get();
  while (lines->at < stages.n_structural_indexes && places[lines->at] < start) lines->at++;
  if (lines->at >= stages.n_structural_indexes || places[lines->at] >= end) return {nullptr, nullptr, CSIMDJSON_EMPTY};
  stages.next_structural_index = lines->at;
  auto error = stages.stage2_next(lines->document);
  if (error != simdjson::SUCCESS) return {nullptr, nullptr, category(error)};
  uint32_t next = stages.next_structural_index;
  if (places[next - 1] >= end || places[next] < end) return {nullptr, nullptr, CSIMDJSON_SYNTAX};
  lines->at = next;
  return {lines->document.tape.get(), lines->document.string_buf.get(), CSIMDJSON_SUCCESS};
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
