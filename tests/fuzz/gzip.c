/* SPDX-License-Identifier: MIT */
/*
** gzip_read(): whatever the sizes of the pieces that are asked for, the bytes and the error at the
** end are the same, and they are those of zlib's own reader of gzip members.
**
** Input: bytes that choose the pieces; one that says how the rest becomes a file: as it is, or as
** members that are made of its parts, of which some bytes are then changed.
*/
#include "fuzz.h"
#include "mem_test.h"

#include <zlib.h>

#include "file/gzip.h"

#define OUTPUT_MAX (1u << 20) /* bytes that are compared */

struct result {
  struct text text;
  int damaged;
};

static struct result read_pieces(const struct text *file, const size_t sizes[4]) {
  struct result r = {{0}, 0};
  struct gzip g = {.kind = &inflate_zlib}; /* the target inflate compares the others with it */
  struct input in;
  struct err e = {0};
  char *piece = NULL;
  if (input_init(&in, &e) || gzip_start(&g, &e)) abort();
  input_open_memory(&in, file->p, file->n);
  for (size_t i = 0, got = 1; r.text.n < OUTPUT_MAX && !e.code && got; i++) {
    size_t n = sizes[i % 4];
    piece = malloc(n);
    if (!piece) abort();
    got = gzip_read(&g, &in, piece, n, &e);
    PROPERTY(got <= n && (got == n || e.code || !in.n), "%zu of %zu bytes, and more would come", got, n);
    text_add(&r.text, piece, got);
    free(piece);
  }
  PROPERTY(!e.code || e.code == ERR_DAMAGED, "%s", e.text);
  r.damaged = e.code == ERR_DAMAGED;
  gzip_clear(&g);
  input_clear(&in);
  return r;
}

/* One member at *at by zlib, which reads header and trailer itself.  Returns 1 at its end. */
static int zlib_member(const struct text *file, size_t *at, struct text *out) {
  z_stream z = {0};
  char piece[4096];
  int rc = Z_OK;
  if (inflateInit2(&z, 15 + 16) != Z_OK) abort();
  z.next_in = (Bytef *)file->p + *at;
  z.avail_in = (uInt)(file->n - *at);
  while (rc == Z_OK && out->n < OUTPUT_MAX + sizeof piece) {
    z.next_out = (Bytef *)piece;
    z.avail_out = sizeof piece;
    rc = inflate(&z, Z_NO_FLUSH);
    text_add(out, piece, sizeof piece - z.avail_out);
  }
  *at = file->n - z.avail_in;
  inflateEnd(&z);
  return rc == Z_STREAM_END;
}

static struct result read_by_zlib(const struct text *file) {
  struct result r = {{0}, 0};
  size_t at = 0;
  while (file->n - at >= 2 && !memcmp(file->p + at, "\x1f\x8b", 2))
    if (!zlib_member(file, &at, &r.text)) return r.damaged = 1, r;
  for (; at < file->n; at++)
    if (file->p[at]) r.damaged = 1; /* padding of zeros is allowed */
  return r;
}

/* Adds a member that holds the bytes, with the parts of a header that flags ask for. */
static void add_member(struct text *file, const char *p, size_t n, uint32_t how) {
  static const char head[10] = {0x1f, (char)0x8b, 8};
  z_stream z = {0};
  char flags = (char)(how & 0x1e);
  size_t from = file->n;
  text_add(file, head, sizeof head);
  file->p[from + 3] = flags;
  if (flags & 4) text_add(file, "\3\0abc", 5);
  if (flags & 8) text_add(file, "name", 5);
  if (flags & 16) text_add(file, "comment", 8);
  if (flags & 2) {
    uint32_t crc = (uint32_t)crc32(0, (Bytef *)file->p + from, (uInt)(file->n - from));
    char crc_bytes[2] = {(char)(crc & 0xff), (char)(crc >> 8 & 0xff)};
    text_add(file, crc_bytes, 2);
  }
  if (deflateInit2(&z, how >> 6 ? 9 : 0, Z_DEFLATED, -15, 8, how & 32 ? Z_FIXED : Z_DEFAULT_STRATEGY) != Z_OK) abort();
  text_deflate(file, &z, p, n);
  uint32_t trailer[2] = {(uint32_t)crc32(0, (const Bytef *)p, (uInt)n), (uint32_t)n};
  for (int i = 0; i < 8; i++) {
    char byte = (char)(trailer[i / 4] >> i % 4 * 8 & 0xff);
    text_add(file, &byte, 1);
  }
}

/* Members of the parts between 0xff bytes.  The first bytes say which bytes are changed. */
static void make_file(struct text *file, struct choices *c) {
  struct changes changes = choose_changes(c);
  uint32_t how;
  while (c->n) {
    size_t n;
    how = choose_byte(c);
    const char *p = choose_text(c, '\xff', &n);
    add_member(file, p, n, how);
    if (how & 1) text_add(file, "\0\0\0\0", how % 5);
  }
  make_changes(&changes, file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t sizes[4];
  static const size_t whole[4] = {OUTPUT_MAX, OUTPUT_MAX, OUTPUT_MAX, OUTPUT_MAX};
  struct text file = {0};
  for (int i = 0; i < 4; i++) sizes[i] = 1 + choose_byte(&c) * (i == 3 ? 97u : 1u);
  if (choose_byte(&c) & 1) make_file(&file, &c);
  else text_add(&file, c.p, c.n);
  char *copy = copy_of(file.p, file.n, 0);
  free(file.p);
  file.p = copy;
  struct result a = read_pieces(&file, sizes), b = read_pieces(&file, whole), zlib = read_by_zlib(&file);
  if (b.text.n < OUTPUT_MAX) {
    PROPERTY(text_is(&a.text, &b.text) && a.damaged == b.damaged, "%zu bytes in pieces, %zu together", a.text.n,
             b.text.n);
    PROPERTY(text_is(&b.text, &zlib.text) && b.damaged == zlib.damaged, "%zu bytes, damaged %d; zlib %zu, %d", b.text.n,
             b.damaged, zlib.text.n, zlib.damaged);
  }
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(a.text.p);
  free(b.text.p);
  free(zlib.text.p);
  free(copy);
  return 0;
}
