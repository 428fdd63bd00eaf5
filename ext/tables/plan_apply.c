/* SPDX-License-Identifier: MIT */
/*
** Goes through the words of the plan, each with its value.  What the plan left open ends in an
** error that says what to write instead, because one scan cannot answer for several values.
*/
#include <stdlib.h>
#include <string.h>

#include "sqlite/report.h"
#include "sqlite/value.h"
#include "tables/literal_check.h"
#include "tables/plan.h"

/* What plan_apply() works on. */
struct applying {
  struct query *query;
  const struct sql_table *table;
  struct {
    int is_given;
    const char *value;
  } given[OPTION_COUNT]; /* the values that options have been given so far */
};

static const struct column *find_argument(const struct sql_table *table, const char *name) {
  for (int i = 0; i < table->ncolumns; i++)
    if (column_is_argument(&table->column[i]) && !strcmp(column_argument_name(&table->column[i]), name))
      return &table->column[i];
  return NULL;
}

/* Would SQLite, which compares the hidden column with the value again, find it different? */
static int is_compared_wrongly(int type) { return type == SQLITE_NULL || type == SQLITE_BLOB; }

/* The payload: bytes of any kind, which are not copied. */
static int set_data(sqlite3_value *v, struct options *options, char **pzErr) {
  if (options->data && !value_is_same(options->data, v)) return report_text(pzErr, "data is given two values");
  options->data = v;
  return SQLITE_OK;
}

/* A function was given an option that only CREATE VIRTUAL TABLE takes. */
static int create_only(const struct sql_table *table, const struct option_info *info, char **pzErr) {
  sqlite3_str *others = sqlite3_str_new(NULL);
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    if (column_is_argument(c) && !column_has_flag(c, OPTION_CREATE_ONLY))
      sqlite3_str_appendf(others, "%s%s", sqlite3_str_length(others) ? ", " : "", column_argument_name(c));
  }
  char *text = sqlite3_str_finish(others);
  int rc =
      text ? report_text(pzErr, "%s is an option of CREATE VIRTUAL TABLE alone; a function takes %s", info->name, text)
           : SQLITE_NOMEM;
  sqlite3_free(text);
  return rc;
}

static int set_option(struct applying *a, enum option option, int compared, sqlite3_value *v, char **pzErr) {
  const struct option_info *info = &option_table[option];
  int type = sqlite3_value_type(v); /* before it is converted to text */
  const char *value = (const char *)sqlite3_value_text(v);
  if (!value && type != SQLITE_NULL) return SQLITE_NOMEM;
  if ((size_t)sqlite3_value_bytes(v) != (value ? strlen(value) : 0))
    return report_text(pzErr, "%s has a NUL byte", info->name);
  if (compared && is_compared_wrongly(type))
    return report_text(pzErr,
                       "%s stands behind %d other conditions, where SQLite compares it once more and finds it "
                       "different; write it before them%s",
                       info->name, PLAN_OMIT - 1, value ? "" : ", or leave the NULL out");
  const char *before = a->given[option].value;
  if (a->given[option].is_given && (!value || !before || strcmp(value, before) != 0))
    return report_text(pzErr, "%s is given two values, '%s' and '%s'", info->name, before ? before : "NULL",
                       value ? value : "NULL");
  a->given[option].is_given = 1;
  a->given[option].value = value;
  if (value && info->flags & OPTION_CREATE_ONLY) return create_only(a->table, info, pzErr);
  int rc = options_set(&a->query->options, option, value, pzErr);
  int is_shown = type == SQLITE_TEXT && info->kind == OPTION_NUMBER && !*info->type; /* as it was given */
  return !rc && is_shown ? options_show(&a->query->options, option, value) : rc;
}

/*
** The error of a column without a value of its own, which the query uses in another way than in a
** condition.
*/
static int either_error(const struct push *push, char **pzErr) {
  return report_text(
      pzErr,
      "%s %s, and this query uses it where one scan can't look for it "
      "(as a result, in OR, in an expression, behind 15 other conditions); write AND %s = …, IN (…), BETWEEN%s%s",
      push->name, push->subject < FIELD_COUNT ? "chooses the records that are read" : "stands for either end of a flow",
      push->name,
      push->subject < FIELD_COUNT ? ", GLOB 'eni-0a*'"
      : push->shape != SHAPE_TEXT ? ""
                                  : ", GLOB '10.0.*' or cidr_match(addr, '10.0.0.0/8')",
      plan_knows_in() ? "" : "; it needs SQLite 3.38");
}

