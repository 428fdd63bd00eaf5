/* SPDX-License-Identifier: MIT */
#include "tables/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sqlite/report.h"

/*
** A scan of files, as SQLite is to imagine it: dear, whatever the conditions, so that it is done once, as a join's outer
** loop; fewer rows come of it with every condition that the scan itself looks at.
*/
#define PLAN_COST         1e9
#define PLAN_ROWS         10000000
#define PLAN_FEW          1000 /* rows that are expected in any case */
#define PLAN_PAYLOAD_COST 1e5  /* what is in memory already */
#define PLAN_PAYLOAD_ROWS 1000
#define PLAN_NEVER        1e99 /* without a path: it ends in an error */
/*
** The query looks at an argument that this plan gives no value: `WHERE on_error = 'skip' AND … OR on_error = 'fail'`.
** One scan would answer for one value alone, so this plan ends in an error, and the one that scans once for each
** branch of the OR must be cheaper.
*/
#define PLAN_OPEN 1e18
#define PLAN_OMIT 16 /* constraints that SQLite leaves to us alone, if we say so: it compares with the others again */

/* SQLite 3.38 or later, which can tell IN from = and knows literals. */
static int has_vtab_in(void) { return SQLITE_VERSION_NUMBER >= 3038000 && sqlite3_libversion_number() >= 3038000; }

/* --- xBestIndex -------------------------------------------------------------------------------------------------- */

/* A plan in the making. */
struct making {
  sqlite3 *db;
  sqlite3_index_info *info;
  sqlite3_str *text;
  int given;   /* values that xFilter is to get */
  int later;   /* a value that must be known isn't yet */
  double rows; /* that are expected */
  double cost;
};

static void take(struct making *m, int i, int omit) {
  m->info->aConstraintUsage[i].argvIndex = ++m->given;
  m->info->aConstraintUsage[i].omit = (unsigned char)omit;
}

static void leave_open(struct making *m, const char *name) {
  m->cost = PLAN_OPEN;
  sqlite3_str_appendf(m->text, "%s? ", name);
}

/* Is the column an argument that selects records? */
static int is_selecting(const struct plan_table *table, int column) {
  return table->first_selecting && column >= table->first_selecting && column <= table->last_selecting;
}

/* Is it, or might it be where SQLite can't say, a constraint of several values? */
static int is_in(sqlite3_index_info *info, int i) {
#if SQLITE_VERSION_NUMBER >= 3038000
  if (has_vtab_in()) return sqlite3_vtab_in(info, i, -1);
#endif
  (void)info, (void)i;
  return 1;
}

