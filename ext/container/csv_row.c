/* SPDX-License-Identifier: MIT */
/*
** A value without quotes ends at the next separator or line end, and one with quotes at the next
** quote that is not doubled; both are looked for 16 bytes at a time.
**
**     2024-05-01,"a ""b"", c",,10      values   2024-05-01 | a "b", c | | 10
**
** Spreadsheets write a value in quotes as a whole, so that something other than a separator behind
** its last quote shows that a quote before it was lost or came too much.
*/
#include "container/csv_row.h"

#include <string.h>

#include "container/pieces.h"

/*
** Finds the quote that ends the value whose first byte is at p.  Returns NULL if the value does
** not end before `end`.  A quote as the last byte may be the first of two, unless is_all.
*/
static const char *quoted_end(const char *p, const char *end, int is_all, struct csv_row *row,
                              struct csv_value *value) {
  for (;; p++) {
    p = pieces_find(p, end, '"', '\n');
    if (p == end) return NULL;
    if (*p == '\n') {
      row->nlines++;
      value->has_breaks = 1;
      continue;
    }
    if (end - p == 1) return is_all ? p : NULL;
    if (p[1] != '"') return p;
    value->has_quotes = 1;
    p++;
  }
}

/* Passes over a CR before the line end, or at the end of the bytes. */
static const char *behind_cr(const char *p, const char *end) {
  return p < end && *p == '\r' && (end - p == 1 || p[1] == '\n') ? p + 1 : p;
}

enum csv_result csv_row_split(struct csv_row *row, const char *p, const char *end, int is_all, char separator) {
  struct csv_value beyond; /* a value that is not stored */
  row->nvalues = 0;
  row->nlines = 1;
  for (;; p++) {
    struct csv_value *value = row->nvalues < CSV_COLUMNS ? &row->value[row->nvalues] : &beyond;
    const char *last;
    memset(value, 0, sizeof *value);
    value->p = p;
    if (p < end && *p == '"') {
      value->p = p + 1;
      value->is_quoted = 1;
      last = quoted_end(p + 1, end, is_all, row, value);
      if (!last) return CSV_OPEN;
      p = behind_cr(last + 1, end);
      if (p == end && !is_all) return CSV_PART;
      if (p < end && *p != separator && *p != '\n') return CSV_DAMAGED;
    } else {
      last = p = pieces_find(p, end, separator, '\n');
      if (p == end && !is_all) return CSV_PART;
      if ((p == end || *p == '\n') && last > value->p && last[-1] == '\r') last--;
    }
    value->n = (uint32_t)(last - value->p);
    row->nvalues++;
    if (p == end || *p == '\n') break;
  }
  if (row->nvalues == 1 && !row->value[0].n && !row->value[0].is_quoted) row->nvalues = 0;
  row->end = p + (p < end);
  return CSV_ROW;
}

size_t csv_value_copy(const struct csv_value *value, char *out) {
  const char *p = value->p, *end = p + value->n;
  size_t k = 0;
  if (!value->has_quotes) {
    memcpy(out, p, value->n);
    return value->n;
  }
  while (p < end) {
    const char *quote = memchr(p, '"', (size_t)(end - p));
    size_t n = (size_t)((quote ? quote + 1 : end) - p); /* with the first of the two quotes */
    memcpy(out + k, p, n);
    k += n;
    p += n + !!quote;
  }
  return k;
}
