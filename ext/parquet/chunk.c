/* SPDX-License-Identifier: MIT */
/*
** The buffer is a window on the bytes of the chunk:
**
**     chunk     | pages that were read | header | page | header | page ...
**     buffer                    | taken | to come      |
**                                                      ^ at, and `left` bytes from here to the end
**
** need() makes sure that so many bytes are to come, and reads CHUNK_READ at a time where pages are
** small.  A header is parsed from what is there, and once more with more bytes if it is cut off.
*/
#include "parquet/chunk.h"

#include <string.h>

#include "base/crc.h"
#include "base/mem.h"

#define HEADER_FIRST 256 /* bytes that a header is looked for in first */

void chunk_init(struct chunk *c, struct input *input, struct codec *codec) {
  memset(c, 0, sizeof *c);
  c->input = input;
  c->codec = codec;
}

void chunk_clear(struct chunk *c) {
  mem_free(c->buffer);
  mem_free(c->inflated);
  memset(c, 0, sizeof *c);
}

void chunk_trim(struct chunk *c) {
  if (c->cap > CHUNK_KEEP) mem_free(c->buffer), c->buffer = NULL, c->cap = 0;
  if (c->inflated_cap > CHUNK_KEEP) mem_free(c->inflated), c->inflated = NULL, c->inflated_cap = 0;
}

static enum err_code begin(struct chunk *c, const struct footer_chunk *from, struct err *e) {
  c->taken = c->used = 0;
  c->left = 0;
  if (from->why) return err_set(e, ERR_FORMAT, 0, "%s", from->why);
  c->codec_number = from->codec;
  c->at = from->at;
  c->left = from->bytes;
  return ERR_NONE;
}

enum err_code chunk_begin(struct chunk *c, const struct footer_chunk *from, struct err *e) {
  c->left = 0;
  return codec_check(from->codec, e) ? e->code : begin(c, from, e);
}

static size_t to_come(const struct chunk *c) { return c->used - c->taken; }

/* Allocates a buffer of n bytes with padding, whose content may be lost. */
static enum err_code reserve(unsigned char **p, size_t *cap, size_t n, struct err *e) {
  if (n + CHUNK_PADDING <= *cap) return ERR_NONE;
  mem_free(*p);
  *cap = 0;
  *p = mem_alloc(n + CHUNK_PADDING);
  if (!*p) return err_nomem(e);
  *cap = n + CHUNK_PADDING;
  return ERR_NONE;
}

/* Makes room in the buffer for n bytes that are to come, of which some may be there. */
static enum err_code make_room(struct chunk *c, size_t n, struct err *e) {
  if (n + CHUNK_PADDING > c->cap) {
    unsigned char *larger = mem_alloc(n + CHUNK_PADDING);
    if (!larger) return err_nomem(e);
    if (c->buffer) memcpy(larger, c->buffer + c->taken, to_come(c));
    mem_free(c->buffer);
    c->buffer = larger;
    c->cap = n + CHUNK_PADDING;
  } else if (c->taken) {
    memmove(c->buffer, c->buffer + c->taken, to_come(c));
  }
  c->used -= c->taken;
  c->taken = 0;
  return ERR_NONE;
}

/* Makes at least n bytes available, or all that are left.  n is at most PAGE_MAX. */
static enum err_code need(struct chunk *c, size_t n, struct err *e) {
  if (to_come(c) >= n || !c->left) return ERR_NONE;
  size_t more = n - to_come(c) > CHUNK_READ ? n - to_come(c) : CHUNK_READ;
  if (more > c->left) more = (size_t)c->left;
  if (make_room(c, to_come(c) + more, e)) return e->code;
  if (input_read_at(c->input, c->at, c->buffer + c->used, more, e)) return e->code;
  c->used += more;
  c->at += more;
  c->left -= more;
  memset(c->buffer + c->used, 0, CHUNK_PADDING);
  return ERR_NONE;
}

