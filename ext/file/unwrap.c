/* SPDX-License-Identifier: MIT */
/*
** Layers are removed one by one, from the outermost, until neither gzip nor base64 is recognised.
** A CloudWatch subscription in a Lambda event, for example, has two layers:
**
**     base64  ->  gzip  ->  {"messageType":"DATA_MESSAGE", ...
**     decode_layer()  inflate_layer()      neither: this is the result
**
** What looks like base64 is decided in guess_base64.h.  When the caller says that it is base64, or when
** the text begins as base64 of gzip does, anything else is an error.
**
** All output is counted, so that a small value cannot inflate to more memory, or take more time, than
** the limits allow.
*/
#include "file/unwrap.h"

#include <string.h>

#include "base/base64.h"
#include "base/base64_stream.h"
#include "base/mem.h"
#include "file/guess_base64.h"

/* Bytes that n of base64 may become: a value of two digits becomes a byte, and its line break stays. */
#define DECODED_ROOM(n) ((n) + 4)

#define UNWRAP_CHUNK (64 * 1024) /* bytes per call of gzip_read(), and the free room before it */

enum err_code unwrap_init(struct unwrap *u, struct err *e) {
  memset(u, 0, sizeof *u);
  return input_init(&u->input, e);
}

void unwrap_begin(struct unwrap *u, size_t n) {
  u->made = 0;
  u->limit = n < UNWRAP_MAX_BYTES / UNWRAP_RATIO ? UNWRAP_FREE + (uint64_t)n * UNWRAP_RATIO : UNWRAP_MAX_BYTES;
  if (u->limit > UNWRAP_MAX_BYTES) u->limit = UNWRAP_MAX_BYTES;
}

void unwrap_clear(struct unwrap *u) {
  input_clear(&u->input);
  gzip_clear(&u->gzip);
}

void unwrapped_free(struct unwrapped *u) {
  mem_free(u->owned);
  memset(u, 0, sizeof *u);
}

/* Sets the error of a value that is too large, or becomes too large when it is unpacked. */
static enum err_code too_much(struct err *e) {
  return err_set(e, ERR_ARGUMENT, 0,
                 "is more than %u MiB, or becomes that when it is unpacked, which is not done in memory; write it to a "
                 "file and read that with flowlogs",
                 (unsigned)(UNWRAP_MAX_BYTES >> 20));
}

/* Sets the error of a value that becomes larger than its size allows. */
static enum err_code too_dense(struct err *e) {
  return err_set(
      e, ERR_ARGUMENT, 0,
      "becomes more than %d times as large when it is unpacked, which only gzip within gzip does that was made "
      "to waste time",
      UNWRAP_RATIO);
}

/*
** Counts n more bytes of output.  Returns ERR_ARGUMENT beyond the limit, and ERR_INTERRUPT when
** the owner wants to stop.
*/
static enum err_code count_output(struct unwrap *u, size_t n, struct err *e) {
  u->made += n;
  if (u->made > u->limit) return u->limit < UNWRAP_MAX_BYTES ? too_dense(e) : too_much(e);
  return stop_check(&u->stop, e);
}

/* Replaces the current layer, which is freed, by the n bytes that it contained. */
static void replace(struct unwrapped *out, char *owned, size_t n) {
  mem_free(out->owned);
  out->p = out->owned = owned;
  out->n = n;
}

/*
** Inflates the current layer into a buffer that doubles.  On an error, *out becomes the bytes
** before the damage.
*/
static enum err_code inflate_layer(struct unwrap *u, struct unwrapped *out, struct err *e) {
  char *buffer = NULL;
  size_t cap = 0, n = 0, got;
  if (gzip_start(&u->gzip, e)) return e->code;
  input_open_memory(&u->input, out->p, out->n);
  u->input.stop = u->stop;
  do {
    if (mem_grow(&buffer, &cap, n + UNWRAP_CHUNK, 2 * UNWRAP_CHUNK, 1)) {
      err_nomem(e);
      break;
    }
    got = gzip_read(&u->gzip, &u->input, buffer + n, UNWRAP_CHUNK, e);
    n += got;
  } while (!count_output(u, got, e) && got == UNWRAP_CHUNK);
  if (buffer) replace(out, buffer, n);
  return e->code;
}

/* Decodes values that stand one in a line, as a file of them is decoded.  0: they are no such values. */
static int decode_values(const char *p, size_t n, unsigned char *out, size_t *out_n) {
  struct base64_stream s;
  struct base64_form form;
  struct base64_io io = {(const unsigned char *)p, n, out, DECODED_ROOM(n)};
  struct err unused = {0};
  size_t head = n < GUESS_BASE64_HEAD ? n : GUESS_BASE64_HEAD;
  if (!memchr(p, '\n', n) || !guess_base64(p, head, head == n, &form)) return 0;
  base64_stream_begin(&s, form.each_line, form.is_text);
  if (base64_stream_run(&s, &io, 1, &unused)) return 0;
  *out_n = (size_t)(io.out - out);
  return 1;
}

/*
** Removes a layer of base64.  Returns 1 when there was one; returns 0 when there was none, with
** *e set when there should have been one.
*/
static int decode_layer(struct unwrap *u, struct unwrapped *out, enum unwrap_form form, struct err *e) {
  struct err why = {0};
  size_t n;
  int expected = form == UNWRAP_BASE64 || guess_is_base64_of_gzip(out->p, out->n);
  if (!expected && !guess_may_be_base64(out->p, out->n)) return 0;
  char *buffer = mem_alloc(DECODED_ROOM(out->n));
  if (!buffer) return err_nomem(e), 0;
  int decoded = (form == UNWRAP_GUESS && decode_values(out->p, out->n, (unsigned char *)buffer, &n)) ||
                !base64_decode(out->p, out->n, (unsigned char *)buffer, &n, &why);
  if (!decoded || !(expected || guess_is_expected(buffer, n))) {
    mem_free(buffer);
    if (expected) {
      err_set(e, why.code, 0, "%s", why.text);
      out->n = 0;
    }
    return 0;
  }
  replace(out, buffer, n);
  count_output(u, n, e);
  return 1;
}

enum err_code unwrap(struct unwrap *u, const char *p, size_t n, enum unwrap_form form, struct unwrapped *out,
                     struct err *e) {
  *out = (struct unwrapped){.p = p, .n = n};
  if (n > UNWRAP_MAX_BYTES) return too_much(e);
  for (int layers = 0; !e->code; layers++, form = UNWRAP_GUESS) {
    int gzip = guess_is_gzip(out->p, out->n) && form == UNWRAP_GUESS;
    if (gzip) inflate_layer(u, out, e);
    else if (!decode_layer(u, out, form, e)) break;
    if (layers == UNWRAP_LAYERS)
      err_set(e, ERR_ARGUMENT, 0, "has more than %d layers of gzip and base64", UNWRAP_LAYERS);
  }
  return e->code;
}
