/* SPDX-License-Identifier: MIT */
/*
** xBestIndex goes through the constraints once for the options and once for each kind of
** pushed-down column, and writes a word for each constraint that it takes.  plan_apply.c reads the
** words again, in the same order as its values.  The column descriptions of the table say what is
** special about a column, so no name of a column stands here.
*/
#include "tables/plan.h"

#include <string.h>

#include "sqlite/report.h"
#include "sqlite/value.h"
#include "tables/literal_check.h"

/*
** The costs that SQLite is told.  A scan of files is expensive whatever its conditions are, so
** that SQLite makes it the outer loop of a join and does it once.  Each condition that the scan
** evaluates itself makes the expected rows fewer.
*/
#define PLAN_COST         1e9
#define PLAN_ROWS         10000000
#define PLAN_FEW          1000 /* rows that are expected in any case */
#define PLAN_PAYLOAD_COST 1e5  /* what is in memory already */
#define PLAN_PAYLOAD_ROWS 1000
#define PLAN_NEVER        1e99 /* without a path: it ends in an error */
/*
** The query looks at an option that this plan gives no value: `WHERE on_error = 'skip' AND … OR
** on_error = 'fail'`.  One scan would answer for one value only, so this plan ends in an error,
** and the plan that scans once for each branch of the OR must be cheaper.
*/
#define PLAN_OPEN 1e18
/* --- xBestIndex -------------------------------------------------------------------------------------------------- */

