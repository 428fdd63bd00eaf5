/* SPDX-License-Identifier: MIT */
/*
** base64_decode(), base64_encode() and unwrap(): bytes that are encoded, in either alphabet, with or without
** padding and with line breaks, are decoded to themselves; what is decoded is encoded to the text
** again; and layers of base64 and gzip around a text are all removed.  The CRC of pieces is
** zlib's.
**
** Input: a byte that chooses what is done, and the bytes.
*/
#include "fuzz.h"
#include "mem_test.h"

#include <zlib.h>

#include "base/base64.h"
#include "base/crc.h"
#include "file/unwrap.h"

static void encode(struct text *out, const struct text *in, uint32_t how) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  for (size_t i = 0; i < in->n; i += 3) {
    uint32_t word = 0, have = in->n - i < 3 ? (uint32_t)(in->n - i) : 3;
    for (uint32_t k = 0; k < have; k++) word |= (uint32_t)(unsigned char)in->p[i + k] << (16 - 8 * k);
    for (uint32_t k = 0; k < 4; k++) {
      uint32_t v = word >> (18 - 6 * k) & 63;
      if (k <= have) text_add(out, &letters[(how & 1) && v >= 62 ? v + 2 : v], 1);
      else if (how & 2) text_add(out, "=", 1);
    }
    if ((how & 4) && i % 57 == 54) text_add(out, "\r\n", 2);
  }
}

static void deflate_to(struct text *out, const struct text *in) {
  z_stream z = {0};
  if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  text_deflate(out, &z, in->p, in->n);
}

/* Returns 1 if the text is base64; *out is what it stands for. */
static int decode(const struct text *in, struct text *out) {
  char *copy = copy_of(in->p, in->n, 0);
  unsigned char *room = malloc(base64_room(in->n));
  struct err e = {0};
  size_t n = 7;
  if (!room) abort();
  int ok = !base64_decode(copy, in->n, room, &n, &e);
  PROPERTY(ok || (e.code == ERR_FORMAT && n == 0), "error %d, %zu bytes", e.code, n);
  text_add(out, room, n);
  free(room);
  free(copy);
  return ok;
}

static void check_encoded(const struct text *bytes, uint32_t how) {
  struct text encoded = {0}, back = {0};
  encode(&encoded, bytes, how);
  PROPERTY(decode(&encoded, &back) && text_is(bytes, &back), "%.*s", (int)encoded.n, encoded.p);
  if ((how & 7) == 2) { /* with padding, and as base64_encode() writes it */
    PROPERTY(encoded.n == BASE64_LENGTH(bytes->n), "%zu characters of %zu bytes", encoded.n, bytes->n);
    char *ours = malloc(encoded.n + 1);
    if (!ours) abort();
    base64_encode((const unsigned char *)bytes->p, bytes->n, ours);
    PROPERTY(!memcmp(ours, encoded.n ? encoded.p : "", encoded.n), "%.*s", (int)encoded.n, ours);
    free(ours);
  }
  free(encoded.p);
  free(back.p);
}

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Whatever is decoded: encoded again, it is the text without its white space and padding. */
static void check_decoded(const struct text *text) {
  struct text bytes = {0}, again = {0}, letters = {0};
  if (decode(text, &bytes)) {
    int url = text->n && (memchr(text->p, '-', text->n) || memchr(text->p, '_', text->n));
    for (size_t i = 0; i < text->n; i++)
      if (!is_space(text->p[i]) && text->p[i] != '=') text_add(&letters, &text->p[i], 1);
    encode(&again, &bytes, url ? 1 : 0);
    PROPERTY(text_is(&again, &letters), "%.*s", (int)text->n, text->p);
  }
  free(bytes.p);
  free(again.p);
  free(letters.p);
}

/*
** A text of JSON in layers.  Base64 of base64 is not recognised, so that gzip is always between.
*/
static void check_layers(const struct text *bytes, uint32_t how) {
  struct text layer[UNWRAP_LAYERS + 1] = {{0}};
  struct unwrap u;
  struct unwrapped out;
  struct err e = {0};
  uint32_t n = how >> 4 & 3;
  text_add(&layer[0], "{\"a\":\"", 6);
  for (size_t i = 0; i < bytes->n; i++)
    if (bytes->p[i] >= ' ' && bytes->p[i] != '"' && bytes->p[i] != '\\') text_add(&layer[0], &bytes->p[i], 1);
  text_add(&layer[0], "\"}", 2);
  for (uint32_t i = 0, is_base64 = 0; i < n; i++) {
    is_base64 = !is_base64 && (how >> i & 8);
    if (is_base64) encode(&layer[i + 1], &layer[i], how);
    else deflate_to(&layer[i + 1], &layer[i]);
  }
  char *copy = copy_of(layer[n].p, layer[n].n, 0);
  if (unwrap_init(&u, &e)) abort();
  unwrap_begin(&u, layer[n].n);
  enum err_code rc = unwrap(&u, copy, layer[n].n, UNWRAP_GUESS, &out, &e);
  PROPERTY(!rc && out.n == layer[0].n && !memcmp(out.p, layer[0].p, out.n), "%u layers: %s", n, e.text);
  unwrapped_free(&out);
  unwrap_clear(&u);
  free(copy);
  for (uint32_t i = 0; i <= n; i++) free(layer[i].p);
}

/* Whatever the bytes are, and when nobody can know what comes out. */
static void check_any(const struct text *bytes, uint32_t how) {
  struct unwrap u;
  struct unwrapped out;
  struct err e = {0};
  char *copy = copy_of(bytes->p, bytes->n, 0);
  if (unwrap_init(&u, &e)) abort();
  unwrap_begin(&u, bytes->n);
  enum err_code rc = unwrap(&u, copy, bytes->n, how & 8 ? UNWRAP_BASE64 : UNWRAP_GUESS, &out, &e);
  PROPERTY(rc == e.code && (rc || out.n == 0 || out.p), "error %d", rc);
  unwrapped_free(&out);
  unwrap_clear(&u);
  free(copy);
}

static void check_crc(const struct text *bytes, uint32_t how) {
  uint32_t crc = 0, want = (uint32_t)crc32(0, (const Bytef *)(bytes->n ? bytes->p : ""), (uInt)bytes->n);
  for (size_t at = 0, n; at < bytes->n; at += n) {
    n = 1 + how * 5 % 331;
    if (n > bytes->n - at) n = bytes->n - at;
    crc = crc_update(crc, bytes->p + at, n);
  }
  PROPERTY(crc == want, "%08x instead of %08x", crc, want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  uint32_t how = choose_byte(&c);
  struct text bytes = {0};
  text_add(&bytes, c.p, c.n);
  check_encoded(&bytes, how);
  check_decoded(&bytes);
  check_layers(&bytes, how);
  check_any(&bytes, how);
  check_crc(&bytes, how);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(bytes.p);
  return 0;
}
