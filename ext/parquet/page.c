/* SPDX-License-Identifier: MIT */
/*
** The struct has a field with a struct for each type of page, of which the one of its type must be
** there.  Numbers are signed in Parquet; none of them may be negative.
*/
#include "parquet/page.h"

#include <string.h>

struct sizes {
  int64_t type, bytes, inflated, values, nulls, rows, level_bytes, repeat_bytes;
  int has_data[PAGE_TYPES];
};

/* The struct of a page of data, of a dictionary, or of a page of data of version 2. */
static void read_data(struct thrift *t, const struct thrift_field *of, enum page_type type, struct page_header *h,
                      struct sizes *s) {
  if (!thrift_struct(t, of)) return;
  s->has_data[type] = 1;
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    int is_v2 = type == PAGE_DATA_V2;
    if (f.id == 1) s->values = thrift_int(t, &f);
    else if (f.id == (is_v2 ? 4 : 2)) h->encoding = thrift_int(t, &f);
    else if (type == PAGE_DATA && f.id == 3) h->level_encoding = thrift_int(t, &f);
    else if (is_v2 && f.id == 2) s->nulls = thrift_int(t, &f);
    else if (is_v2 && f.id == 3) s->rows = thrift_int(t, &f);
    else if (is_v2 && f.id == 5) s->level_bytes = thrift_int(t, &f);
    else if (is_v2 && f.id == 6) s->repeat_bytes = thrift_int(t, &f);
    else if (is_v2 && f.id == 7) h->is_compressed = thrift_bool(t, &f);
    else thrift_skip(t, &f);
  }
}

static void read_fields(struct thrift *t, struct page_header *h, struct sizes *s) {
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    switch (f.id) {
    case 1: s->type = thrift_int(t, &f); break;
    case 2: s->inflated = thrift_int(t, &f); break;
    case 3: s->bytes = thrift_int(t, &f); break;
    case 4:
      h->crc = (uint32_t)thrift_int(t, &f);
      h->has_crc = 1;
      break;
    case 5: read_data(t, &f, PAGE_DATA, h, s); break;
    case 7: read_data(t, &f, PAGE_DICTIONARY, h, s); break;
    case 8: read_data(t, &f, PAGE_DATA_V2, h, s); break;
    default: thrift_skip(t, &f);
    }
  }
}

static int is_size(int64_t n) { return n >= 0 && n <= INT32_MAX; }

enum err_code page_header_read(struct page_header *h, struct thrift *t, struct err *e) {
  struct sizes s = {.type = -1, .bytes = -1, .inflated = -1, .values = -1};
  memset(h, 0, sizeof *h);
  h->is_compressed = 1;
  read_fields(t, h, &s);
  if (t->why) return err_set(e, ERR_DAMAGED, 0, "has a page whose header %s", t->why);
  if (s.type < 0 || s.type >= PAGE_TYPES || !is_size(s.bytes) || !is_size(s.inflated))
    return err_set(e, ERR_DAMAGED, 0, "has a page of a type or a size that cannot be");
  if (s.bytes > PAGE_MAX || s.inflated > PAGE_MAX)
    return err_set(e, ERR_FORMAT, 0, "has a page of more than %u MiB", PAGE_MAX >> 20);
  h->type = (enum page_type)s.type;
  h->bytes = (uint32_t)s.bytes;
  h->inflated = (uint32_t)s.inflated;
  if (h->type == PAGE_INDEX) return ERR_NONE;
  if (!s.has_data[h->type] || !is_size(s.values))
    return err_set(e, ERR_DAMAGED, 0, "has a page without a number of values");
  h->values = (uint32_t)s.values;
  if (h->type != PAGE_DATA_V2) return ERR_NONE;
  if (s.rows != s.values || s.nulls < 0 || s.nulls > s.values || !is_size(s.level_bytes) || !is_size(s.repeat_bytes) ||
      s.level_bytes + s.repeat_bytes > s.bytes || s.level_bytes + s.repeat_bytes > s.inflated)
    return err_set(e, ERR_DAMAGED, 0, "has a page with levels or rows that cannot be");
  h->level_bytes = (uint32_t)s.level_bytes;
  h->repeat_bytes = (uint32_t)s.repeat_bytes;
  return ERR_NONE;
}
