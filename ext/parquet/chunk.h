/* SPDX-License-Identifier: MIT */
/*
** The pages of one column in one row group, one after the other, inflated.
**
** Call order: chunk_init() once; for each row group chunk_begin(), then chunk_next() until it says that
** there is no page; chunk_clear() at the end.  The buffers are kept from row group to row group: one for
** the bytes of the file, and one for an inflated page, of PAGE_MAX bytes and some more at most.
**
** What a page has stays valid until the next call, and CHUNK_PADDING bytes behind it are readable.
** Checksums of pages, which not all writers make, are compared.
*/
#ifndef PARQUET_CHUNK_H
#define PARQUET_CHUNK_H

#include "file/input.h"
#include "parquet/codec.h"
#include "parquet/footer.h"
#include "parquet/page.h"

#define CHUNK_PADDING CODEC_SPARE
#define CHUNK_KEEP    (4u << 20)   /* bytes of a buffer that stays for another file */
#define CHUNK_READ    (256u << 10) /* bytes that are read from the file at once, if the page is not larger */

struct chunk {
  struct input *input; /* not owned */
  struct codec *codec; /* not owned; shared with the other columns */
  int64_t codec_number;
  uint64_t at, left;     /* what follows the bytes in the buffer, and how many of the chunk's there are */
  unsigned char *buffer; /* bytes of the file: those from `taken` to `used` are to come */
  size_t cap, taken, used;
  unsigned char *inflated; /* a page */
  size_t inflated_cap;

  struct page_header page;     /* the page at hand */
  const unsigned char *levels; /* of PAGE_DATA_V2: page.level_bytes of them */
  const unsigned char *p;      /* its bytes, of PAGE_DATA with the levels */
  size_t n;
};

void chunk_init(struct chunk *c, struct input *input, struct codec *codec);
void chunk_clear(struct chunk *c);

/* Frees the buffers that are larger than CHUNK_KEEP.  The others are used again by the next chunk_begin(). */
void chunk_trim(struct chunk *c);

/* Begins to read a chunk.  ERR_FORMAT if its codec is not read, or the footer says why it can't be. */
enum err_code chunk_begin(struct chunk *c, const struct footer_chunk *from, struct err *e);

/*
** Reads the next page with values.  Returns 1, 0 if there is none, or -1 with *e set: ERR_IO and the like
** of the file, ERR_DAMAGED, ERR_FORMAT, ERR_NOMEM, or ERR_INTERRUPT.
*/
int chunk_next(struct chunk *c, struct err *e);

/*
** Passes over the next page, of which only the header is read: sets c->page, but no bytes.  Returns as
** chunk_next() does.
*/
int chunk_pass(struct chunk *c, struct err *e);

/*
** Begins a chunk of any codec, and counts the values of its pages by their headers, until there are `enough`.
** Errors as those of chunk_next().
*/
enum err_code chunk_count(struct chunk *c, const struct footer_chunk *from, uint64_t enough, uint64_t *values,
                          struct err *e);

#endif
