/* SPDX-License-Identifier: MIT */
/*
** Each batch of the pass is copied into one piece of memory, without the room that it has left.  A
** row is referred to by one number: the batch's above, the row's in the batch below.
**
** The index is a hash table of one subject's values.  Its lists are chained by entry numbers:
**
**     head[]     [ END ]  [ 4 ]  [ END ]  [ 2 ] ...                  by hash of the value
**                           |               |
**     entry[]    [0: row 7, END]  [1: row 5, END]  [2: row 3, 0]  [3: ...]  [4: row 1, 1]
**
** Entries are added from the last row to the first, each at the front of its list, so that a list
** goes through the rows in the order of the pass.  Different values may have the same hash, and a
** round has other conditions besides: each row that the index finds is compared with all terms of
** the round.
**
** The subject `addr` stands for several columns, so that a row may be in several lists, or twice
** in one when two hashes fall on one head.  next_row() passes over the second.
*/
#include "scan/row_store.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void row_store_init(struct row_store *k, size_t max_bytes) {
  memset(k, 0, sizeof *k);
  k->max_bytes = max_bytes;
  k->subject = ROW_STORE_NO_SUBJECT;
}

void row_store_clear(struct row_store *k) {
  for (size_t i = 0; i < k->n; i++) mem_free(k->batch[i].line); /* that is the whole copy: see copy() */
  mem_free(k->batch);
  mem_free(k->head);
  mem_free(k->entry);
  row_store_init(k, k->max_bytes);
}

/*
** Copies a batch into one piece of `bytes` bytes: line numbers, cells column by column, text.  0:
** no memory.
*/
static int copy(struct batch *to, const struct batch *from, size_t bytes) {
  size_t n = from->nrows;
  uint64_t *p = mem_alloc(bytes);
  if (!p) return 0;
  memset(to, 0, sizeof *to);
  to->file = from->file;
  to->nrows = from->nrows;
  to->line = memcpy(p, from->line, n * sizeof *p);
  p += n;
  for (int c = 0; c < COLUMN_COUNT; c++) {
    to->has[c] = from->has[c];
    if (!from->has[c]) continue;
    to->cell[c] = memcpy(p, from->cell[c], n * sizeof *p);
    p += n;
  }
  to->text = (char *)p;
  if (from->text_used) memcpy(to->text, from->text, from->text_used);
  memset(to->text + from->text_used, 0,
         BATCH_COPY); /* texts are compared in whole words, which may reach beyond their ends */
  to->text_used = from->text_used;
  return 1;
}

enum err_code row_store_add(struct row_store *k, const struct batch *b, struct err *e) {
  size_t columns = 1, n = b->nrows;
  if (!n) return ERR_NONE;
  for (int c = 0; c < COLUMN_COUNT; c++) columns += b->has[c] != 0;
  size_t bytes = n * columns * sizeof *b->line + b->text_used + BATCH_COPY;
  k->bytes += bytes + sizeof *b + n * (sizeof *k->entry + 2 * sizeof *k->head);
  if (k->bytes > k->max_bytes || k->n + 1 >= ROW_STORE_MAX)
    return err_set(e, ERR_ARGUMENT, 0, "too many rows to be kept");
  if (mem_grow(&k->batch, &k->cap, k->n + 1, 64, sizeof *k->batch)) return err_nomem(e);
  if (!copy(&k->batch[k->n], b, bytes)) return err_nomem(e);
  k->n++;
  return ERR_NONE;
}

/* --- a row's values ---------------------------------------------------------------------------------------------- */

/* Sets columns[] to the columns that a subject stands for, and returns their number. */
static int columns_of(int subject, uint8_t columns[4]) {
  static const uint8_t addresses[4] = {FIELD_srcaddr, FIELD_dstaddr, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr};
  if (subject == SUBJECT_ADDR) return memcpy(columns, addresses, 4), 4;
  if (subject == SUBJECT_PORT) return columns[0] = FIELD_srcport, columns[1] = FIELD_dstport, 2;
  columns[0] = (uint8_t)subject;
  return subject < FIELD_COUNT;
}

static uint64_t cell_of(const struct batch *b, int column, uint32_t row) {
  return b->has[column] ? b->cell[column][row] : BATCH_NULL;
}

static uint64_t hash_cell(const struct batch *b, int column, uint64_t cell) {
  return kind_is_int(fields[column].kind) ? hash_mix(cell, 0) : hash_bytes(batch_text(b, cell), batch_text_n(cell));
}

/*
** Do n terms about one subject let the row pass?  For a subject of several columns, one of these
** must meet all terms.
*/
static int passes(const struct predicate_term *t, uint32_t n, const struct batch *b, uint32_t row) {
  uint8_t columns[4];
  int ncolumns = columns_of(t->subject, columns);
  if (t->subject == SUBJECT_LINE) return predicate_passes_number(t, n, b->line[row]);
  if (t->subject == SUBJECT_FILE) return 1; /* whole files are taken or left, before they are read */
  for (int i = 0; i < ncolumns; i++) {
    uint64_t cell = cell_of(b, columns[i], row);
    if (cell == BATCH_NULL                     ? predicate_passes_null(t, n)
        : kind_is_int(fields[columns[i]].kind) ? predicate_passes_number(t, n, cell)
                                               : predicate_passes_text(t, n, batch_text(b, cell), batch_text_n(cell)))
      return 1;
  }
  return 0;
}

