/* SPDX-License-Identifier: MIT */
/*
** The structs of the footer are read in the order in which they lie within each other:
**
**     FileMetaData > RowGroup > ColumnChunk > ColumnMetaData > Statistics
**
** Statistics are kept only where they can be compared as flowlogs compares: numbers by their value, with
** the sign that the column has, and texts by their bytes.  The older fields min and max were written with
** an order that was not specified; for signed integers there was only one.
*/
#include "parquet/footer.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

/* The fields of a Statistics struct. */
struct statistics {
  struct thrift_text old_max, old_min, max, min;
  int64_t missing;
  int has_missing, max_is_inexact, min_is_inexact;
};

struct parse {
  struct footer *footer;
  struct thrift *t;
  struct err *e;
  uint64_t at; /* of the footer in the file */
  int64_t rows;
  size_t group_cap, chunk_cap;
  int has_rows, has_schema;
};

static void damaged(struct parse *p, const char *why) { err_set(p->e, ERR_DAMAGED, 0, "%s", why); }

static int is_bad(const struct parse *p) { return p->t->why || p->e->code; }

static void read_statistics(struct thrift *t, const struct thrift_field *of, struct statistics *s) {
  if (!thrift_struct(t, of)) return;
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    switch (f.id) {
    case 1: s->old_max = thrift_bytes(t, &f); break;
    case 2: s->old_min = thrift_bytes(t, &f); break;
    case 3: s->missing = thrift_int(t, &f), s->has_missing = 1; break;
    case 5: s->max = thrift_bytes(t, &f); break;
    case 6: s->min = thrift_bytes(t, &f); break;
    case 7: s->max_is_inexact = !thrift_bool(t, &f); break;
    case 8: s->min_is_inexact = !thrift_bool(t, &f); break;
    default: thrift_skip(t, &f);
    }
  }
}

/* The number that a statistic stores in plain form.  Returns 0 if it is not one of this type. */
static int get_number(const struct schema_column *c, const struct thrift_text *text, int64_t *out) {
  if (c->type == SCHEMA_INT32 && text->n == 4) {
    uint32_t x = bytes_load4((const char *)text->p);
    *out = c->values == SCHEMA_UNSIGNED ? (int64_t)x : (int32_t)x;
    return 1;
  }
  if (c->type != SCHEMA_INT64 || text->n != 8) return 0;
  *out = (int64_t)bytes_load8((const char *)text->p);
  return c->values != SCHEMA_UNSIGNED || *out >= 0;
}

static void set_range(struct footer_range *r, const struct schema_column *c, const struct statistics *s) {
  const struct thrift_text *min = &s->min, *max = &s->max;
  r->all_present = !c->is_optional || (s->has_missing && !s->missing);
  if (c->values == SCHEMA_UNREADABLE || c->values == SCHEMA_JULIAN || s->max_is_inexact || s->min_is_inexact) return;
  if (c->values == SCHEMA_TEXT) {
    if (min->p && max->p) r->from = *min, r->to = *max;
    return;
  }
  if (!min->p && !max->p && c->values != SCHEMA_UNSIGNED) min = &s->old_min, max = &s->old_max;
  if (!min->p || !max->p) return;
  r->has_numbers = get_number(c, min, &r->low) && get_number(c, max, &r->high) && r->low <= r->high;
}

/* What a ColumnMetaData says, before it is checked. */
struct column_data {
  int64_t type, codec, values, bytes, data_at, dictionary_at;
  int has_data_at, has_dictionary, is_there;
  struct statistics statistics;
};

static void read_column_data(struct thrift *t, const struct thrift_field *of, struct column_data *d) {
  if (!thrift_struct(t, of)) return;
  d->is_there = 1;
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    switch (f.id) {
    case 1: d->type = thrift_int(t, &f); break;
    case 4: d->codec = thrift_int(t, &f); break;
    case 5: d->values = thrift_int(t, &f); break;
    case 7: d->bytes = thrift_int(t, &f); break;
    case 9: d->data_at = thrift_int(t, &f), d->has_data_at = 1; break;
    case 11: d->dictionary_at = thrift_int(t, &f), d->has_dictionary = 1; break;
    case 12: read_statistics(t, &f, &d->statistics); break;
    default: thrift_skip(t, &f);
    }
  }
}

/*
** Checks what was read, and keeps it.  A chunk that cannot be read is no error until a query needs it.
** Some writers say 0 for the place of a dictionary that there is not.
*/
static void set_chunk(struct parse *p, struct footer_chunk *chunk, const struct schema_column *c,
                      const struct column_data *d) {
  int64_t at =
      d->has_dictionary && d->dictionary_at > 0 && d->dictionary_at < d->data_at ? d->dictionary_at : d->data_at;
  int is_there = d->is_there && d->has_data_at;
  if (!is_there) chunk->why = "lies in another file, or is encrypted";
  else if (d->type != (int64_t)c->type) chunk->why = "has another type than the schema says";
  else if (at < 4 || d->bytes < 0 || d->values < 0 || (uint64_t)at > p->at || (uint64_t)d->bytes > p->at - (uint64_t)at)
    chunk->why = "lies outside of the file, as the footer says; the file is damaged, or not whole";
  if (chunk->why) return;
  chunk->at = (uint64_t)at;
  chunk->bytes = (uint64_t)d->bytes;
  chunk->values = (uint64_t)d->values;
  chunk->codec = d->codec;
  set_range(&chunk->range, c, &d->statistics);
}