static enum err_code read_header(struct chunk *c, struct err *e) {
  struct thrift t;
  for (size_t n = HEADER_FIRST;; n *= 4) {
    struct err why = {0};
    if (need(c, n, e)) return e->code;
    thrift_start(&t, c->buffer + c->taken, to_come(c));
    if (!page_header_read(&c->page, &t, &why)) break;
    if (!t.is_cut_off || !c->left || n >= PAGE_HEADER_MAX) return err_set(e, why.code, 0, "%s", why.text);
  }
  c->taken = (size_t)(t.p - c->buffer);
  return ERR_NONE;
}

static enum err_code check_crc(const struct chunk *c, struct err *e) {
  if (!c->page.has_crc || crc_update(0, c->buffer + c->taken, c->page.bytes) == c->page.crc) return ERR_NONE;
  return err_set(e, ERR_DAMAGED, 0, "has a page with a wrong checksum");
}

/* Inflates the page, whose bytes are in the buffer, behind its levels. */
static enum err_code inflate_page(struct chunk *c, struct err *e) {
  const struct page_header *h = &c->page;
  const unsigned char *bytes = c->buffer + c->taken;
  size_t levels = h->type == PAGE_DATA_V2 ? h->level_bytes + h->repeat_bytes : 0;
  size_t n = h->bytes - levels, out_n = h->inflated - levels;
  c->levels = bytes + h->repeat_bytes;
  bytes += levels;
  if (c->codec_number == CODEC_NONE || (h->type == PAGE_DATA_V2 && !h->is_compressed) || (!n && !out_n)) {
    if (n != out_n) return err_set(e, ERR_DAMAGED, 0, "has a page that is not compressed and has two different sizes");
    c->p = bytes;
  } else {
    if (reserve(&c->inflated, &c->inflated_cap, out_n, e)) return e->code;
    if (codec_inflate(c->codec, c->codec_number, bytes, n, c->inflated, out_n, e)) return e->code;
    memset(c->inflated + out_n, 0, CHUNK_PADDING);
    c->p = c->inflated;
  }
  c->n = out_n;
  return ERR_NONE;
}

/* Reads the page at the beginning of the bytes that are to come. */
static enum err_code read_page(struct chunk *c, struct err *e) {
  if (read_header(c, e) || need(c, c->page.bytes, e)) return e->code;
  if (to_come(c) < c->page.bytes) return err_set(e, ERR_DAMAGED, 0, "has a page that is cut off");
  if (c->page.type != PAGE_INDEX && (check_crc(c, e) || inflate_page(c, e))) return e->code;
  c->taken += c->page.bytes;
  return ERR_NONE;
}

int chunk_next(struct chunk *c, struct err *e) {
  do {
    if (!to_come(c) && !c->left) return 0;
    if (stop_check(&c->input->stop, e) || read_page(c, e)) return -1;
  } while (c->page.type == PAGE_INDEX || (!c->page.values && c->page.type != PAGE_DICTIONARY));
  return 1;
}

int chunk_pass(struct chunk *c, struct err *e) {
  if (!to_come(c) && !c->left) return 0;
  if (stop_check(&c->input->stop, e) || read_header(c, e)) return -1;
  size_t here = to_come(c) < c->page.bytes ? to_come(c) : c->page.bytes, rest = c->page.bytes - here;
  if (rest > c->left) return err_set(e, ERR_DAMAGED, 0, "has a page that is cut off"), -1;
  c->taken += here;
  c->at += rest;
  c->left -= rest;
  return 1;
}

enum err_code chunk_count(struct chunk *c, const struct footer_chunk *from, uint64_t enough, uint64_t *values,
                          struct err *e) {
  *values = 0;
  if (begin(c, from, e)) return e->code;
  while (*values < enough && chunk_pass(c, e) > 0)
    if (c->page.type == PAGE_DATA || c->page.type == PAGE_DATA_V2) *values += c->page.values;
  return e->code;
}
