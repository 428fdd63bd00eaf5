/* SPDX-License-Identifier: MIT */
/*
** gzip_read() and base64_stream_run() may write bytes and find an error in the same call.  The bytes
** are delivered then, and the error is kept for the next call, so that everything before the damage
** is read.  What the error of a layer around this one cuts off is not this layer's damage, so that
** error goes through unchanged.
*/
#include "file/layer.h"

#include "base/chars.h"

#define MAGIC 8 /* bytes that show whether there may be a layer */

/* The bytes at hand that are looked at. */
static size_t head(const struct input *in) { return in->n < GUESS_BASE64_HEAD ? in->n : GUESS_BASE64_HEAD; }

static int may_be_base64(const struct input *in) {
  const char *p = (const char *)in->p;
  return guess_may_be_base64(p, head(in)) || guess_is_base64_of_gzip(p, head(in));
}

/* Makes as much available as is looked at.  Returns whether that is all that there is. */
static int peek_head(struct input *in) {
  struct err e;
  e.code = ERR_NONE;
  input_peek(in, GUESS_BASE64_HEAD, &e);
  return !e.code && in->n < GUESS_BASE64_HEAD;
}

int layer_find(struct input *in, enum layer_kind *kind, struct base64_form *form) {
  struct err e;
  e.code = ERR_NONE;
  input_peek(in, MAGIC, &e);
  if (guess_is_gzip((const char *)in->p, in->n)) return *kind = LAYER_GZIP, 1;
  if (in->n && char_is_space((char)*in->p)) peek_head(in); /* base64 may begin behind the blanks */
  if (!may_be_base64(in)) return 0;
  int is_whole = peek_head(in);
  *kind = LAYER_BASE64;
  return guess_base64((const char *)in->p, head(in), is_whole, form);
}

/* Decodes base64; returns the number of bytes. */
static size_t read_base64(struct layer *l, char *p, size_t n, struct err *later) {
  struct base64_io io = {.out = (unsigned char *)p, .n_out = n};
  struct err why = {0};
  int at_end = 0;
  base64_stream_run(&l->base64, &io, 0, later); /* what there was no room for */
  while (!later->code && io.n_out && !at_end) {
    if (input_fill(l->from, 1, later)) break;
    at_end = !l->from->n;
    io.in = l->from->p;
    io.n_in = l->from->n;
    if (base64_stream_run(&l->base64, &io, at_end, &why)) err_set(later, ERR_DAMAGED, 0, "%s %s", l->name, why.text);
    l->from->p = io.in;
    l->from->n = io.n_in;
  }
  return n - io.n_out;
}

static ssize_t layer_read(void *layer, char *p, size_t n, struct err *e) {
  struct layer *l = layer;
  size_t got = 0;
  if (stop_check(l->stop, e)) return -1;
  if (l->kind == LAYER_BASE64) got = read_base64(l, p, n, &l->later);
  else if (!l->later.code) got = gzip_read(&l->gzip, l->from, p, n, &l->later);
  if (got || !l->later.code) return (ssize_t)got;
  err_set(e, l->later.code, 0, "%s", l->later.text);
  return -1;
}

enum err_code layer_start(struct layer *l, enum layer_kind kind, const struct base64_form *form, struct input *from,
                          const struct layer *within, const struct stop *stop, struct err *e) {
  static const char *const names[] = {[LAYER_GZIP] = "the gzip data", [LAYER_BASE64] = "the base64 data"};
  l->kind = kind;
  l->from = from;
  l->stop = stop;
  l->later.code = ERR_NONE;
  l->name = names[kind];
  if (within) {
    err_print(l->full_name, "%s within %s", names[kind], within->name);
    l->name = l->full_name;
  }
  if (!l->out.buffer && input_init(&l->out, e)) return e->code;
  input_open_stream(&l->out, layer_read, l);
  if (kind == LAYER_BASE64) base64_stream_begin(&l->base64, form->each_line, form->is_text);
  l->gzip.name = l->name;
  return kind == LAYER_GZIP ? gzip_start(&l->gzip, e) : ERR_NONE;
}

void layer_clear(struct layer *l) {
  gzip_clear(&l->gzip);
  if (l->out.buffer) input_clear(&l->out);
}
