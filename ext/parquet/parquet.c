/* SPDX-License-Identifier: MIT */
/*
** The last eight bytes of a file say how long the footer is that lies before them.  Nothing else is read
** until columns are chosen, and then only their pages.
**
** Each column is at a page of its own, and pages of different columns end at different rows.  A window
** ends where the first of them does, so that texts can point into the pages.
*/
#include "parquet/parquet.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

#define TAIL 8 /* bytes behind the footer: its length, and the magic */

void parquet_init(struct parquet *p) { memset(p, 0, sizeof *p); }

void parquet_close(struct parquet *p) {
  for (size_t i = 0; i < p->made; i++) column_trim(&p->chosen[i].column);
  if (p->probe) column_trim(p->probe);
  p->n = 0;
  p->left = 0;
  footer_clear(&p->footer);
  mem_free(p->bytes);
  p->bytes = NULL;
}

void parquet_clear(struct parquet *p) {
  parquet_close(p);
  for (size_t i = 0; i < p->made; i++) column_clear(&p->chosen[i].column);
  mem_free(p->chosen);
  if (p->probe) column_clear(p->probe);
  mem_free(p->probe);
  codec_clear(&p->codec);
  parquet_init(p);
}

/* Reads the length of the footer, and checks what stands around it. */
static enum err_code read_tail(struct parquet *p, uint32_t *length, struct err *e) {
  char tail[TAIL];
  uint64_t size = input_size(p->input);
  if (size < 4 + TAIL) return err_set(e, ERR_DAMAGED, 0, "is a Parquet file that is cut off; copy the file again");
  if (input_read_at(p->input, size - TAIL, tail, TAIL, e)) return e->code;
  if (!memcmp(tail + 4, "PARE", 4)) return err_set(e, ERR_FORMAT, 0, "is a Parquet file that is encrypted");
  if (memcmp(tail + 4, "PAR1", 4))
    return err_set(e, ERR_DAMAGED, 0, "is a Parquet file without its end; it is cut off or damaged, copy it again");
  *length = bytes_load4(tail);
  if (*length > size - 4 - TAIL)
    return err_set(e, ERR_DAMAGED, 0, "is a Parquet file that says that its footer is longer than the file");
  if (*length > FOOTER_MAX)
    return err_set(e, ERR_FORMAT, 0, "is a Parquet file with a footer of more than %u MiB", FOOTER_MAX >> 20);
  return ERR_NONE;
}

enum err_code parquet_open(struct parquet *p, struct input *input, struct err *e) {
  uint32_t n = 0;
  struct err why = {0};
  parquet_close(p);
  p->input = input;
  if (read_tail(p, &n, e)) return e->code;
  uint64_t at = input_size(input) - TAIL - n;
  if (!(p->bytes = mem_alloc((size_t)n + RLE_PADDING))) return err_nomem(e);
  if (input_read_at(input, at, p->bytes, n, e)) return e->code;
  memset(p->bytes + n, 0, RLE_PADDING);
  if (!footer_read(&p->footer, p->bytes, n, at, &why)) return ERR_NONE;
  if (why.code == ERR_NOMEM) return err_nomem(e);
  return err_set(e, why.code, 0, "is a Parquet file that can't be read: %s", why.text);
}

/* Passes on what is wrong with a column, with its name. */
static enum err_code fail(const struct schema_column *c, const struct err *why, struct err *e) {
  if (why->code != ERR_DAMAGED && why->code != ERR_FORMAT) return err_set(e, why->code, 0, "%s", why->text);
  return err_set(e, why->code, 0, "column %.*s %s", c->n < 80 ? (int)c->n : 80, c->name, why->text);
}

/* The next of the chosen columns becomes this one. */
static void add_column(struct parquet *p, uint32_t number) {
  struct parquet_chosen *c = &p->chosen[p->n++];
  c->number = number;
  c->is_given = 0;
  if (p->n <= p->made) {
    column_change(&c->column, &p->footer.schema.column[number], p->input);
  } else {
    column_init(&c->column, &p->footer.schema.column[number], p->input, &p->codec);
    p->made++;
  }
}

enum err_code parquet_choose(struct parquet *p, const uint8_t *wanted, struct err *e) {
  const struct schema *s = &p->footer.schema;
  uint32_t n = 0;
  for (uint32_t c = 0; c < s->n; c++) n += wanted[c] != 0;
  if (mem_grow(&p->chosen, &p->chosen_cap, n, n, sizeof *p->chosen)) return err_nomem(e);
  for (uint32_t c = 0; c < s->n; c++) {
    if (!wanted[c]) continue;
    if (s->column[c].why)
      return err_set(e, ERR_FORMAT, 0, "column %.*s %s, which can't be read",
                     s->column[c].n < 80 ? (int)s->column[c].n : 80, s->column[c].name, s->column[c].why);
    add_column(p, c);
  }
  p->memory = 0;
  for (uint32_t i = 0; i < p->n; i++) p->memory += column_bytes(&p->chosen[i].column);
  return ERR_NONE;
}