/* A plan that is being made. */
struct making {
  sqlite3 *db;
  sqlite3_index_info *info;
  sqlite3_str *text;
  int given;   /* how many values xFilter gets */
  int later;   /* a value that must be known is not known yet */
  double rows; /* expected */
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

/* Has the constraint several values?  SQLite before 3.38 does not tell. */
static int is_in(sqlite3_index_info *info, int i) {
#if SQLITE_VERSION_NUMBER >= 3038000
  return plan_knows_in() && sqlite3_vtab_in(info, i, -1);
#else
  (void)info, (void)i;
  return 0;
#endif
}

/*
** Must the constraint not be passed on, because the option has one value and this has several?  Where
** SQLite does not tell, it may have, and a record that two of the values select would be returned
** twice.
*/
static int is_too_many(sqlite3_index_info *info, int i, const struct column *argument) {
  return column_takes_one(argument) &&
         (is_in(info, i) || (!plan_knows_in() && column_has_flag(argument, OPTION_SELECTS)));
}

/*
** Takes the constraints that give an argument its value: one, or several that must agree.  Returns
** whether there is one.
*/
static int plan_argument(struct making *m, const struct sql_table *table, int column) {
  const struct column *argument = &table->column[column];
  int found = 0, later = 0, open = columns_is_used(m->info->colUsed, column);
  for (int i = 0; i < m->info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &m->info->aConstraint[i];
    if (c->iColumn != column || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    later |= !c->usable;
    if (!c->usable) continue;
    if (is_too_many(m->info, i, argument)) {
      open = 2; /* an error, whatever other constraints there are */
      continue;
    }
    take(m, i, 1);
    sqlite3_str_appendf(m->text, i < PLAN_OMIT ? "%s= " : "%s=! ", column_argument_name(argument));
    found = 1;
  }
  m->later |= later && (column_takes_one(argument) || !found);
  if (open > found) leave_open(m, column_argument_name(argument));
  return found;
}

/* Returns whether the path, or the payload, is given. */
static int plan_arguments(struct making *m, const struct sql_table *table) {
  int has_path = 0;
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    if (!column_is_argument(c) || !plan_argument(m, table, i)) continue;
    has_path |= c->role == COLUMN_DATA || c->ref == OPTION_path;
  }
  return has_path;
}

static int is_binary(sqlite3_index_info *info, int i) {
  const char *collation = sqlite3_vtab_collation(info, i);
  return collation && !sqlite3_stricmp(collation, "BINARY");
}

/*
** The operator of a constraint, or TERM_NONE when a column of this shape cannot be compared by
** it.
*/
static enum term_op find_op(sqlite3_index_info *info, int i, const struct push *column) {
  enum term_op op = term_of_constraint(info->aConstraint[i].op);
  if (op == TERM_EQ && is_in(info, i)) op = TERM_IN;
  if (op == TERM_CIDR && column->shape != SHAPE_TEXT) return TERM_NONE;
  if (column->must && (op == TERM_ISNULL || op == TERM_IS || op == TERM_ISNOT)) return TERM_NONE;
  if (column->must && (op == TERM_LIKE || (op == TERM_GLOB && column->shape == SHAPE_NUMBER)))
    return TERM_NONE;                                     /* SQLite evaluates LIKE once more in any case */
  if (column->must && !plan_knows_in()) return TERM_NONE; /* IN would come value by value, and return rows twice */
  return column->shape != SHAPE_NUMBER && term_needs_binary(op) && !is_binary(info, i) ? TERM_NONE : op;
}

static void plan_term(struct making *m, int i, const struct push *column, enum term_op op) {
  sqlite3_value *literal = NULL;
#if SQLITE_VERSION_NUMBER >= 3038000
  if (op == TERM_IN) sqlite3_vtab_in(m->info, i, 1);
  else if (plan_knows_in() && sqlite3_vtab_rhs_value(m->info, i, &literal)) literal = NULL;
#endif
  /*
  ** SQLite turns (a, b) IN (SELECT …) into a = ? AND b = ? for each row, and forgets the
  ** affinity of the values when it compares once more.  It also asks for a plan without these
  ** constraints, which is made the cheaper one here.  For an ordinary =, there is no other plan,
  ** so the higher cost changes nothing.
  */
  if (op == TERM_EQ) m->cost *= 1.1;
  int has_value = op != TERM_IN && op != TERM_ISNULL && op != TERM_NOTNULL;
  int ordered = op == TERM_LT || op == TERM_LE || op == TERM_GT || op == TERM_GE;
  take(m, i, !column->partly && sql_predicate_is_exact(m->db, column, op, literal));
  sqlite3_str_appendf(m->text, "%s%s%s%s ", column->name, term_name(op),
                      !literal && ordered && column->shape == SHAPE_TEXT && !column->must ? "~" : "",
                      !literal && has_value && plan_knows_in() ? "*" : "");
  m->rows /= op == TERM_EQ || op == TERM_IS || op == TERM_IN || op == TERM_CIDR ? 20 : op == TERM_NE ? 1 : 3;
}

/*
** Columns without a value of their own come first, because `omit` holds for SQLite's first
** constraints only.
*/
static void plan_terms(struct making *m, const struct sql_table *table) {
  for (int must = 1; must >= 0; must--) {
    for (int i = 0; i < m->info->nConstraint; i++) {
      const struct sqlite3_index_constraint *c = &m->info->aConstraint[i];
      const struct push *push = c->iColumn < 0 ? NULL : &table->column[c->iColumn].push;
      if (!push || !push->name || push->must != must) continue;
      enum term_op op = find_op(m->info, i, push);
      if (op == TERM_NONE || (must && i >= PLAN_OMIT)) continue;
      if (c->usable) plan_term(m, i, push, op);
      else m->later |= must;
    }
  }
}

/*
** Notes the columns without a value of their own that the query uses and that no constraint gives
** to the scan.
*/
static void find_open(struct making *m, const struct sql_table *table) {
  for (int column = 0; column < table->ncolumns; column++) {
    const struct push *push = &table->column[column].push;
    int taken = 0;
    if (!push->must || !columns_is_used(m->info->colUsed, column)) continue;
    for (int i = 0; i < m->info->nConstraint; i++)
      taken |= m->info->aConstraint[i].iColumn == column && m->info->aConstraintUsage[i].argvIndex > 0;
    if (!taken) leave_open(m, push->name);
  }
}

/*
** Promises that rows which are alike in the columns of GROUP BY come one after the other, where the table
** can see to it.  ORDER BY and DISTINCT are left to SQLite.
**
** For `GROUP BY a, b ORDER BY a, b`, SQLite asks for no more than groups, and takes them for sorted then.
** So the promise is made only for a GROUP BY that names a column which nobody orders by: `together`.
*/
static void plan_groups(struct making *m, const struct sql_table *table) {
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_index_info *info = m->info;
  unsigned alike = 0;
  if (!table->alike || !info->nOrderBy || !plan_knows_in() || sqlite3_vtab_distinct(info) != 1) return;
  for (int i = 0; i < info->nOrderBy; i++) {
    int column = info->aOrderBy[i].iColumn;
    unsigned bits = column < 0 ? 0 : table->column[column].alike;
    if (!bits) return;
    alike |= bits;
  }
  if ((alike & table->alike) != table->alike) return;
  sqlite3_str_appendf(m->text, "alike=%x ", alike);
  info->orderByConsumed = 1;
#else
  (void)m, (void)table;
#endif
}

/* Do both constraints compare with the same literal? */
static int same_literal(sqlite3_index_info *info, int i, int j) {
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_value *a = NULL, *b = NULL;
  return plan_knows_in() && !sqlite3_vtab_rhs_value(info, i, &a) && !sqlite3_vtab_rhs_value(info, j, &b) &&
         value_is_same(a, b);
#else
  (void)info, (void)i, (void)j;
  return 0;
#endif
}

static int gives(const sqlite3_index_info *info, int i, int column) {
  return info->aConstraint[i].iColumn == column && info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ;
}

/*
** Do both constraints give the argument a value, and may the values differ without xFilter seeing it?
** It sees all pairs of two IN, but SQLite compares `idle = ?1 AND idle = ?2`, and `idle = 60 AND idle IN
** (…)`, by itself before it begins a scan, and returns nothing.  A path may be IN, too: SQLite makes
** `path = 'a' AND path IN ('a', 'a')` of `path = 'a' OR path = 'a'`.
*/
static int is_doubled(sqlite3_index_info *info, int i, int j, const struct column *argument) {
  int n = is_in(info, i) + is_in(info, j);
  return (n == 0 || (n == 1 && column_takes_one(argument))) && !same_literal(info, i, j);
}

static int doubled_error(const struct column *argument, char **pzErr) {
  const char *twice = argument->role == COLUMN_OPTION ? option_table[argument->ref].twice : NULL;
  return report_text(pzErr, "%s is given twice%s", argument->name, twice ? twice : "; write it once, outside of OR");
}

/*
** Checks that no argument is given two values.
**
** SQLite 3.53 gives a constraint to the branches of an OR as well: one that they have in common twice,
** once as the branch's and once as that of the whole OR, and the IN that it has made of the OR besides
** the branch's own value.
*/
static int check_arguments(sqlite3_index_info *info, const struct sql_table *table, char **pzErr) {
  for (int column = 0; plan_knows_in() && column < table->ncolumns; column++) {
    const struct column *argument = &table->column[column];
    if (!column_is_argument(argument)) continue;
    for (int i = 0; i < info->nConstraint; i++)
      for (int j = 0; gives(info, i, column) && j < i; j++) {
        if (!gives(info, j, column) || !is_doubled(info, i, j, argument)) continue;
        int in = is_in(info, i) || is_in(info, j);
        return in ? plan_open_error(table, column_argument_name(argument), pzErr) : doubled_error(argument, pzErr);
      }
  }
  return SQLITE_OK;
}

/*
** Checks the literals that columns are compared with, whether or not the comparison is passed on.
** A collation of the user's may find texts equal that are not, so it is left to decide by itself.
*/
static int check_literals(sqlite3_index_info *info, const struct sql_table *table, char **pzErr) {
  int rc = SQLITE_OK;
#if SQLITE_VERSION_NUMBER >= 3038000
  for (int i = 0; !rc && plan_knows_in() && i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &info->aConstraint[i];
    const struct column *column = c->iColumn < 0 ? NULL : &table->column[c->iColumn];
    enum term_op op = term_of_constraint(c->op);
    sqlite3_value *literal = NULL;
    if (!column || op == TERM_NONE) continue;
    if (column->push.shape != SHAPE_NUMBER && term_needs_binary(op) && !is_binary(info, i)) continue;
    if (sqlite3_vtab_rhs_value(info, i, &literal) == SQLITE_OK && literal)
      rc = literal_check(column, op, literal, pzErr);
  }
#else
  (void)info, (void)table, (void)pzErr;
#endif
  return rc;
}

int plan_best_index(sqlite3 *db, sqlite3_index_info *info, const struct sql_table *table, int has_path, char **pzErr) {
  int rc = check_arguments(info, table, pzErr);
  if (!rc) rc = check_literals(info, table, pzErr);
  if (rc) return rc;
  struct making m = {.db = db, .info = info, .text = sqlite3_str_new(NULL), .rows = PLAN_ROWS, .cost = PLAN_COST};
  if (columns_take_data(table)) m.rows = PLAN_PAYLOAD_ROWS, m.cost = PLAN_PAYLOAD_COST;
  has_path |= plan_arguments(&m, table);
  plan_terms(&m, table);
  find_open(&m, table);
  if (m.later) { /* older versions of SQLite would not free idxStr */
    sqlite3_free(sqlite3_str_finish(m.text));
    return SQLITE_CONSTRAINT;
  }
  plan_groups(&m, table);
  sqlite3_str_appendf(m.text, "used=%llx", info->colUsed);
  info->idxStr = sqlite3_str_finish(m.text);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = has_path ? m.cost : PLAN_NEVER;
  info->estimatedRows = m.rows < PLAN_FEW ? PLAN_FEW : (sqlite3_int64)m.rows;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}
