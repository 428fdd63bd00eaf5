/* SPDX-License-Identifier: MIT */
/*
** The kind of a file is determined by its first bytes, which input_fill() reads into the buffer
** without taking them.  Plain files are then read directly into the caller's memory, after those
** first bytes:
**
**     file -> input ----------------> source_read()      plain
**                  \--> gzip -------> source_read()      gzip
**
** gzip_read() may return bytes and find an error in the same call.  source_read() returns the
** bytes then, and keeps the error for its next call, so that everything before the damage is
** delivered.
*/
#include "file/source.h"

#include <string.h>

#define SOURCE_MAGIC 8 /* the bytes that source_magic() gets; the longest magic has 5 */

static const struct {
  enum source_kind kind;
  const char *name;  /* for flowlogs_files */
  const char *magic; /* the first bytes of such a file; "" when they are not fixed */
  size_t n;
} kinds[SOURCE_KIND_COUNT] = {
    {SOURCE_PLAIN, "plain", "", 0},
    {SOURCE_GZIP, "gzip", "\x1f\x8b", 2},
    {SOURCE_EMPTY, "empty", "", 0},
    {SOURCE_PARQUET, "parquet", "PAR1", 4},
    {SOURCE_ZSTD, "zstd", "\x28\xb5\x2f\xfd", 4},
    {SOURCE_BZIP2, "bzip2", "BZh", 3},
    {SOURCE_XZ, "xz", "\xfd\x37zXZ", 5},
    {SOURCE_ZIP, "zip", "PK\x03\x04", 4},
    {SOURCE_UTF16, "utf-16", "", 0},
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

enum err_code source_init(struct source *s, struct err *e) {
  memset(s, 0, sizeof *s);
  return input_init(&s->input, e);
}

void source_clear(struct source *s) {
  input_clear(&s->input);
  gzip_clear(&s->gzip);
}

void source_close(struct source *s) { input_close(&s->input); }

enum err_code source_open(struct source *s, const char *path, const struct root_guard *guard, struct err *e) {
  s->later.code = ERR_NONE;
  if (input_open(&s->input, path, guard, e)) return e->code;
  if (!input_fill(&s->input, SOURCE_MAGIC, e)) {
    s->kind = source_magic(s->input.p, s->input.n);
    if (s->kind == SOURCE_GZIP) gzip_start(&s->gzip, e);
  }
  if (e->code) source_close(s);
  return e->code;
}

void source_open_memory(struct source *s, const char *p, size_t n) {
  s->later.code = ERR_NONE;
  s->kind = n ? SOURCE_PLAIN : SOURCE_EMPTY;
  input_open_memory(&s->input, p, n);
}

/* Reads the bytes that source_open() has left in the buffer, or those in memory, and then the file itself. */
static ssize_t read_plain(struct input *in, char *p, size_t n, struct err *e) {
  if (!in->n && in->rest && input_fill(in, 1, e)) return -1;
  if (!in->n) return input_read(in, p, n, e);
  if (n > in->n) n = in->n;
  memcpy(p, in->p, n);
  in->p += n;
  in->n -= n;
  return (ssize_t)n;
}

ssize_t source_read(struct source *s, char *p, size_t n, struct err *e) {
  size_t got = 0;
  if (s->kind != SOURCE_GZIP) return read_plain(&s->input, p, n, e);
  if (!s->later.code) got = gzip_read(&s->gzip, &s->input, p, n, &s->later);
  if (got || !s->later.code) return (ssize_t)got;
  err_set(e, s->later.code, 0, "%s", s->later.text);
  return -1;
}