/* The column that parquet_dictionary() and count_rows() read.  ERR_NOMEM. */
static enum err_code make_probe(struct parquet *p, uint32_t column, struct err *e) {
  if (!p->probe) {
    if (!(p->probe = mem_alloc(sizeof *p->probe))) return err_nomem(e);
    column_init(p->probe, NULL, p->input, &p->codec);
  }
  column_change(p->probe, &p->footer.schema.column[column], p->input);
  return ERR_NONE;
}

enum err_code parquet_dictionary(struct parquet *p, uint32_t group, uint32_t column,
                                 const struct dictionary **dictionary, struct err *e) {
  struct err why = {0};
  int is_all = 0;
  *dictionary = NULL;
  if (make_probe(p, column, e)) return e->code;
  if (!column_begin(p->probe, footer_chunk(&p->footer, group, column), p->footer.group[group].rows, &why))
    column_read_dictionary(p->probe, &is_all, &why);
  if (why.code && why.code != ERR_DAMAGED && why.code != ERR_FORMAT) return err_set(e, why.code, 0, "%s", why.text);
  if (!why.code && is_all) *dictionary = &p->probe->dictionary;
  return ERR_NONE;
}

/* May the column be counted?  If columns are chosen, all of them are given, and one of them is. */
static int may_count(const struct parquet *p, uint32_t group, uint32_t column) {
  const struct schema_column *c = &p->footer.schema.column[column];
  int is_chosen = !p->n;
  for (uint32_t i = 0; i < p->n; i++) is_chosen |= p->chosen[i].number == column;
  return is_chosen && !c->is_nested && !c->is_repeated && !footer_chunk(&p->footer, group, column)->why;
}

/* Compares the number of rows with the values of the column that has the fewest bytes. */
static enum err_code count_rows(struct parquet *p, uint32_t group, struct err *e) {
  const struct schema *s = &p->footer.schema;
  const struct footer_chunk *best = NULL;
  uint64_t values = 0;
  uint32_t column = 0;
  struct err why = {0};
  for (uint32_t c = 0; c < s->n; c++) {
    const struct footer_chunk *chunk = footer_chunk(&p->footer, group, c);
    if (!may_count(p, group, c) || (best && chunk->bytes >= best->bytes)) continue;
    best = chunk;
    column = c;
  }
  if (!best) return err_set(e, ERR_FORMAT, 0, "has no column whose values could be counted");
  if (make_probe(p, column, e)) return e->code;
  if (chunk_count(&p->probe->chunk, best, p->left, &values, &why)) return fail(&s->column[column], &why, e);
  if (values == p->left) return ERR_NONE;
  err_set(&why, ERR_DAMAGED, 0, "has %s values than its row group has rows", values < p->left ? "fewer" : "more");
  return fail(&s->column[column], &why, e);
}

enum err_code parquet_begin_group(struct parquet *p, uint32_t group, struct err *e) {
  uint32_t given = 0;
  p->left = p->footer.group[group].rows;
  for (uint32_t i = 0; i < p->n; i++) {
    struct parquet_column *c = &p->chosen[i].column;
    const struct footer_chunk *chunk = footer_chunk(&p->footer, group, p->chosen[i].number);
    struct err why = {0};
    if (p->chosen[i].is_given) column_give(c, chunk, p->left, p->chosen[i].given, &why);
    else column_begin(c, chunk, p->left, &why);
    if (why.code) return fail(c->schema, &why, e);
    given += p->chosen[i].is_given != 0;
  }
  return given == p->n && p->left ? count_rows(p, group, e) : ERR_NONE;
}

/* The column has allocated memory, of which it had `before`. */
static enum err_code count_memory(struct parquet *p, const struct parquet_column *c, size_t before, struct err *e) {
  p->memory += column_bytes(c) - before;
  if (p->memory <= PARQUET_MEMORY) return ERR_NONE;
  return err_set(
      e, ERR_FORMAT, 0,
      "is a Parquet file whose pages and dictionaries take more than %zu MiB together; ask for fewer columns, "
      "or write it with smaller row groups",
      PARQUET_MEMORY >> 20);
}

/* Makes sure that there is a page, and lowers *n to its rows. */
static enum err_code ready_column(struct parquet *p, struct parquet_column *c, uint32_t *n, struct err *e) {
  struct err why = {0};
  size_t before = column_bytes(c);
  uint32_t there = 0;
  if (column_ready(c, &there, &why)) return fail(c->schema, &why, e);
  if (there < *n) *n = there;
  return count_memory(p, c, before, e);
}

static enum err_code read_column(struct parquet *p, struct parquet_column *c, uint32_t n, struct err *e) {
  struct err why = {0};
  size_t before = column_bytes(c);
  if (column_read(c, n, &why)) return fail(c->schema, &why, e);
  return count_memory(p, c, before, e);
}

enum err_code parquet_window(struct parquet *p, uint32_t *rows, struct err *e) {
  uint32_t n = p->left < COLUMN_WINDOW ? (uint32_t)p->left : COLUMN_WINDOW;
  *rows = 0;
  for (uint32_t i = 0; n && i < p->n; i++)
    if (ready_column(p, &p->chosen[i].column, &n, e)) return e->code;
  for (uint32_t i = 0; n && i < p->n; i++)
    if (read_column(p, &p->chosen[i].column, n, e)) return e->code;
  p->left -= n;
  *rows = n;
  return ERR_NONE;
}
