/* SPDX-License-Identifier: MIT */
/*
** The schema is a tree, written as a list of its elements in depth-first order.  An element with
** children says how many there are:
**
**     schema (2 children)  srcaddr  extra (1 child)  element
**
** While the list is read, open[] has the groups that the next element lies in, each with the children that
** are still to come.
**
** What a value means is written in two ways: the older converted type, a number, and the logical type, a
** union of structs.  Where both are there, the logical type counts, which tells more.
*/
#include "parquet/schema.h"

#include <string.h>

#include "base/mem.h"

enum { REQUIRED, OPTIONAL, REPEATED };

/* Converted types, with Parquet's numbers. */
enum {
  CONVERTED_UTF8 = 0,
  CONVERTED_ENUM = 4,
  CONVERTED_DECIMAL = 5,
  CONVERTED_DATE = 6,
  CONVERTED_TIME_MILLIS = 7,
  CONVERTED_TIME_MICROS = 8,
  CONVERTED_TIMESTAMP_MILLIS = 9,
  CONVERTED_TIMESTAMP_MICROS = 10,
  CONVERTED_UINT_8 = 11,
  CONVERTED_UINT_64 = 14,
  CONVERTED_INT_8 = 15,
  CONVERTED_INT_64 = 18,
  CONVERTED_JSON = 19,
};

/* Members of the union of logical types. */
enum {
  LOGICAL_STRING = 1,
  LOGICAL_ENUM = 4,
  LOGICAL_DECIMAL = 5,
  LOGICAL_DATE = 6,
  LOGICAL_TIME = 7,
  LOGICAL_TIMESTAMP = 8,
  LOGICAL_INTEGER = 10,
  LOGICAL_NULL = 11,
  LOGICAL_JSON = 12,
};

struct element {
  int64_t type, repetition, children, converted, scale; /* -1 where it is not said; scale: 0 */
  struct thrift_text name;
  int logical;   /* member of the union, or 0 */
  int unit;      /* of LOGICAL_TIMESTAMP: 1 milliseconds, 2 microseconds, 3 nanoseconds */
  int is_signed; /* of LOGICAL_INTEGER */
};

static void read_unit(struct thrift *t, const struct thrift_field *of, struct element *el) {
  if (!thrift_struct(t, of)) return;
  for (struct thrift_field f = {0}; thrift_next(t, &f); thrift_skip(t, &f)) el->unit = f.id;
}

/* The struct of a logical type: what it says of units, scales and signs. */
static void read_member(struct thrift *t, const struct thrift_field *of, struct element *el) {
  int kind = of->id;
  if (!thrift_struct(t, of)) return;
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    if (kind == LOGICAL_TIMESTAMP && f.id == 2) read_unit(t, &f, el);
    else if (kind == LOGICAL_DECIMAL && f.id == 1) el->scale = thrift_int(t, &f);
    else if (kind == LOGICAL_INTEGER && f.id == 2) el->is_signed = thrift_bool(t, &f);
    else thrift_skip(t, &f);
  }
}

static void read_logical(struct thrift *t, const struct thrift_field *of, struct element *el) {
  if (!thrift_struct(t, of)) return;
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    el->logical = f.id;
    read_member(t, &f, el);
  }
}

static void read_element(struct thrift *t, struct element *el) {
  *el = (struct element){.type = -1, .repetition = REQUIRED, .children = -1, .converted = -1, .is_signed = 1};
  for (struct thrift_field f = {0}; thrift_next(t, &f);) {
    switch (f.id) {
    case 1: el->type = thrift_int(t, &f); break;
    case 3: el->repetition = thrift_int(t, &f); break;
    case 4: el->name = thrift_bytes(t, &f); break;
    case 5: el->children = thrift_int(t, &f); break;
    case 6: el->converted = thrift_int(t, &f); break;
    case 7: el->scale = thrift_int(t, &f); break;
    case 10: read_logical(t, &f, el); break;
    default: thrift_skip(t, &f);
    }
  }
}

/* --- the meaning of values --------------------------------------------------------------------------------------- */

static enum schema_values time_unit(int unit) {
  return unit == 1 ? SCHEMA_MILLIS : unit == 2 ? SCHEMA_MICROS : unit == 3 ? SCHEMA_NANOS : SCHEMA_UNREADABLE;
}

/* The values of INT32 and INT64. */
static enum schema_values integer_values(const struct element *el, const char **why) {
  int64_t c = el->converted;
  int is_decimal = el->logical == LOGICAL_DECIMAL || (!el->logical && c == CONVERTED_DECIMAL);
  int is_time =
      el->logical == LOGICAL_TIME || (!el->logical && (c == CONVERTED_TIME_MILLIS || c == CONVERTED_TIME_MICROS));
  *why = is_decimal && el->scale ? "is a decimal number with a fraction" : is_time ? "is a time of day" : NULL;
  if (*why) return SCHEMA_UNREADABLE;
  switch (el->logical) {
  case LOGICAL_DATE: return SCHEMA_DAYS;
  case LOGICAL_TIMESTAMP: *why = "is a time in a unit that is not known"; return time_unit(el->unit);
  case LOGICAL_INTEGER: return el->is_signed ? SCHEMA_NUMBER : SCHEMA_UNSIGNED;
  case LOGICAL_DECIMAL:
  case LOGICAL_NULL: return SCHEMA_NUMBER;
  case 0: break;
  default: *why = "is of a logical type that is not known"; return SCHEMA_UNREADABLE;
  }
  if (c == CONVERTED_DATE) return SCHEMA_DAYS;
  if (c == CONVERTED_TIMESTAMP_MILLIS) return SCHEMA_MILLIS;
  if (c == CONVERTED_TIMESTAMP_MICROS) return SCHEMA_MICROS;
  return c >= CONVERTED_UINT_8 && c <= CONVERTED_UINT_64 ? SCHEMA_UNSIGNED : SCHEMA_NUMBER;
}

