/* SPDX-License-Identifier: MIT */
/*
** Layers are removed one by one, from the outermost, until none is recognised.  A CloudWatch
** subscription in a Lambda event, for example, has two:
**
**     base64  ->  gzip  ->  {"messageType":"DATA_MESSAGE", ...
**
** They are found and removed by the code that does so for files (layer.h), so that the same bytes
** give the same text and the same error, damage included.  Here each layer is removed as a whole.  What
** an error of the layer around it cuts off is not this layer's damage, so that its bytes end with that
** error:
**
**     gzip, which is corrupt  ->  bytes before the damage, then the error  ->  gzip within it, and so on
**
** All output is counted, so that a small value cannot inflate to more memory, or take more time, than
** the limits allow.
*/
#include "file/unwrap.h"

#include <string.h>

#include "base/base64.h"
#include "base/mem.h"

#define UNWRAP_CHUNK (64 * 1024) /* bytes that a layer is asked for at once, and the free room before it */

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
  for (int i = 0; i < 2; i++) layer_clear(&u->layer[i]);
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

/* The bytes of a layer that is damaged, and then its error. */
static ssize_t read_damaged(void *from, char *p, size_t n, struct err *e) {
  struct unwrap *u = from;
  if (n > u->rest_n) n = u->rest_n;
  if (!n) return err_set(e, u->damage.code, 0, "%s", u->damage.text), -1;
  memcpy(p, u->rest, n);
  u->rest += n;
  u->rest_n -= n;
  return (ssize_t)n;
}

/* What has been unwrapped so far is what layers are looked for in. */
static void look_at(struct unwrap *u, const struct unwrapped *out) {
  input_open_memory(&u->input, out->p, out->n);
  if (u->damage.code) input_open_stream(&u->input, read_damaged, u);
  u->rest = out->p;
  u->rest_n = out->n;
}

/*
** Reads the layer to its end, into a buffer that doubles, which becomes *out.  On an error, it has the
** bytes before the damage.
*/
static enum err_code read_layer(struct unwrap *u, struct layer *l, struct unwrapped *out, struct err *e) {
  char *buffer = NULL;
  size_t cap = 0, n = 0;
  ssize_t got;
  do {
    if (mem_grow(&buffer, &cap, n + UNWRAP_CHUNK, 2 * UNWRAP_CHUNK, 1)) {
      err_nomem(e);
      break;
    }
    if ((got = input_read(&l->out, buffer + n, UNWRAP_CHUNK, e)) > 0) n += (size_t)got;
  } while (got > 0 && !count_output(u, (size_t)got, e));
  if (buffer) replace(out, buffer, n);
  return e->code;
}

/* Is there a layer around *out?  Removes it, and notes in u->damage what its bytes end with. */
static int remove_layer(struct unwrap *u, unsigned number, struct unwrapped *out, struct err *e) {
  struct layer *l = &u->layer[number % 2];
  enum layer_kind kind;
  struct base64_form form;
  u->input.stop.ask = NULL; /* while layers are looked for, because that keeps no error */
  look_at(u, out);
  if (!layer_find(&u->input, &kind, &form)) return 0;
  u->input.stop = u->stop;
  if (number == UNWRAP_LAYERS)
    return err_set(e, ERR_ARGUMENT, 0, "has more than %d layers of gzip and base64", UNWRAP_LAYERS), 0;
  if (layer_start(l, kind, &form, &u->input, number ? &u->layer[(number + 1) % 2] : NULL, &u->stop, e)) return 0;
  if (read_layer(u, l, out, e) && e->code != ERR_DAMAGED) return 0;
  u->damage = *e;
  memset(e, 0, sizeof *e);
  return 1;
}

/* The value is base64, whatever it contains. */
static enum err_code decode(struct unwrap *u, struct unwrapped *out, struct err *e) {
  size_t n;
  char *buffer = mem_alloc(base64_room(out->n));
  if (!buffer) return err_nomem(e);
  if (base64_decode(out->p, out->n, (unsigned char *)buffer, &n, e)) {
    mem_free(buffer);
    out->n = 0;
    return e->code;
  }
  replace(out, buffer, n);
  return count_output(u, n, e);
}

enum err_code unwrap(struct unwrap *u, const char *p, size_t n, enum unwrap_form form, struct unwrapped *out,
                     struct err *e) {
  unsigned layers = 0;
  *out = (struct unwrapped){.p = p, .n = n};
  u->damage.code = ERR_NONE;
  if (n > UNWRAP_MAX_BYTES) return too_much(e);
  if (form == UNWRAP_BASE64 && decode(u, out, e)) return e->code;
  while (remove_layer(u, layers, out, e)) layers++;
  if (!e->code && u->damage.code) err_set(e, u->damage.code, 0, "%s", u->damage.text);
  return e->code;
}
