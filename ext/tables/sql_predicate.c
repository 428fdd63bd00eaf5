/* SPDX-License-Identifier: MIT */
/*
** Each shape turns the value into what the lower rooms compare: numbers become ranges, texts stay
** texts, and a time becomes a range of seconds, because the texts of times are in the order of
** the seconds.  In a range of whole numbers, `x < 5.5` is `x <= 5` and `x = 5.5` holds for none:
**
**     value      a (first number not below)   b (first number above)      < is [0, a-1]   <= is [0, b-1]
**     5          5                            6                           = is [a, b-1]
**     5.5        6                            6                           > is [b, max]   >= is [a, max]
*/
#include "tables/sql_predicate.h"

#include <string.h>

#include "sqlite/report.h"

#define MAX_NUMBER ((uint64_t)INT64_MAX)

static const struct {
  const char *name;
  const char *written;
  int constraint; /* SQLITE_INDEX_CONSTRAINT_*, or 0 */
} ops[TERM_COUNT] = {
    [TERM_EQ] = {"=", "=", SQLITE_INDEX_CONSTRAINT_EQ},
    [TERM_NE] = {"<>", "<>", SQLITE_INDEX_CONSTRAINT_NE},
    [TERM_LT] = {"<", "<", SQLITE_INDEX_CONSTRAINT_LT},
    [TERM_LE] = {"<=", "<=", SQLITE_INDEX_CONSTRAINT_LE},
    [TERM_GT] = {">", ">", SQLITE_INDEX_CONSTRAINT_GT},
    [TERM_GE] = {">=", ">=", SQLITE_INDEX_CONSTRAINT_GE},
    [TERM_IS] = {":is", "IS", SQLITE_INDEX_CONSTRAINT_IS},
    [TERM_ISNOT] = {":is-not", "IS NOT", SQLITE_INDEX_CONSTRAINT_ISNOT},
    [TERM_ISNULL] = {":is-null", "IS NULL", SQLITE_INDEX_CONSTRAINT_ISNULL},
    [TERM_NOTNULL] = {":is-not-null", "IS NOT NULL", SQLITE_INDEX_CONSTRAINT_ISNOTNULL},
    [TERM_IN] = {":in", "IN", 0},
    [TERM_LIKE] = {":like", "LIKE", SQLITE_INDEX_CONSTRAINT_LIKE},
    [TERM_GLOB] = {":glob", "GLOB", SQLITE_INDEX_CONSTRAINT_GLOB},
    [TERM_CIDR] = {":cidr_match", "cidr_match", SQLITE_INDEX_CONSTRAINT_FUNCTION},
};

const char *term_name(enum term_op op) { return ops[op].name; }

const char *term_written(enum term_op op) { return ops[op].written; }

enum term_op term_find(const char *name, size_t n) {
  for (int op = TERM_EQ; op < TERM_COUNT; op++)
    if (strlen(ops[op].name) == n && !memcmp(ops[op].name, name, n)) return (enum term_op)op;
  return TERM_NONE;
}

enum term_op term_of_constraint(int constraint) {
  for (int op = TERM_EQ; op < TERM_COUNT; op++)
    if (ops[op].constraint && ops[op].constraint == constraint) return (enum term_op)op;
  return TERM_NONE;
}

int term_needs_binary(enum term_op op) {
  return op != TERM_ISNULL && op != TERM_NOTNULL && op != TERM_LIKE && op != TERM_GLOB && op != TERM_CIDR;
}

static int is_ascii(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] >= 0x80) return 0;
  return 1;
}

/*
** Is the database in UTF-16?  Then SQLite compares texts in another order, and texts with bytes
** that are not UTF-8 may be equal although their bytes differ.
*/
static int is_utf16(sqlite3 *db) {
  sqlite3_stmt *s = NULL;
  int utf16 = 1;
  if (!sqlite3_prepare_v2(db, "PRAGMA encoding", -1, &s, NULL) && sqlite3_step(s) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(s, 0);
    utf16 = !name || strcmp(name, "UTF-8") != 0;
  }
  sqlite3_finalize(s);
  return utf16;
}

