/* SPDX-License-Identifier: MIT */
/*
** The kind of a file is determined by its first bytes, which input_fill() reads into the buffer
** without taking them.  The same is done with the first bytes that come out of each layer.  All after
** those bytes is read directly into the caller's memory:
**
**     file -> input ------------------------------------> source_read()      plain
**                  \--> layer[0] -----------------------> source_read()      gzip
**                  \--> layer[0] -> out -> layer[1] ----> source_read()      gzip in gzip
*/
#include "file/source.h"

#include <stdio.h>
#include <string.h>

#define SOURCE_MAGIC 8 /* the bytes that source_magic() gets; the longest magic has 5 */

static const struct {
  enum source_kind kind;
  const char *name;  /* for flowlogs_files */
  const char *magic; /* the first bytes of such a file; "" when they are not fixed */
  size_t n;
} kinds[SOURCE_KIND_COUNT] = {
    {SOURCE_PLAIN, "plain", "", 0},         {SOURCE_GZIP, "gzip", "\x1f\x8b", 2},
    {SOURCE_BASE64, "base64", "", 0},       {SOURCE_EMPTY, "empty", "", 0},
    {SOURCE_PARQUET, "parquet", "PAR1", 4}, {SOURCE_ZSTD, "zstd", "\x28\xb5\x2f\xfd", 4},
    {SOURCE_BZIP2, "bzip2", "BZh", 3},      {SOURCE_XZ, "xz", "\xfd\x37zXZ", 5},
    {SOURCE_ZIP, "zip", "PK\x03\x04", 4},   {SOURCE_UTF16, "utf-16", "", 0},
};

const char *source_kind_name(enum source_kind kind) { return kinds[kind].name; }

/* Do the bytes begin with a byte order mark of UTF-16 and an ASCII character? */
static int is_utf16(const unsigned char *p, size_t n) {
  return n >= 4 && ((p[0] == 0xff && p[1] == 0xfe && p[2] && !p[3]) || (p[0] == 0xfe && p[1] == 0xff && !p[2] && p[3]));
}

enum source_kind source_magic(const void *p, size_t n) {
  if (n == 0) return SOURCE_EMPTY;
  if (is_utf16(p, n)) return SOURCE_UTF16;
  for (size_t i = 0; i < SOURCE_KIND_COUNT; i++)
    if (kinds[i].n && n >= kinds[i].n && !memcmp(p, kinds[i].magic, kinds[i].n)) return kinds[i].kind;
  return SOURCE_PLAIN;
}

void source_kinds(const struct source *s, char out[SOURCE_KINDS]) {
  size_t n = 0;
  snprintf(out, SOURCE_KINDS, "%s", source_kind_name(s->kind));
  for (unsigned i = 0; i < s->nlayers; i++)
    n += (size_t)snprintf(out + n, SOURCE_KINDS - n, "%s%s", i ? "+" : "",
                          source_kind_name(s->layer[i].kind == LAYER_GZIP ? SOURCE_GZIP : SOURCE_BASE64));
}

enum err_code source_init(struct source *s, struct err *e) {
  memset(s, 0, sizeof *s);
  s->text = &s->input;
  return input_init(&s->input, e);
}

void source_clear(struct source *s) {
  input_clear(&s->input);
  for (unsigned i = 0; i < UNWRAP_LAYERS; i++) layer_clear(&s->layer[i]);
}

void source_close(struct source *s) { input_close(&s->input); }

/* Finds the layers of the open file, from the outermost on. */
static enum err_code find_layers(struct source *s, struct err *e) {
  enum layer_kind kind;
  struct base64_form form;
  while (layer_find(s->text, &kind, &form)) {
    if (s->nlayers == UNWRAP_LAYERS)
      return err_set(e, ERR_FORMAT, 0, "has more than %d layers of gzip and base64; unpack it", UNWRAP_LAYERS);
    struct layer *l = &s->layer[s->nlayers];
    if (layer_start(l, kind, &form, s->text, s->nlayers ? l - 1 : NULL, &s->input.stop, e)) return e->code;
    if (!s->nlayers++) s->kind = kind == LAYER_GZIP ? SOURCE_GZIP : SOURCE_BASE64;
    s->text = &l->out;
  }
  return ERR_NONE;
}

/* Looks at the first bytes of what has been opened, if it could be. */
static enum err_code begin(struct source *s, struct err *e) {
  s->text = &s->input;
  s->nlayers = 0;
  if (!e->code && !input_fill(&s->input, SOURCE_MAGIC, e)) {
    s->kind = source_magic(s->input.p, s->input.n);
    find_layers(s, e);
  }
  if (e->code) source_close(s);
  return e->code;
}

enum err_code source_open(struct source *s, const char *path, const struct root_guard *guard, struct err *e) {
  input_open(&s->input, path, guard, e);
  return begin(s, e);
}

enum err_code source_open_pipe(struct source *s, const char *path, const struct root_guard *guard, struct err *e) {
  input_open_pipe(&s->input, path, guard, e);
  return begin(s, e);
}

void source_open_memory(struct source *s, const char *p, size_t n) {
  s->text = &s->input;
  s->nlayers = 0;
  s->kind = n ? SOURCE_PLAIN : SOURCE_EMPTY;
  input_open_memory(&s->input, p, n);
}

/* Reads bytes that are in the buffer, or in memory. */
static size_t read_buffer(struct input *in, char *p, size_t n) {
  if (n > in->n) n = in->n;
  memcpy(p, in->p, n);
  in->p += n;
  in->n -= n;
  return n;
}

/*
** source_open() has left bytes in the buffer.  Behind those of a layer, which are few, the call goes on; an
** error is the next call's then, as a layer keeps it.
*/
ssize_t source_read(struct source *s, char *p, size_t n, struct err *e) {
  struct input *in = s->text;
  struct err later;
  later.code = ERR_NONE;
  if (!in->n && in->rest && input_fill(in, 1, e)) return -1;
  if (!in->n) return input_read(in, p, n, e);
  size_t got = read_buffer(in, p, n);
  ssize_t more = got < n && s->nlayers ? input_read(in, p + got, n - got, &later) : 0;
  return (ssize_t)got + (more > 0 ? more : 0);
}