static enum schema_values text_values(const struct element *el, const char **why) {
  int is_text = el->logical == LOGICAL_STRING || el->logical == LOGICAL_ENUM || el->logical == LOGICAL_JSON ||
                el->logical == LOGICAL_NULL;
  if (!el->logical)
    is_text = el->converted < 0 || el->converted == CONVERTED_UTF8 || el->converted == CONVERTED_ENUM ||
              el->converted == CONVERTED_JSON;
  *why = "has bytes that are no text";
  return is_text ? SCHEMA_TEXT : SCHEMA_UNREADABLE;
}

/* What the values of a leaf directly below the root are; *why where they cannot be read. */
static enum schema_values values_of(const struct element *el, const char **why) {
  static const char *const types[SCHEMA_TYPES] = {
      [SCHEMA_BOOLEAN] = "is of the type BOOLEAN",
      [SCHEMA_FLOAT] = "is of the type FLOAT",
      [SCHEMA_DOUBLE] = "is of the type DOUBLE",
      [SCHEMA_FIXED] = "is of the type FIXED_LEN_BYTE_ARRAY",
  };
  *why = el->repetition == REPEATED ? "is repeated" : types[el->type];
  if (*why) return SCHEMA_UNREADABLE;
  if (el->type == SCHEMA_BYTE_ARRAY) return text_values(el, why);
  if (el->type == SCHEMA_INT96) return SCHEMA_JULIAN;
  enum schema_values values = integer_values(el, why);
  return values == SCHEMA_DAYS && el->type != SCHEMA_INT32 ? SCHEMA_UNREADABLE : values;
}

/* --- the tree ---------------------------------------------------------------------------------------------------- */

struct tree {
  uint32_t depth;             /* groups that are open, the root among them */
  int64_t left[SCHEMA_DEPTH]; /* for each: children that are to come */
  struct thrift_text name;    /* of the open group directly below the root */
  size_t cap;                 /* of the columns */
};

static enum err_code add_leaf(struct schema *s, struct tree *tree, const struct element *el, struct err *e) {
  if (el->type < 0 || el->type >= SCHEMA_TYPES)
    return err_set(e, ERR_FORMAT, 0, "its schema has a type that is not known");
  if (s->n == SCHEMA_COLUMNS) return err_set(e, ERR_FORMAT, 0, "has more than %d columns", SCHEMA_COLUMNS);
  if (mem_grow(&s->column, &tree->cap, s->n + 1, 16, sizeof *s->column)) return err_nomem(e);
  struct schema_column *c = &s->column[s->n++];
  memset(c, 0, sizeof *c);
  c->is_nested = tree->depth > 1;
  const struct thrift_text *name = c->is_nested ? &tree->name : &el->name;
  c->name = name->n ? (const char *)name->p : "";
  c->n = name->n;
  c->type = (enum schema_type)el->type;
  c->is_optional = el->repetition == OPTIONAL;
  c->is_repeated = el->repetition == REPEATED;
  c->values = values_of(el, &c->why);
  if (c->is_nested) c->values = SCHEMA_UNREADABLE, c->why = "has values within others";
  if (c->values != SCHEMA_UNREADABLE) c->why = NULL;
  else if (!c->why) c->why = "is of a logical type that does not fit its physical one";
  return ERR_NONE;
}

static enum err_code open_group(struct tree *tree, const struct element *el, struct err *e) {
  if (tree->depth == SCHEMA_DEPTH) return err_set(e, ERR_FORMAT, 0, "its schema has more than %d levels", SCHEMA_DEPTH);
  if (tree->depth == 1) tree->name = el->name;
  tree->left[tree->depth++] = el->children;
  return ERR_NONE;
}

enum err_code schema_read(struct schema *s, struct thrift *t, const struct thrift_field *f, struct err *e) {
  struct tree tree = {0};
  uint32_t n = thrift_list(t, f, THRIFT_STRUCT);
  for (uint32_t i = 0; i < n && !t->why; i++) {
    struct element el;
    read_element(t, &el);
    if (t->why) break;
    while (tree.depth && !tree.left[tree.depth - 1]) tree.depth--;
    if (i && !tree.depth) return err_set(e, ERR_DAMAGED, 0, "its schema has more elements than it says");
    if (i) tree.left[tree.depth - 1]--;
    if (el.children > 0 || !i ? open_group(&tree, &el, e) : add_leaf(s, &tree, &el, e)) return e->code;
  }
  if (t->why) return ERR_NONE; /* the caller says it */
  for (uint32_t i = 0; i < tree.depth; i++)
    if (tree.left[i]) return err_set(e, ERR_DAMAGED, 0, "its schema has fewer elements than it says");
  return n ? ERR_NONE : err_set(e, ERR_DAMAGED, 0, "its schema is empty");
}

void schema_clear(struct schema *s) {
  mem_free(s->column);
  memset(s, 0, sizeof *s);
}