int sql_predicate_may_be_hexadecimal(const char *text) {
  text += *text == '-';
  return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

int sql_predicate_is_exact(sqlite3 *db, const struct push *column, enum term_op op, sqlite3_value *literal) {
  if (column->must || op == TERM_ISNULL || op == TERM_NOTNULL || op == TERM_CIDR) return 1;
  if (op == TERM_LIKE || op == TERM_GLOB) return 0;
  if (column->shape == SHAPE_NUMBER) return 1;
  if (op == TERM_IN || !literal || sqlite3_value_type(literal) != SQLITE_TEXT) return 0;
  if (column->shape == SHAPE_TEXT && op != TERM_EQ && op != TERM_NE && op != TERM_IS && op != TERM_ISNOT) return 0;
  const char *text = (const char *)sqlite3_value_text(literal);
  return text && !sql_predicate_may_be_hexadecimal(text) && is_ascii(text, (size_t)sqlite3_value_bytes(literal)) &&
         !is_utf16(db);
}

/* --- numbers ----------------------------------------------------------------------------------------------------- */

/* The numbers from low to high; none when low is above high. */
static void set_range(struct predicate_term *t, uint64_t low, uint64_t high) {
  t->op = low <= high ? PREDICATE_RANGE : PREDICATE_NEVER;
  t->low = low;
  t->high = high;
}

/*
** The numbers for which "number op value" is true.  The value is given by two whole numbers: a is
** the first that is not below it, b the first that is above it.  Each is MAX_NUMBER + 1 when
** there is no such number.
*/
static void compare_numbers(struct predicate_term *t, enum term_op op, uint64_t a, uint64_t b, uint64_t max) {
  t->negated = op == TERM_NE || op == TERM_ISNOT;
  t->null_passes = op == TERM_ISNOT;
  switch (op) {
  case TERM_LT: a ? set_range(t, 0, a - 1 < max ? a - 1 : max) : set_range(t, 1, 0); break;
  case TERM_LE: b ? set_range(t, 0, b - 1 < max ? b - 1 : max) : set_range(t, 1, 0); break;
  case TERM_GT: set_range(t, b, max); break;
  case TERM_GE: set_range(t, a, max); break;
  default: b > a ? set_range(t, a, b - 1) : set_range(t, 1, 0); break;
  }
}

/*
** a and b of compare_numbers() for a value.  A value that is not a number sorts above all
** numbers.
*/
static void limits(sqlite3_value *v, uint64_t *a, uint64_t *b) {
  *a = *b = MAX_NUMBER + 1;
  int type = sqlite3_value_numeric_type(v);
  if (type == SQLITE_INTEGER) {
    sqlite3_int64 i = sqlite3_value_int64(v);
    *a = i < 0 ? 0 : (uint64_t)i;
    *b = i < 0 ? 0 : (uint64_t)i + 1;
  } else if (type == SQLITE_FLOAT) {
    double r = sqlite3_value_double(v);
    if (r >= 9223372036854775808.0) return;
    uint64_t floor = r < 0 ? 0 : (uint64_t)r;
    *a = r <= 0 ? 0 : floor + ((double)floor < r);
    *b = r < 0 ? 0 : floor + 1;
  }
}

/* --- the value --------------------------------------------------------------------------------------------------- */

/* A term that is being made. */
struct making {
  sqlite3 *db;
  const struct push *column;
  enum term_op op;
  int loose;
  struct predicate_term term;
  int skip; /* the condition cannot become a term */
};

static void never(struct making *m) {
  m->term.op = PREDICATE_NEVER;
  m->term.negated = 0;
}

/*
** IS NULL and IS NOT NULL.  A number of seconds that calendar_format() cannot write is NULL as a
** time.
*/
static void test_null(struct making *m) {
  struct predicate_term *t = &m->term;
  int is_time = m->column->shape == SHAPE_TIME;
  t->op = m->op == TERM_NOTNULL ? PREDICATE_ALWAYS : PREDICATE_NEVER;
  t->null_passes = m->op == TERM_ISNULL;
  if (is_time && m->op == TERM_NOTNULL) set_range(t, 0, CALENDAR_MAX);
  if (is_time && m->op == TERM_ISNULL) set_range(t, CALENDAR_MAX + 1, MAX_NUMBER);
}

/* A comparison with NULL is never true, except for IS and IS NOT. */
static void add_null(struct making *m) {
  if (m->op != TERM_IS && m->op != TERM_ISNOT) {
    never(m);
    return;
  }
  m->op = m->op == TERM_IS ? TERM_ISNULL : TERM_NOTNULL;
  test_null(m);
}

/* A blob sorts above all texts. */
static void add_blob(struct making *m) {
  int always = m->op == TERM_NE || m->op == TERM_ISNOT || m->op == TERM_LT || m->op == TERM_LE;
  m->term.op = always ? PREDICATE_ALWAYS : PREDICATE_NEVER;
  m->term.null_passes = m->op == TERM_ISNOT;
}

static void add_time(struct making *m, const char *text, size_t n) {
  uint64_t a = (uint64_t)calendar_bound(m->column->unit, text, n, 0),
           b = (uint64_t)calendar_bound(m->column->unit, text, n, 1);
  compare_numbers(&m->term, m->op, a, b, CALENDAR_MAX);
}

static enum err_code add_text(struct making *m, const char *text, size_t n, struct err *e) {
  struct predicate_term *t = &m->term;
  t->op = PREDICATE_BETWEEN;
  t->loose = (uint8_t)m->loose;
  switch (m->op) {
  case TERM_LT:
  case TERM_LE: t->text_high.open = m->op == TERM_LT; return predicate_set_text(&t->text_high, text, n, e);
  case TERM_GT:
  case TERM_GE: t->text.open = m->op == TERM_GT; return predicate_set_text(&t->text, text, n, e);
  default:
    t->op = PREDICATE_EQUAL;
    t->negated = m->op == TERM_NE || m->op == TERM_ISNOT;
    t->null_passes = m->op == TERM_ISNOT;
    return predicate_set_text(&t->text, text, n, e);
  }
}

/* A comparison of a column that is TEXT to SQL. */
static enum err_code compare_text(struct making *m, sqlite3_value *v, struct err *e) {
  switch (sqlite3_value_type(v)) {
  case SQLITE_NULL: add_null(m); return ERR_NONE;
  case SQLITE_BLOB: add_blob(m); return ERR_NONE;
  case SQLITE_TEXT: break;
  default:
    m->skip = 1;
    return ERR_NONE; /* whether SQLite compares texts or numbers depends on where the number comes from */
  }
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return err_nomem(e);
  size_t n = (size_t)sqlite3_value_bytes(v);
  int plain = is_ascii(text, n) && (!term_is_ordered(m->op) || m->column->shape == SHAPE_TIME || m->column->must);
  if (!plain && is_utf16(m->db)) m->skip = 1;
  else if (m->column->shape == SHAPE_TIME) add_time(m, text, n);
  else return add_text(m, text, n, e);
  return ERR_NONE;
}

/*
** How many bytes at the beginning of a pattern stand for themselves.  *is_all: the rest is one
** wildcard for any text. special lists the bytes with a meaning; the first one is that wildcard.
*/
static size_t prefix_of(const char *pattern, size_t n, const char *special, int *is_all) {
  size_t k = 0;
  while (k < n && (unsigned char)pattern[k] < 0x80 && pattern[k] && !strchr(special, pattern[k])) k++;
  *is_all = k + 1 == n && pattern[k] == special[0];
  return k;
}

static enum err_code add_pattern(struct making *m, sqlite3_value *v, struct err *e) {
  if (sqlite3_value_type(v) == SQLITE_NULL) return never(m), ERR_NONE;
  m->skip = sqlite3_value_type(v) == SQLITE_BLOB;
  if (m->skip) return ERR_NONE;
  const char *pattern = (const char *)sqlite3_value_text(v);
  if (!pattern) return err_nomem(e);
  int is_all;
  size_t n = prefix_of(pattern, (size_t)sqlite3_value_bytes(v), m->op == TERM_LIKE ? "%_" : "*?[", &is_all);
  if (m->column->must && !is_all) return m->skip = 1, ERR_NONE;
  if (m->column->shape == SHAPE_TIME) {
    char end[CALENDAR_TEXT + 1];
    size_t k = n < CALENDAR_TEXT ? n : CALENDAR_TEXT;
    memcpy(end, pattern, k);
    end[k] = '\xff';
    int64_t low = calendar_bound(m->column->unit, end, k, 0), high = calendar_bound(m->column->unit, end, k + 1, 0);
    if (low < high) set_range(&m->term, (uint64_t)low, (uint64_t)high - 1);
    else never(m);
    return ERR_NONE;
  }
  m->term.op = PREDICATE_PREFIX;
  m->term.fold = m->op == TERM_LIKE;
  return predicate_set_text(&m->term.text, pattern, n, e);
}

/* Adds one value of IN to the set. */
static enum err_code add_member(struct making *m, sqlite3_value *v, struct err *e) {
  struct predicate_term *t = &m->term;
  uint64_t a, b;
  if (sqlite3_value_type(v) == SQLITE_NULL) return ERR_NONE;
  if (m->column->shape == SHAPE_NUMBER) {
    limits(v, &a, &b);
    return a < b ? set_add_number(&t->set, a, e) : ERR_NONE;
  }
  if (sqlite3_value_type(v) == SQLITE_BLOB) return ERR_NONE;
  m->skip |= sqlite3_value_type(v) != SQLITE_TEXT;
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return err_nomem(e);
  size_t n = (size_t)sqlite3_value_bytes(v);
  if (!is_ascii(text, n) && is_utf16(m->db)) m->skip = 1;
  if (m->skip) return ERR_NONE;
  if (m->column->shape == SHAPE_TEXT) return set_add_text(&t->set, text, n, e);
  a = (uint64_t)calendar_bound(m->column->unit, text, n, 0);
  b = (uint64_t)calendar_bound(m->column->unit, text, n, 1);
  return a < b ? set_add_number(&t->set, a, e) : ERR_NONE;
}

static enum err_code add_set(struct making *m, sqlite3_value *v, struct err *e) {
  set_init(&m->term.set);
  m->term.op = m->column->shape == SHAPE_TEXT ? PREDICATE_TEXTS : PREDICATE_NUMBERS;
  m->skip = m->column->shape == SHAPE_TIME && m->column->unit != CALENDAR_SECOND;
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_value *member;
  int rc = sqlite3_vtab_in_first(v, &member);
  for (; rc == SQLITE_OK && member && !m->skip; rc = sqlite3_vtab_in_next(v, &member))
    if (add_member(m, member, e)) return e->code;
  if (rc == SQLITE_NOMEM) return err_nomem(e);
  if (rc != SQLITE_OK && rc != SQLITE_DONE) m->skip = 1;
#else
  (void)v, (void)e;
  (void)add_member;
  m->skip = 1;
#endif
  return ERR_NONE;
}

static int add_cidr(struct making *m, sqlite3_value *v, char **pzErr) {
  int type = sqlite3_value_type(v); /* before it is converted to text, which would make a text of a blob */
  m->term.op = PREDICATE_CIDR;
  if (type == SQLITE_NULL) return never(m), SQLITE_OK;
  if (type == SQLITE_BLOB) return report_text(pzErr, "cidr_match: the prefix is a blob, not text such as '10.0.0.0/8'");
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return SQLITE_NOMEM;
  if (ip_parse_prefix(text, (size_t)sqlite3_value_bytes(v), &m->term.cidr)) return SQLITE_OK;
  return report_text(pzErr, "cidr_match: '%s' is no prefix such as '10.0.0.0/8' or 'fd00::/8'", text);
}

static enum err_code add_value(struct making *m, sqlite3_value *v, struct err *e) {
  uint64_t a, b;
  switch (m->op) {
  case TERM_ISNULL:
  case TERM_NOTNULL: test_null(m); return ERR_NONE;
  case TERM_IN: return add_set(m, v, e);
  case TERM_LIKE:
  case TERM_GLOB: return add_pattern(m, v, e);
  default: break;
  }
  if (m->column->shape != SHAPE_NUMBER) return compare_text(m, v, e);
  limits(v, &a, &b);
  if (sqlite3_value_type(v) == SQLITE_NULL) add_null(m);
  else compare_numbers(&m->term, m->op, a, b, MAX_NUMBER);
  return ERR_NONE;
}

/*
** A second term for a time: a number of seconds that has no text is NULL, so it does not satisfy
** `<>`, which the range of the first term would let it do.
*/
static enum err_code add_companion(struct making *m, struct predicate *p, struct err *e) {
  struct predicate_term t = {
      .subject = (uint8_t)m->column->subject, .op = PREDICATE_RANGE, .low = 0, .high = CALENDAR_MAX};
  int is_due =
      m->column->shape == SHAPE_TIME && (m->op == TERM_NE || m->term.op == PREDICATE_ALWAYS) && !m->term.null_passes;
  return is_due ? predicate_add(p, &t, e) : ERR_NONE;
}

int sql_predicate_add(struct predicate *p, sqlite3 *db, const struct push *column, enum term_op op, int loose,
                      sqlite3_value *value, char **pzErr) {
  struct making m = {.db = db, .column = column, .op = op, .loose = loose && !column->must};
  struct err e = {0};
  int rc = SQLITE_OK;
  m.term.subject = (uint8_t)column->subject;
  if (op == TERM_CIDR) rc = add_cidr(&m, value, pzErr);
  else if (add_value(&m, value, &e)) rc = SQLITE_NOMEM;
  if (!rc && m.skip && column->must)
    rc = report_text(pzErr, "%s can be compared with %s; patterns are prefixes, as %s GLOB '%s'", column->name,
                     column->shape == SHAPE_TEXT ? "texts alone" : "numbers alone", column->name,
                     column->subject == SUBJECT_ADDR ? "10.0.*" : "eni-0a*");
  if (rc || m.skip) {
    predicate_drop(&m.term);
    return rc;
  }
  if (add_companion(&m, p, &e)) predicate_drop(&m.term);
  else predicate_add(p, &m.term, &e);
  return e.code ? SQLITE_NOMEM : SQLITE_OK;
}
