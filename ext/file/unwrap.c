/* SPDX-License-Identifier: MIT */
#include "file/unwrap.h"

#include <string.h>

#include "base/base64.h"
#include "base/chars.h"
#include "base/mem.h"

#define UNWRAP_CHUNK (64 * 1024) /* bytes that are inflated at once: the least that a buffer grows by */

enum err_code unwrap_init(struct unwrap *u, struct err *e) {
  memset(u, 0, sizeof *u);
  return input_init(&u->input, e);
}

void unwrap_clear(struct unwrap *u) {
  input_clear(&u->input);
  gzip_clear(&u->gzip);
}

void unwrapped_free(struct unwrapped *u) {
  mem_free(u->owned);
  memset(u, 0, sizeof *u);
}

static enum err_code too_much(struct err *e) {
  return err_set(e, ERR_ARGUMENT, 0,
                 "is more than %u MiB, or becomes that when it is unpacked, which is not done in memory; write it to a "
                 "file and read that with flowlogs",
                 (unsigned)(UNWRAP_MAX_BYTES >> 20));
}

/* n more bytes have come out. */
static enum err_code count(struct unwrap *u, size_t n, struct err *e) {
  u->made += n;
  if (u->made > UNWRAP_MAX_BYTES) return too_much(e);
  return u->stop && u->stop(u->context) ? err_set(e, ERR_INTERRUPT, 0, "interrupted") : ERR_NONE;
}

/* The new layer replaces the old one. */
static void replace(struct unwrapped *out, char *owned, size_t n) {
  mem_free(out->owned);
  out->p = out->owned = owned;
  out->n = n;
}

static int is_gzip(const char *p, size_t n) { return n >= 2 && !memcmp(p, "\x1f\x8b", 2); }

/* Inflates into a buffer that doubles.  On an error, *out becomes what came before it. */
static enum err_code inflate_layer(struct unwrap *u, struct unwrapped *out, struct err *e) {
  char *buffer = NULL;
  size_t cap = 0, n = 0, got;
  if (gzip_start(&u->gzip, e)) return e->code;
  input_open_memory(&u->input, out->p, out->n);
  do {
    if (mem_grow(&buffer, &cap, n + UNWRAP_CHUNK, 2 * UNWRAP_CHUNK, 1)) {
      err_nomem(e);
      break;
    }
    got = gzip_read(&u->gzip, &u->input, buffer + n, UNWRAP_CHUNK, e);
    n += got;
  } while (!count(u, got, e) && got == UNWRAP_CHUNK);
  if (buffer) replace(out, buffer, n);
  return e->code;
}

/* Is what base64 would be something that we know?  A name or a number can look like base64, too. */
static int is_known(const char *p, size_t n) {
  int has_space = 0;
  if (is_gzip(p, n)) return 1;
  size_t blank = chars_space(p, n);
  p += blank, n -= blank;
  if (n > 0 && (*p == '{' || *p == '[')) return 1;
  for (size_t i = 0; i < n; i++) {
    has_space |= p[i] == ' ';
    if ((unsigned char)p[i] < ' ' && !char_is_space(p[i])) return 0;
    if ((unsigned char)p[i] >= 0x7f) return 0;
  }
  return has_space;
}

/* How base64 of gzip begins. */
static int has_marks(const char *p, size_t n) {
  size_t blank = chars_space(p, n);
  return n - blank >= 4 && !memcmp(p + blank, "H4sI", 4);
}

/* Returns whether there was a layer of base64; *e when there should be one and is none. */
static int decode_layer(struct unwrap *u, struct unwrapped *out, enum unwrap_form form, struct err *e) {
  struct err why = {0};
  size_t n;
  int expected = form == UNWRAP_BASE64 || has_marks(out->p, out->n);
  if (!expected && (out->n < 4 || memchr(out->p, ' ', out->n) || memchr(out->p, '{', out->n))) return 0;
  char *buffer = mem_alloc(base64_room(out->n));
  if (!buffer) return err_nomem(e), 0;
  int decoded = !base64_decode(out->p, out->n, (unsigned char *)buffer, &n, &why);
  if (!decoded || !(expected || is_known(buffer, n))) {
    mem_free(buffer);
    if (expected) {
      err_set(e, why.code, 0, "%s", why.text);
      out->n = 0;
    }
    return 0;
  }
  replace(out, buffer, n);
  count(u, n, e);
  return 1;
}

enum err_code unwrap(struct unwrap *u, const char *p, size_t n, enum unwrap_form form, struct unwrapped *out,
                     struct err *e) {
  *out = (struct unwrapped){.p = p, .n = n};
  if (n > UNWRAP_MAX_BYTES) return too_much(e);
  for (int layers = 0; !e->code; layers++, form = UNWRAP_GUESS) {
    int gzip = is_gzip(out->p, out->n) && form == UNWRAP_GUESS;
    if (gzip) inflate_layer(u, out, e);
    else if (!decode_layer(u, out, form, e)) break;
    if (layers == UNWRAP_LAYERS)
      err_set(e, ERR_ARGUMENT, 0, "has more than %d layers of gzip and base64", UNWRAP_LAYERS);
  }
  return e->code;
}