int row_store_meets(const struct predicate *p, const struct batch *b, uint32_t row) {
  for (size_t i = 0, next; i < p->n; i = next) {
    for (next = i; next < p->n && p->term[next].subject == p->term[i].subject;) next++;
    if (!passes(&p->term[i], (uint32_t)(next - i), b, row)) return 0;
  }
  return 1;
}

/* --- the index --------------------------------------------------------------------------------------------------- */

int row_store_asks_for_one(const struct predicate_term *t) {
  return !t->negated && !t->null_passes &&
         (t->op == PREDICATE_EQUAL || (t->op == PREDICATE_RANGE && t->low == t->high)) && t->subject != SUBJECT_LINE &&
         t->subject != SUBJECT_FILE;
}

/*
** Adds the row to the list of each of its values, once for each value: both ends of a flow may be
** the same.
*/
static void add_row(struct row_store *k, uint32_t batch, uint32_t row) {
  const struct batch *b = &k->batch[batch];
  uint8_t columns[4];
  uint64_t seen[4];
  int n = columns_of(k->subject, columns), nseen = 0;
  for (int i = 0; i < n; i++) {
    uint64_t cell = cell_of(b, columns[i], row);
    if (cell == BATCH_NULL) continue;
    uint64_t hash = hash_cell(b, columns[i], cell);
    int again = 0;
    for (int s = 0; s < nseen; s++) again |= seen[s] == hash;
    if (again) continue;
    seen[nseen++] = hash;
    uint32_t *head = &k->head[hash & (k->nheads - 1)];
    k->entry[k->nentries] = (struct row_store_entry){batch << ROW_STORE_ROW_BITS | row, *head};
    *head = (uint32_t)k->nentries++;
  }
}

enum err_code row_store_index(struct row_store *k, int subject, struct err *e) {
  uint8_t columns[4];
  size_t rows = 0;
  k->subject = subject;
  if (subject == ROW_STORE_NO_SUBJECT) return ERR_NONE;
  for (size_t i = 0; i < k->n; i++) rows += k->batch[i].nrows;
  for (k->nheads = 16; k->nheads < rows; k->nheads *= 2) continue;
  size_t entries = rows * (size_t)columns_of(subject, columns);
  if (entries >= ROW_STORE_END) return k->subject = ROW_STORE_NO_SUBJECT, ERR_NONE;
  k->head = mem_alloc(k->nheads * sizeof *k->head);
  k->entry = mem_alloc((entries + 1) * sizeof *k->entry);
  if (!k->head || !k->entry) return err_nomem(e);
  memset(k->head, 0xff, k->nheads * sizeof *k->head);
  for (size_t i = k->n; i-- > 0;) /* from the last row on, so that each list begins with its first row */
    for (uint32_t row = k->batch[i].nrows; row-- > 0;) add_row(k, (uint32_t)i, row);
  return ERR_NONE;
}

/* --- a round ----------------------------------------------------------------------------------------------------- */

void row_store_find(const struct row_store *k, const struct predicate *predicate, struct row_store_cursor *c) {
  memset(c, 0, sizeof *c);
  c->predicate = predicate;
  for (size_t i = 0; i < predicate->n && k->subject != ROW_STORE_NO_SUBJECT; i++) {
    const struct predicate_term *t = &predicate->term[i];
    if (t->subject != k->subject || !row_store_asks_for_one(t)) continue;
    uint64_t hash = t->op == PREDICATE_RANGE ? hash_mix(t->low, 0) : hash_bytes(t->text.p, t->text.n);
    c->indexed = 1;
    c->entry = k->head[hash & (k->nheads - 1)];
    return;
  }
}

/* The next row to look at, as a reference; ROW_STORE_END when there is none. */
static uint32_t next_row(const struct row_store *k, struct row_store_cursor *c) {
  if (c->indexed) {
    if (c->entry == ROW_STORE_END) return ROW_STORE_END;
    uint32_t row = k->entry[c->entry].row;
    while (c->entry != ROW_STORE_END && k->entry[c->entry].row == row) c->entry = k->entry[c->entry].next;
    return row;
  }
  uint32_t batch = c->row >> ROW_STORE_ROW_BITS, row = c->row & ((1u << ROW_STORE_ROW_BITS) - 1);
  if (batch < k->n && row >= k->batch[batch].nrows) batch++, row = 0;
  if (batch >= k->n) return ROW_STORE_END;
  c->row = (batch << ROW_STORE_ROW_BITS | row) + 1;
  return batch << ROW_STORE_ROW_BITS | row;
}

const struct batch *row_store_next(const struct row_store *k, struct row_store_cursor *c, uint32_t *row) {
  for (uint32_t r; (r = next_row(k, c)) != ROW_STORE_END;) {
    const struct batch *b = &k->batch[r >> ROW_STORE_ROW_BITS];
    *row = r & ((1u << ROW_STORE_ROW_BITS) - 1);
    if (row_store_meets(c->predicate, b, *row)) return b;
  }
  return NULL;
}