/* Takes the constraints that give an argument its value: one, or several that must agree.  Returns whether there is one. */
static int plan_argument(struct making *m, const struct plan_arg *arg, int selects) {
  int found = 0, later = 0;
  for (int i = 0; i < m->info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &m->info->aConstraint[i];
    if (c->iColumn != arg->column || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    later |= !c->usable;
    if (!c->usable) continue;
    if (selects && is_in(m->info, i)) continue; /* an open argument, then: an error */
    take(m, i, 1);
    sqlite3_str_appendf(m->text, i < PLAN_OMIT ? "%s= " : "%s=! ", arg->name);
    found = 1;
  }
  m->later |= later && !found;
  if (!found && m->info->colUsed >> arg->column & 1) leave_open(m, arg->name);
  return found;
}

/* Returns whether the path is given. */
static int plan_arguments(struct making *m, const struct plan_table *table) {
  int has_path = 0;
  for (int a = 0; a < table->nargs; a++)
    has_path |= plan_argument(m, &table->args[a], is_selecting(table, table->args[a].column)) && a == 0;
  return has_path;
}

static int is_binary(sqlite3_index_info *info, int i) {
  const char *collation = sqlite3_vtab_collation(info, i);
  return collation && !sqlite3_stricmp(collation, "BINARY");
}

/* The operator of a constraint, as far as a column of this shape can be asked it. */
static enum term_op find_op(sqlite3_index_info *info, int i, const struct push *column) {
  enum term_op op = term_of_constraint(info->aConstraint[i].op);
  if (op == TERM_EQ && has_vtab_in() && is_in(info, i)) op = TERM_IN;
  if (op == TERM_CIDR && column->shape != SHAPE_TEXT) return TERM_NONE;
  if (column->must && (op == TERM_ISNULL || op == TERM_IS || op == TERM_ISNOT)) return TERM_NONE;
  if (column->must && (op == TERM_LIKE || (op == TERM_GLOB && column->shape == SHAPE_NUMBER)))
    return TERM_NONE;                                   /* SQLite looks at LIKE again, whatever we say */
  if (column->must && !has_vtab_in()) return TERM_NONE; /* an IN would come value by value, and rows twice */
  return column->shape != SHAPE_NUMBER && term_needs_binary(op) && !is_binary(info, i) ? TERM_NONE : op;
}

static void plan_term(struct making *m, int i, const struct push *column, enum term_op op) {
  sqlite3_value *literal = NULL;
#if SQLITE_VERSION_NUMBER >= 3038000
  if (op == TERM_IN) sqlite3_vtab_in(m->info, i, 1);
  else if (has_vtab_in() && sqlite3_vtab_rhs_value(m->info, i, &literal)) literal = NULL;
#endif
  /*
  ** Of (a, b) IN (SELECT …), SQLite makes a = ? AND b = ? for each row, and forgets the values' affinity when it compares
  ** again.  It also asks for a plan without: let that one be cheaper.  Where = is just that, there is no other plan.
  */
  if (op == TERM_EQ) m->cost *= 1.1;
  int ordered = op == TERM_LT || op == TERM_LE || op == TERM_GT || op == TERM_GE;
  take(m, i, sql_predicate_is_exact(m->db, column, op, literal));
  sqlite3_str_appendf(m->text, "%s%s%s ", column->name, term_name(op),
                      !literal && ordered && column->shape == SHAPE_TEXT && !column->must ? "~" : "");
  m->rows /= op == TERM_EQ || op == TERM_IS || op == TERM_IN || op == TERM_CIDR ? 20 : op == TERM_NE ? 1 : 3;
}

/* Columns without a value of their own first: SQLite leaves only its first constraints to us alone. */
static void plan_terms(struct making *m, const struct plan_table *table) {
  for (int must = 1; must >= 0 && table->push; must--) {
    for (int i = 0; i < m->info->nConstraint; i++) {
      const struct sqlite3_index_constraint *c = &m->info->aConstraint[i];
      struct push column;
      if (c->iColumn < 0 || !table->push(c->iColumn, &column) || column.must != must) continue;
      enum term_op op = find_op(m->info, i, &column);
      if (op == TERM_NONE || (must && i >= PLAN_OMIT)) continue;
      if (c->usable) plan_term(m, i, &column, op);
      else m->later |= must;
    }
  }
}

/* Columns without a value of their own that the query uses, and that no constraint gives to us. */
static void find_open(struct making *m, const struct plan_table *table) {
  for (int column = 0; table->push && column < table->ncolumns && column < 63; column++) {
    struct push push;
    int taken = 0;
    if (!(m->info->colUsed >> column & 1) || !table->push(column, &push) || !push.must) continue;
    for (int i = 0; i < m->info->nConstraint; i++)
      taken |= m->info->aConstraint[i].iColumn == column && m->info->aConstraintUsage[i].argvIndex > 0;
    if (!taken) leave_open(m, push.name);
  }
}

/* The name of an argument that selects records and that two conditions give a value, or NULL. */
static const char *find_doubled(const sqlite3_index_info *info, const struct plan_table *table) {
  for (int a = 0; a < table->nargs; a++) {
    int n = 0, column = table->args[a].column;
    for (int i = 0; is_selecting(table, column) && i < info->nConstraint; i++)
      n += info->aConstraint[i].iColumn == column && info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (n > 1) return table->args[a].name;
  }
  return NULL;
}

int plan_best_index(sqlite3 *db, sqlite3_index_info *info, const struct plan_table *table, int has_path, char **pzErr) {
  const char *doubled = find_doubled(info, table);
  if (doubled)
    return report_text(pzErr, "%s is given twice%s", doubled,
                       strcmp(doubled, "filter") ? ""
                                                 : "; two patterns that must both match are written as one, with && "
                                                   "or one term after the other");
  struct making m = {.db = db, .info = info, .text = sqlite3_str_new(NULL), .rows = PLAN_ROWS, .cost = PLAN_COST};
  if (table->is_payload) m.rows = PLAN_PAYLOAD_ROWS, m.cost = PLAN_PAYLOAD_COST;
  has_path |= plan_arguments(&m, table);
  plan_terms(&m, table);
  find_open(&m, table);
  if (m.later) { /* older versions of SQLite would not free it */
    sqlite3_free(sqlite3_str_finish(m.text));
    return SQLITE_CONSTRAINT;
  }
  sqlite3_str_appendf(m.text, "used=%llx", info->colUsed);
  info->idxStr = sqlite3_str_finish(m.text);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = has_path ? m.cost : PLAN_NEVER;
  info->estimatedRows = m.rows < PLAN_FEW ? PLAN_FEW : (sqlite3_int64)m.rows;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* --- xFilter ----------------------------------------------------------------------------------------------------- */

/* The values that arguments have been given so far. */
struct given {
  const char *value[PLAN_MAX_ARGS];
  int is_given[PLAN_MAX_ARGS];
};

static int find_arg(const struct plan_table *table, const char *name) {
  for (int a = 0; a < table->nargs; a++)
    if (!strcmp(table->args[a].name, name)) return a;
  return -1;
}

/* SQLite compares the column with the value again, and these don't show the value as it was given. */
static int is_compared_wrongly(const char *name, int type) {
  return type == SQLITE_NULL || type == SQLITE_BLOB || !strcmp(name, "memory") || !strcmp(name, "since") ||
         !strcmp(name, "until");
}

static int same_bytes(sqlite3_value *a, sqlite3_value *b) {
  const void *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
  int n = sqlite3_value_bytes(a);
  return sqlite3_value_type(a) == sqlite3_value_type(b) && n == sqlite3_value_bytes(b) &&
         (n == 0 || (p && q && !memcmp(p, q, (size_t)n)));
}

/* Bytes of any kind, which stay where they are. */
static int set_data(sqlite3_value *v, struct options *options, char **pzErr) {
  if (options->data && !same_bytes(options->data, v)) return report_text(pzErr, "data is given two values");
  options->data = v;
  return SQLITE_OK;
}

static int set_option(const struct plan_table *table, int a, int compared, sqlite3_value *v, struct given *given,
                      struct options *options, char **pzErr) {
  if (a == 0 && table->is_payload) return set_data(v, options, pzErr);
  int type = sqlite3_value_type(v); /* before it is made a text */
  const char *name = table->args[a].name, *value = (const char *)sqlite3_value_text(v);
  if (!value && type != SQLITE_NULL) return SQLITE_NOMEM;
  if ((size_t)sqlite3_value_bytes(v) != (value ? strlen(value) : 0))
    return report_text(pzErr, "%s has a NUL byte", name);
  if (compared && is_compared_wrongly(name, type))
    return report_text(pzErr,
                       "%s stands behind %d other conditions, where SQLite compares it once more and finds it "
                       "different; write it before them%s",
                       name, PLAN_OMIT - 1, value ? "" : ", or leave the NULL out");
  if (given->is_given[a] && (!value || !given->value[a] || strcmp(value, given->value[a]) != 0))
    return report_text(pzErr, "%s is given two values, '%s' and '%s'", name, given->value[a] ? given->value[a] : "NULL",
                       value ? value : "NULL");
  given->is_given[a] = 1;
  given->value[a] = value;
  return options_override(options, name, value, pzErr);
}

static int find_column(const struct plan_table *table, const char *name, struct push *out) {
  for (int column = 0; table->push && column < table->ncolumns; column++)
    if (table->push(column, out) && !strcmp(out->name, name)) return 1;
  return 0;
}

static int open_error(const struct plan_table *table, const char *name, char **pzErr) {
  int a = find_arg(table, name);
  if (a < 0)
    return report_text(
        pzErr,
        "%s stands for either end of a flow, and this query uses it where one scan can't look for it "
        "(as a result, in OR, in an expression, behind 15 other conditions); write AND %s = …, IN (…), BETWEEN%s%s",
        name, name, strcmp(name, "addr") ? "" : ", GLOB '10.0.*' or cidr_match(addr, '10.0.0.0/8')",
        has_vtab_in() ? "" : "; it needs SQLite 3.38");
  const char *more = "";
  if (a == 0 && !table->is_payload) more = " (the path of a record's file is the column file)";
  if (is_selecting(table, table->args[a].column)) {
    if (!has_vtab_in()) more = "; as a condition it needs SQLite 3.38, as an option of CREATE VIRTUAL TABLE it doesn't";
    else if (!strcmp(name, "filter")) more = "; patterns of which one must match are written as one, with || or ?";
    else more = "; it takes one value";
  }
  return report_text(
      pzErr,
      "%s is an argument, and this query uses it where it can't be passed on: as a result, inside OR, in a "
      "WHERE about the right side of a LEFT JOIN (write it into ON); write %s(%s, …) or AND %s = …%s",
      name, table->name, table->is_payload ? "event" : "'AWSLogs/'", name, more);
}

/* A word of the plan: the value v for a term. */
static int add_term(sqlite3 *db, const char *name, const char *op, size_t op_n, sqlite3_value *v,
                    const struct plan_table *table, struct predicate *predicate, char **pzErr) {
  struct push column;
  int loose = op_n > 1 && op[op_n - 1] == '~';
  enum term_op term = term_find(op, op_n - (size_t)loose);
  if (term == TERM_NONE || !find_column(table, name, &column)) return SQLITE_INTERNAL;
  return sql_predicate_add(predicate, db, &column, term, loose, v, pzErr);
}

int plan_apply(sqlite3 *db, const char *plan, int argc, sqlite3_value **argv, const struct plan_table *table,
               struct options *options, struct predicate *predicate, sqlite3_uint64 *used, char **pzErr) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  char name[48], unset[48] = "";
  struct given given = {{0}, {0}};
  int rc = SQLITE_OK, a;
  *used = 0;
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
      *used = strtoull(op + 1, NULL, 16);
    } else {
      if (i >= argc) return SQLITE_INTERNAL;
      a = find_arg(table, name);
      rc = a < 0 ? add_term(db, name, op, op_n, argv[i], table, predicate, pzErr)
                 : set_option(table, a, op_n > 1, argv[i], &given, options, pzErr);
      i++;
    }
  }
  predicate_finish(predicate);
  if (rc) return rc;
  if (table->is_payload && !options->data)
    return report_text(pzErr, "which data? write %s(event), with the value or the column that holds it", table->name);
  if (!options->path && !table->is_payload)
    return report_text(pzErr,
                       "which files? write %s('AWSLogs/') or %s('2024/**/*.gz'); on the right of a RIGHT JOIN, "
                       "only a table made with CREATE VIRTUAL TABLE knows its files",
                       table->name, table->name);
  return unset[0] ? open_error(table, unset, pzErr) : SQLITE_OK;
}
