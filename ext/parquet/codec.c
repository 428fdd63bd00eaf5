/* SPDX-License-Identifier: MIT */
/*
** Gzip is read by file/gzip.h, which checks the checksums, from bytes in memory.  It is asked for one byte
** more than the page has, so that it reads the trailer of the last member, and notices what is too
** much: this byte goes into the spare ones.
*/
#include "parquet/codec.h"

#include <string.h>

enum err_code codec_check(int64_t number, struct err *e) {
  static const char *const names[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"};
  if (number >= CODEC_NONE && number <= CODEC_GZIP) return ERR_NONE;
  int is_known = number > 0 && number < (int64_t)(sizeof names / sizeof *names);
  return err_set(e, ERR_FORMAT, 0,
                 "is compressed with %s, which can't be read; GZIP, which AWS writes, SNAPPY and UNCOMPRESSED can",
                 is_known ? names[number] : "a codec that is not known");
}

static enum err_code inflate_gzip(struct codec *c, const unsigned char *in, size_t n, unsigned char *out, size_t out_n,
                                  struct err *e) {
  struct input from;
  struct err why = {0};
  memset(&from, 0, sizeof from);
  from.fd = -1;
  input_open_memory(&from, in, n);
  if (gzip_start(&c->gzip, e)) return e->code;
  size_t got = gzip_read(&c->gzip, &from, (char *)out, out_n + 1, &why);
  if (why.code == ERR_NOMEM) return err_nomem(e);
  if (why.code) return err_set(e, ERR_DAMAGED, 0, "has a page in which %s", why.text);
  if (got == out_n) return ERR_NONE;
  return err_set(e, ERR_DAMAGED, 0, "has a page that inflates to %s bytes than it says",
                 got > out_n ? "more" : "fewer");
}

enum err_code codec_inflate(struct codec *c, int64_t number, const unsigned char *in, size_t n, unsigned char *out,
                            size_t out_n, struct err *e) {
  if (number == CODEC_GZIP) return inflate_gzip(c, in, n, out, out_n, e);
  if (number == CODEC_SNAPPY) {
    const char *why = snappy_inflate(in, n, out, out_n);
    return why ? err_set(e, ERR_DAMAGED, 0, "has a page whose Snappy data %s", why) : ERR_NONE;
  }
  if (n != out_n) return err_set(e, ERR_DAMAGED, 0, "has a page that is not compressed and has two different sizes");
  memcpy(out, in, n);
  return ERR_NONE;
}

void codec_clear(struct codec *c) { gzip_clear(&c->gzip); }
