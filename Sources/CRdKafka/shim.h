// librdkafka 2.0.2: Kafka. Imported by EventailKafka, and by the tests' mock cluster.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// A header of a message; a size below zero means that this message has none.
struct CRdKafka_header {
  const char *name;
  const void *value;
  ssize_t size;
};

// rd_kafka_producev is variadic and rd_kafka_produceva takes a union of 72 bytes an argument, which Swift fills slowly. On an error nothing is
// taken over.
static inline rd_kafka_resp_err_t CRdKafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, const void *key, size_t key_size, const void *value, size_t value_size,
    const struct CRdKafka_header *headers, size_t count, int flags, void *token) {
  rd_kafka_headers_t *list = rd_kafka_headers_new(count);
  for (size_t index = 0; index < count; index++)
    if (headers[index].size >= 0)
      rd_kafka_header_add(list, headers[index].name, -1, headers[index].size ? headers[index].value : "", headers[index].size);
  rd_kafka_resp_err_t error = rd_kafka_producev(
      client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_MSGFLAGS(flags),
      RD_KAFKA_V_HEADERS(list), RD_KAFKA_V_OPAQUE(token), RD_KAFKA_V_END);
  if (error) rd_kafka_headers_destroy(list);
  return error;
}
