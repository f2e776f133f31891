#include "CResources.h"

#define FILE_BYTES(symbol) static const unsigned char symbol[]
#define ENTRY(name, symbol) {name, symbol, sizeof symbol - 1}

// One byte is added behind each, so that an empty file is no empty array.
FILE_BYTES(page_index) = {
#embed "page/index.html" suffix(, )
    0};
FILE_BYTES(page_css) = {
#embed "page/page.css" suffix(, )
    0};
FILE_BYTES(page_js) = {
#embed "page/page.js" suffix(, )
    0};
FILE_BYTES(prices) = {
#embed "../../Config/prices.yaml" suffix(, )
    0};
FILE_BYTES(superagent) = {
#embed "profiles/superagent.yaml" suffix(, )
    0};
FILE_BYTES(aladdin) = {
#embed "profiles/aladdin.yaml" suffix(, )
    0};
FILE_BYTES(auren) = {
#embed "profiles/auren.yaml" suffix(, )
    0};
FILE_BYTES(outcome) = {
#embed "profiles/outcome.yaml" suffix(, )
    0};
FILE_BYTES(eremos) = {
#embed "profiles/eremos.yaml" suffix(, )
    0};
FILE_BYTES(claude_code) = {
#embed "profiles/claude-code.yaml" suffix(, )
    0};
FILE_BYTES(codex) = {
#embed "profiles/codex.yaml" suffix(, )
    0};
FILE_BYTES(pi) = {
#embed "profiles/pi.yaml" suffix(, )
    0};
FILE_BYTES(gemini_cli) = {
#embed "profiles/gemini-cli.yaml" suffix(, )
    0};
FILE_BYTES(generic) = {
#embed "profiles/generic.yaml" suffix(, )
    0};
FILE_BYTES(schema_schema) = {
#embed "schemas/schema.json" suffix(, )
    0};
FILE_BYTES(schema_meta_core) = {
#embed "schemas/meta-core.json" suffix(, )
    0};
FILE_BYTES(schema_meta_applicator) = {
#embed "schemas/meta-applicator.json" suffix(, )
    0};
FILE_BYTES(schema_meta_unevaluated) = {
#embed "schemas/meta-unevaluated.json" suffix(, )
    0};
FILE_BYTES(schema_meta_validation) = {
#embed "schemas/meta-validation.json" suffix(, )
    0};
FILE_BYTES(schema_meta_meta_data) = {
#embed "schemas/meta-meta-data.json" suffix(, )
    0};
FILE_BYTES(schema_meta_format_annotation) = {
#embed "schemas/meta-format-annotation.json" suffix(, )
    0};
FILE_BYTES(schema_meta_format_assertion) = {
#embed "schemas/meta-format-assertion.json" suffix(, )
    0};
FILE_BYTES(schema_meta_content) = {
#embed "schemas/meta-content.json" suffix(, )
    0};

// `auto` asks the profiles in this order.
static const CResources_file files[] = {
    ENTRY("page/index.html", page_index),
    ENTRY("page/page.css", page_css),
    ENTRY("page/page.js", page_js),
    ENTRY("prices.yaml", prices),
    ENTRY("profiles/superagent.yaml", superagent),
    ENTRY("profiles/aladdin.yaml", aladdin),
    ENTRY("profiles/auren.yaml", auren),
    ENTRY("profiles/outcome.yaml", outcome),
    ENTRY("profiles/eremos.yaml", eremos),
    ENTRY("profiles/claude-code.yaml", claude_code),
    ENTRY("profiles/codex.yaml", codex),
    ENTRY("profiles/pi.yaml", pi),
    ENTRY("profiles/gemini-cli.yaml", gemini_cli),
    ENTRY("profiles/generic.yaml", generic),
    ENTRY("schemas/schema.json", schema_schema),
    ENTRY("schemas/meta-core.json", schema_meta_core),
    ENTRY("schemas/meta-applicator.json", schema_meta_applicator),
    ENTRY("schemas/meta-unevaluated.json", schema_meta_unevaluated),
    ENTRY("schemas/meta-validation.json", schema_meta_validation),
    ENTRY("schemas/meta-meta-data.json", schema_meta_meta_data),
    ENTRY("schemas/meta-format-annotation.json", schema_meta_format_annotation),
    ENTRY("schemas/meta-format-assertion.json", schema_meta_format_assertion),
    ENTRY("schemas/meta-content.json", schema_meta_content),
};

const CResources_file *CResources_files(void) { return files; }
size_t CResources_count(void) { return sizeof files / sizeof files[0]; }
