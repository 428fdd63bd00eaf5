/* SPDX-License-Identifier: MIT */
/*
** The columns of a Parquet file that can be read, as text: the names in the first line, then a line for each row,
** with '-' for what is missing.  Used by the unit tests and the fuzz target of ext/parquet.
*/
#ifndef PARQUET_TEXT_H
#define PARQUET_TEXT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/parquet.h"

struct parquet_text_out {
  char *p;
  size_t n, cap;
};

static inline void parquet_text_add(struct parquet_text_out *o, const void *p, size_t n) {
  if (o->n + n + 1 > o->cap) {
    o->cap = (o->n + n + 1) * 2;
    o->p = realloc(o->p, o->cap);
    if (!o->p) abort();
  }
  memcpy(o->p + o->n, p, n);
  o->n += n;
  o->p[o->n] = 0;
}

static inline void parquet_text_number(struct parquet_text_out *o, const struct parquet_column *c, int64_t x) {
  char text[32];
  int n = c->schema->values == SCHEMA_UNSIGNED ? snprintf(text, sizeof text, "%" PRIu64, (uint64_t)x)
                                               : snprintf(text, sizeof text, "%" PRId64, x);
  parquet_text_add(o, text, (size_t)n);
}

static inline void parquet_text_value(struct parquet_text_out *o, const struct parquet_column *c, uint32_t row) {
  const struct dictionary *d = &c->dictionary;
  if (!c->present[row]) {
    parquet_text_add(o, "-", 1);
  } else if (c->schema->values == SCHEMA_TEXT) {
    struct parquet_text t = c->is_indexed ? d->text[c->index[row]] : c->text[row];
    parquet_text_add(o, t.p, t.n);
  } else {
    parquet_text_number(o, c, c->is_indexed ? d->number[c->index[row]] : c->number[row]);
  }
}

static inline void parquet_text_names(struct parquet_text_out *o, const struct parquet *p) {
  for (uint32_t i = 0; i < p->n; i++) {
    const struct schema_column *c = &p->footer.schema.column[p->chosen[i].number];
    if (i) parquet_text_add(o, " ", 1);
    parquet_text_add(o, c->name, c->n);
  }
  parquet_text_add(o, "\n", 1);
}

/*
** Reads a file that is open in `input`, and stops behind `most` bytes of text or `most` rows.  *rows becomes the
** number of rows read.
*/
static inline enum err_code parquet_text_read(struct input *input, struct parquet_text_out *o, size_t most,
                                              uint64_t *rows, struct err *e) {
  struct parquet p;
  uint8_t wanted[SCHEMA_COLUMNS];
  uint32_t n = 0;
  *rows = 0;
  parquet_init(&p);
  if (parquet_open(&p, input, e)) goto end;
  for (uint32_t c = 0; c < p.footer.schema.n; c++) wanted[c] = !p.footer.schema.column[c].why;
  if (parquet_choose(&p, wanted, e)) goto end;
  parquet_text_names(o, &p);
  for (uint32_t g = 0; g < p.footer.ngroups; g++) {
    if (parquet_begin_group(&p, g, e)) goto end;
    do {
      if (parquet_window(&p, &n, e)) goto end;
      for (uint32_t row = 0; row < n && o->n < most; row++) {
        for (uint32_t i = 0; i < p.n; i++) {
          if (i) parquet_text_add(o, " ", 1);
          parquet_text_value(o, &p.chosen[i].column, row);
        }
        parquet_text_add(o, "\n", 1);
      }
      *rows += n;
      if (o->n >= most || *rows >= most) goto end;
    } while (n);
  }
end:
  parquet_clear(&p);
  return e->code;
}

#endif