static void read_chunk(struct parse *p, struct footer_chunk *chunk, const struct schema_column *c) {
  struct column_data data = {0};
  memset(chunk, 0, sizeof *chunk);
  for (struct thrift_field f = {0}; thrift_next(p->t, &f);) {
    switch (f.id) {
    case 1:
      chunk->why = "lies in another file";
      thrift_skip(p->t, &f);
      break;
    case 3: read_column_data(p->t, &f, &data); break;
    case 8:
    case 9:
      chunk->why = "is encrypted";
      thrift_skip(p->t, &f);
      break;
    default: thrift_skip(p->t, &f);
    }
  }
  if (!is_bad(p) && !chunk->why) set_chunk(p, chunk, c, &data);
}

static void read_chunks(struct parse *p, const struct thrift_field *of) {
  struct footer *footer = p->footer;
  size_t first = (size_t)(footer->ngroups - 1) * footer->schema.n;
  uint32_t n = thrift_list(p->t, of, THRIFT_STRUCT);
  if (is_bad(p)) return;
  if (n != footer->schema.n) damaged(p, "has a row group with another number of columns than the schema");
  else if (first + n > FOOTER_CHUNKS)
    err_set(p->e, ERR_FORMAT, 0, "has more than %u parts, which are row groups times columns", FOOTER_CHUNKS);
  else if (mem_grow(&footer->chunk, &p->chunk_cap, first + n, 64, sizeof *footer->chunk)) err_nomem(p->e);
  for (uint32_t i = 0; i < n && !is_bad(p); i++) read_chunk(p, &footer->chunk[first + i], &footer->schema.column[i]);
}

static void read_group(struct parse *p) {
  struct footer *footer = p->footer;
  int64_t rows = -1;
  int has_chunks = 0;
  if (footer->ngroups == FOOTER_CHUNKS) {
    err_set(p->e, ERR_FORMAT, 0, "has more than %u row groups", FOOTER_CHUNKS);
    return;
  }
  if (mem_grow(&footer->group, &p->group_cap, footer->ngroups + 1u, 16, sizeof *footer->group)) {
    err_nomem(p->e);
    return;
  }
  struct footer_group *group = &footer->group[footer->ngroups++];
  for (struct thrift_field f = {0}; !p->e->code && thrift_next(p->t, &f);) {
    if (f.id == 1 && !has_chunks) read_chunks(p, &f), has_chunks = 1;
    else if (f.id == 3) rows = thrift_int(p->t, &f);
    else thrift_skip(p->t, &f);
  }
  if (is_bad(p)) return;
  if (rows < 0 || rows > FOOTER_ROWS || !has_chunks)
    damaged(p, "has a row group without columns, or with a number of rows that cannot be");
  *group = (struct footer_group){footer->rows, (uint64_t)rows};
  footer->rows += (uint64_t)rows;
  if (footer->rows > (uint64_t)FOOTER_ROWS) damaged(p, "has more rows than there can be");
}

static void read_groups(struct parse *p, const struct thrift_field *of) {
  if (!p->has_schema) damaged(p, "has row groups before its schema");
  if (is_bad(p)) return;
  uint32_t n = thrift_list(p->t, of, THRIFT_STRUCT);
  for (uint32_t i = 0; i < n && !is_bad(p); i++) read_group(p);
}

static void read_file(struct parse *p) {
  for (struct thrift_field f = {0}; !p->e->code && thrift_next(p->t, &f);) {
    switch (f.id) {
    case 2:
      if (p->has_schema) damaged(p, "has two schemas");
      else schema_read(&p->footer->schema, p->t, &f, p->e);
      p->has_schema = 1;
      break;
    case 3: p->rows = thrift_int(p->t, &f), p->has_rows = 1; break;
    case 4:
      if (p->footer->ngroups) damaged(p, "has two lists of row groups");
      else read_groups(p, &f);
      break;
    case 8: err_set(p->e, ERR_FORMAT, 0, "is encrypted"); break;
    default: thrift_skip(p->t, &f);
    }
  }
}

enum err_code footer_read(struct footer *f, const void *bytes, size_t n, uint64_t at, struct err *e) {
  struct thrift t;
  struct parse p = {.footer = f, .t = &t, .e = e, .at = at};
  memset(f, 0, sizeof *f);
  thrift_start(&t, bytes, n);
  read_file(&p);
  if (t.why) return err_set(e, ERR_DAMAGED, 0, "its footer %s", t.why);
  if (e->code) return e->code;
  if (!p.has_schema) return err_set(e, ERR_DAMAGED, 0, "its footer has no schema");
  if (!p.has_rows || p.rows < 0 || (uint64_t)p.rows != f->rows)
    return err_set(e, ERR_DAMAGED, 0, "its row groups have %llu rows together, and its footer says %lld",
                   (unsigned long long)f->rows, (long long)p.rows);
  if (f->rows / FOOTER_DENSE > at)
    return err_set(e, ERR_DAMAGED, 0, "its footer says %llu rows, more than its bytes can have",
                   (unsigned long long)f->rows);
  return ERR_NONE;
}

void footer_clear(struct footer *f) {
  schema_clear(&f->schema);
  mem_free(f->group);
  mem_free(f->chunk);
  memset(f, 0, sizeof *f);
}
