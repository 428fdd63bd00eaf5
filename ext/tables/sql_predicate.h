/* SPDX-License-Identifier: MIT */
/*
** From SQL to predicates: a constraint of a WHERE clause, with the value that SQLite gives for
** its right-hand side, becomes a term of predicate.h.
**
** A term passes all rows for which SQLite's comparison is true, whatever the type of the value.
** The affinity rules are those of "Datatypes In SQLite", section 4.  Where the affinity of the
** value itself decides and cannot be known (a text column against a number), there is no term,
** and SQLite decides alone.  sql_predicate_is_exact() says when a term is SQLite's comparison
** itself, so that SQLite need not compare again.
**
** All functions are called by the thread that owns the connection.
*/
#ifndef TABLES_SQL_PREDICATE_H
#define TABLES_SQL_PREDICATE_H

#include "base/calendar.h"
#include "predicate/predicate.h"
#include "sqlite/sqlite.h"

/* What SQL sees of a subject of predicate.h. */
enum shape {
  SHAPE_NUMBER, /* INTEGER */
  SHAPE_TEXT,   /* TEXT */
  SHAPE_TIME,   /* TEXT: calendar_format_unit() of the subject, which is a number of seconds */
};

/* A column that can be pushed down. */
struct push {
  const char *name;
  int subject; /* of predicate.h */
  enum shape shape;
  enum calendar_unit unit; /* of SHAPE_TIME */
  int must;                /* the column has no value of its own, so what cannot become a term is an error */
  int partly;              /* the term passes more rows than the condition, so that SQLite compares again */
};

enum term_op {
  TERM_NONE, /* cannot be pushed down */
  TERM_EQ,
  TERM_NE,
  TERM_LT,
  TERM_LE,
  TERM_GT,
  TERM_GE,
  TERM_IS,
  TERM_ISNOT,
  TERM_ISNULL,
  TERM_NOTNULL,
  TERM_IN,
  TERM_LIKE,
  TERM_GLOB,
  TERM_CIDR,
  TERM_COUNT
};

/*
** How a plan writes an operator; and the operator that n bytes of a plan stand for, or TERM_NONE.
*/
const char *term_name(enum term_op op);

/* Does the operator look for equal values, or for their order?  Neither for NULL tests and patterns. */
static inline int term_is_equality(enum term_op op) {
  return op == TERM_EQ || op == TERM_NE || op == TERM_IS || op == TERM_ISNOT || op == TERM_IN;
}
static inline int term_is_ordered(enum term_op op) {
  return op == TERM_LT || op == TERM_LE || op == TERM_GT || op == TERM_GE;
}

/* How SQL writes an operator, for messages: "=", "IS NOT", "LIKE". */
const char *term_written(enum term_op op);
enum term_op term_find(const char *name, size_t n);

/* The operator of an SQLITE_INDEX_CONSTRAINT_*, or TERM_NONE. */
enum term_op term_of_constraint(int op);

/* Does the operator on a text column depend on the collation, so that it needs BINARY? */
int term_needs_binary(enum term_op op);

/*
** Is the term SQLite's comparison itself, so that SQLite need not compare again?  literal is the
** value if it is known when the query is planned, or NULL.
*/
int sql_predicate_is_exact(sqlite3 *db, const struct push *column, enum term_op op, sqlite3_value *literal);

/*
** May a literal that a plan is made with, and that is this text, be a hexadecimal number?  When a
** plan is made, SQLite gives such a literal above 0x7fffffff as the text in which it is written,
** and when the plan is run, as a number, which a column of texts leaves to SQLite.
*/
int sql_predicate_may_be_hexadecimal(const char *text);

/*
** Adds the term.  loose: the value may come from a column, so that its affinity is not known.
** Returns SQLITE_NOMEM, or SQLITE_ERROR with a message for an invalid prefix of cidr_match(), and
** for a comparison that a column without a value of its own cannot take part in.
*/
int sql_predicate_add(struct predicate *p, sqlite3 *db, const struct push *column, enum term_op op, int loose,
                      sqlite3_value *value, char **pzErr);

#endif
