/* SPDX-License-Identifier: MIT */
/*
** gzip_read() gives the same text and the same error whatever inflates.  Two things may differ: a
** member that zlib refuses may be read if its checksum is right, and if zlib finds the damage in what
** an earlier call has delivered, more text may come before the error.
**
** Input: bytes that choose the sizes of the pieces that are asked for; one that says what the rest is:
** deflate data as they are, in a member with the checksum of what zlib makes of them, or texts that
** become members, of which some bytes are then changed.
*/
#include "fuzz.h"
#include "inflate_choice.h"
#include "mem_test.h"

#include "file/gzip.h"

#define OUTPUT_MAX (1u << 20) /* bytes that are compared */
#define GUARD      300        /* bytes behind the room for the output; the longest match has 258 */

struct result {
  struct text text;
  struct err e;
  uint64_t data_at; /* where the data of the last member begin */
  int by_zlib;      /* it is zlib that has found the error */
};

static struct result read_pieces(const struct inflate_kind *kind, const struct text *file, const size_t sizes[2]) {
  struct result r = {0};
  struct gzip g = {.kind = kind};
  struct input in;
  if (input_init(&in, &r.e) || gzip_start(&g, &r.e)) abort();
  input_open_memory(&in, file->p, file->n);
  for (size_t i = 0, n, got = 1; r.text.n < OUTPUT_MAX && !r.e.code && got; i++) {
    char *piece = copy_of("", 0, (n = sizes[i % 2]) + GUARD); /* of '7': no sanitizer sees what ISA-L writes */
    got = gzip_read(&g, &in, piece, n, &r.e);
    for (size_t k = n; k < n + GUARD; k++) PROPERTY(piece[k] == '7', "%s has written too far", kind->name);
    PROPERTY(got <= n && (got == n || r.e.code || !in.n), "%zu of %zu bytes, and more would come", got, n);
    text_add(&r.text, piece, got);
    free(piece);
  }
  PROPERTY(!r.e.code || r.e.code == ERR_DAMAGED, "%s: %s", kind->name, r.e.text);
  r.data_at = g.data_at;
  r.by_zlib = g.by_reference;
  gzip_clear(&g);
  input_clear(&in);
  return r;
}

/* The library that is compared with zlib, with a check of what it says to have read and written. */
static const struct inflate_kind *checked;

static enum inflate_result checked_run(void *state, struct inflate_io *io) {
  const unsigned char *end_in = io->in + io->n_in, *end_out = io->out + io->n_out;
  enum inflate_result result = checked->run(state, io);
  PROPERTY(io->in + io->n_in == end_in && io->out + io->n_out == end_out, "%s has moved one thing only", checked->name);
  PROPERTY(io->in <= end_in && io->out <= end_out, "%s has gone too far", checked->name);
  return result;
}

static int begins_with(const struct text *a, const struct text *b) {
  return a->n >= b->n && (!b->n || !memcmp(a->p, b->p, b->n));
}

static void compare(const struct text *file, const size_t sizes[2]) {
  struct result zlib = read_pieces(&inflate_zlib, file, sizes);
  for (size_t i = 1; i < inflate_kinds_count && zlib.text.n < OUTPUT_MAX; i++) {
    const char *name = inflate_kinds[i]->name;
    checked = inflate_kinds[i];
    const struct inflate_kind kind = {name, checked->start, checked_run, checked->clear};
    struct result got = read_pieces(&kind, file, sizes);
    PROPERTY(begins_with(&got.text, &zlib.text), "%s: %zu bytes, zlib %zu", name, got.text.n, zlib.text.n);
    PROPERTY(zlib.e.code || !got.e.code, "%s: %s", name, got.e.text);
    PROPERTY(zlib.e.code || got.text.n == zlib.text.n, "%s: %zu bytes, zlib %zu", name, got.text.n, zlib.text.n);
    if (got.by_zlib && got.data_at == zlib.data_at && got.text.n < sizes[0]) {
      PROPERTY(got.text.n == zlib.text.n, "%s: %zu bytes, zlib %zu", name, got.text.n, zlib.text.n);
      PROPERTY(!strcmp(got.e.text, zlib.e.text), "%s: %s, zlib: %s", name, got.e.text, zlib.e.text);
    }
    free(got.text.p);
  }
  free(zlib.text.p);
}

/* --- what is read ----------------------------------------------------------------------------- */

static void add_head(struct text *file) { text_add(file, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10); }

static void add_trailer(struct text *file, const void *p, size_t n) {
  uint32_t trailer[2] = {(uint32_t)crc32(0, p, (uInt)n), (uint32_t)n};
  for (int i = 0; i < 8; i++) text_add(file, &(char){(char)(trailer[i / 4] >> i % 4 * 8 & 0xff)}, 1);
}

/* The text that zlib makes of deflate data, as far as it goes.  *used: the bytes that it took. */
static void inflate_raw(const struct choices *c, struct text *out, size_t *used) {
  z_stream z = {0};
  char piece[4096];
  int rc = Z_OK;
  if (inflateInit2(&z, -15) != Z_OK) abort();
  z.next_in = (Bytef *)(uintptr_t)c->p;
  z.avail_in = (uInt)c->n;
  while (rc == Z_OK && out->n < OUTPUT_MAX) {
    z.next_out = (Bytef *)piece;
    z.avail_out = sizeof piece;
    rc = inflate(&z, Z_NO_FLUSH);
    text_add(out, piece, sizeof piece - z.avail_out);
  }
  *used = c->n - z.avail_in;
  inflateEnd(&z);
}

/* The data as they are, and those that zlib leaves as another file behind them. */
static void add_raw(struct text *file, struct choices *c) {
  struct text text = {0};
  size_t used;
  inflate_raw(c, &text, &used);
  add_head(file);
  text_add(file, c->p, used);
  add_trailer(file, text.p, text.n);
  text_add(file, c->p + used, c->n - used);
  free(text.p);
}

/* Members of the parts between 0xff bytes, of which up to three bits are changed. */
static void add_changed(struct text *file, struct choices *c) {
  struct changes changes = choose_changes(c);
  while (c->n) {
    uint32_t how = choose_byte(c), times = 1 + how % 8 * (how >> 7) * 40;
    size_t n;
    const char *p = choose_text(c, '\xff', &n);
    struct text text = {0};
    for (uint32_t i = 0; i < times; i++) text_add(&text, p, n);
    z_stream z = {0};
    if (deflateInit2(&z, (int)(how / 8 % 4) * 3, Z_DEFLATED, -15, 8, (int)(how / 32 % 5)) != Z_OK) abort();
    add_head(file);
    text_deflate(file, &z, text.p, text.n);
    add_trailer(file, text.p, text.n);
    free(text.p);
  }
  make_changes(&changes, file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct text file = {0};
  size_t sizes[2] = {1 + choose_byte(&c) * 61u, 1 + choose_byte(&c) * 997u};
  if (choose_byte(&c) & 1) add_changed(&file, &c);
  else add_raw(&file, &c);
  char *copy = copy_of(file.p, file.n, 0); /* nothing may be read behind it */
  free(file.p);
  file.p = copy;
  compare(&file, sizes);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(copy);
  return 0;
}