int plan_open_error(const struct sql_table *table, const char *name, char **pzErr) {
  const struct column *c = find_argument(table, name);
  if (!c) return either_error(&columns_find_push(table, name)->push, pzErr);
  const char *more = c->role == COLUMN_OPTION ? option_table[c->ref].misused : NULL;
  if (column_has_flag(c, OPTION_SELECTS) && !plan_knows_in())
    more = "; as a condition it needs SQLite 3.38, as an option of CREATE VIRTUAL TABLE it doesn't";
  return report_text(
      pzErr,
      "%s is an argument, and this query uses it where it can't be passed on: as a result, inside OR, as name = "
      "value between the parentheses, in a "
      "WHERE about the right side of a LEFT JOIN (write it into ON); write %s(%s, …) or AND %s = …%s",
      name, table->name, columns_take_data(table) ? "event" : "'AWSLogs/'", name, more ? more : "; it takes one value");
}

/* A word of the plan that is a term: NAME and op, with the value v. */
static int add_term(struct applying *a, const char *name, const char *op, size_t op_n, sqlite3_value *v, char **pzErr) {
  const struct column *column = columns_find_push(a->table, name);
  int varies = op_n > 1 && op[op_n - 1] == '*';
  op_n -= (size_t)varies;
  int loose = op_n > 1 && op[op_n - 1] == '~';
  enum term_op term = term_find(op, op_n - (size_t)loose);
  if (term == TERM_NONE || !column) return SQLITE_INTERNAL;
  const struct table *t = query_table(a->query);
  a->query->varies[column->push.subject] |= (uint8_t)varies;
  int rc = literal_check_later(t, column, term, v, pzErr);
  return rc ? rc : sql_predicate_add(&a->query->predicate, t->db, &column->push, term, loose, v, pzErr);
}

/* A word of the plan that has a value. */
static int apply_word(struct applying *a, const char *name, const char *op, size_t op_n, sqlite3_value *v,
                      char **pzErr) {
  const struct column *c = find_argument(a->table, name);
  if (!c) return add_term(a, name, op, op_n, v, pzErr);
  if (c->role == COLUMN_DATA) return set_data(v, &a->query->options, pzErr);
  return set_option(a, (enum option)c->ref, op_n > 1, v, pzErr);
}

static int missing_error(const struct sql_table *table, char **pzErr) {
  if (columns_take_data(table))
    return report_text(pzErr, "which data? write %s(event), with the value or the column that holds it", table->name);
  return report_text(pzErr,
                     "which files? write %s('AWSLogs/') or %s('2024/**/*.gz'); on the right of a RIGHT JOIN, "
                     "only a table made with CREATE VIRTUAL TABLE knows its files",
                     table->name, table->name);
}

int plan_apply(struct query *q, const char *plan, int argc, sqlite3_value **argv, char **pzErr) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const struct sql_table *table = query_of(q);
  struct applying a = {.query = q, .table = table};
  char name[48], unset[48] = "";
  int rc = SQLITE_OK;
  q->used = 0;
  q->alike = 0;
  memset(q->varies, 0, sizeof q->varies);
  for (int i = 0; *plan && !rc; plan += strspn(plan, " ")) {
    size_t n = strspn(plan, letters), op_n = strcspn(plan + n, " ");
    const char *op = plan + n;
    if (n >= sizeof name) return SQLITE_INTERNAL;
    memcpy(name, plan, n);
    name[n] = 0;
    plan += n + op_n;
    if (*op == '?') {
      if (!unset[0]) memcpy(unset, name, n + 1);
    } else if (!strcmp(name, "used")) {
      q->used = strtoull(op + 1, NULL, 16);
    } else if (!strcmp(name, "alike")) {
      q->alike = (unsigned)strtoul(op + 1, NULL, 16);
    } else {
      rc = i < argc ? apply_word(&a, name, op, op_n, argv[i], pzErr) : SQLITE_INTERNAL;
      i++;
    }
  }
  predicate_finish(&q->predicate);
  if (rc) return rc;
  if (columns_take_data(table) ? !q->options.data : !q->options.path) return missing_error(table, pzErr);
  return unset[0] ? plan_open_error(table, unset, pzErr) : SQLITE_OK;
}
