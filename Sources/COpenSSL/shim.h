// OpenSSL 3: SHA-1 of the WebSocket handshake, later TLS. Imported by EventailServer only.
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/err.h>
