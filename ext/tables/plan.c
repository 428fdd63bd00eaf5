/* SPDX-License-Identifier: MIT */
/*
** xBestIndex goes through the constraints once for the options and once for each kind of
** pushed-down column, and writes a word for each constraint that it takes.  xFilter reads the
** words again, in the same order as its values.  The column descriptions of the table say what is
** special about a column, so no name of a column stands here.
*/
#include "tables/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sqlite/report.h"
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
/* SQLite compares once more with the constraints from this one on, even where `omit` is set. */
#define PLAN_OMIT 16

/* SQLite 3.38 or later tells IN from = and gives the values of literals. */
static int has_vtab_in(void) { return SQLITE_VERSION_NUMBER >= 3038000 && sqlite3_libversion_number() >= 3038000; }

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

/* Is the value of the column an argument of xFilter: an option, or the payload? */
static int is_argument(const struct column *c) { return c->role == COLUMN_OPTION || c->role == COLUMN_DATA; }

/* How a plan names it. */
static const char *argument_name(const struct column *c) {
  return c->role == COLUMN_OPTION ? option_table[c->ref].name : c->name;
}

static int has_flag(const struct column *c, unsigned flag) {
  return c->role == COLUMN_OPTION && option_table[c->ref].flags & flag;
}

/* Has the constraint several values, or may it have some where SQLite cannot tell? */
static int is_in(sqlite3_index_info *info, int i) {
#if SQLITE_VERSION_NUMBER >= 3038000
  if (has_vtab_in()) return sqlite3_vtab_in(info, i, -1);
#endif
  (void)info, (void)i;
  return 1;
}

/*
** Takes the constraints that give an option its value: one, or several that must agree.  Returns
** whether there is one.
*/
static int plan_argument(struct making *m, const struct sql_table *table, int column) {
  const struct column *argument = &table->column[column];
  const int selects = has_flag(argument, OPTION_SELECTS);
  int found = 0, later = 0, open = columns_is_used(m->info->colUsed, column);
  for (int i = 0; i < m->info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &m->info->aConstraint[i];
    if (c->iColumn != column || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    later |= !c->usable;
    if (!c->usable) continue;
    if (selects && is_in(m->info, i)) {
      open = 2; /* an error, whatever other constraints there are */
      continue;
    }
    take(m, i, 1);
    sqlite3_str_appendf(m->text, i < PLAN_OMIT ? "%s= " : "%s=! ", argument_name(argument));
    found = 1;
  }
  m->later |= later && (selects || !found);
  if (open > found) leave_open(m, argument_name(argument));
  return found;
}

/* Returns whether the path, or the payload, is given. */
static int plan_arguments(struct making *m, const struct sql_table *table) {
  int has_path = 0;
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    if (!is_argument(c) || !plan_argument(m, table, i)) continue;
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
  if (op == TERM_EQ && has_vtab_in() && is_in(info, i)) op = TERM_IN;
  if (op == TERM_CIDR && column->shape != SHAPE_TEXT) return TERM_NONE;
  if (column->must && (op == TERM_ISNULL || op == TERM_IS || op == TERM_ISNOT)) return TERM_NONE;
  if (column->must && (op == TERM_LIKE || (op == TERM_GLOB && column->shape == SHAPE_NUMBER)))
    return TERM_NONE;                                   /* SQLite evaluates LIKE once more in any case */
  if (column->must && !has_vtab_in()) return TERM_NONE; /* IN would come value by value, and return rows twice */
  return column->shape != SHAPE_NUMBER && term_needs_binary(op) && !is_binary(info, i) ? TERM_NONE : op;
}

static void plan_term(struct making *m, int i, const struct push *column, enum term_op op) {
  sqlite3_value *literal = NULL;
#if SQLITE_VERSION_NUMBER >= 3038000
  if (op == TERM_IN) sqlite3_vtab_in(m->info, i, 1);
  else if (has_vtab_in() && sqlite3_vtab_rhs_value(m->info, i, &literal)) literal = NULL;
#endif
  /*
  ** SQLite turns (a, b) IN (SELECT …) into a = ? AND b = ? for each row, and forgets the
  ** affinity of the values when it compares once more.  It also asks for a plan without these
  ** constraints, which is made the cheaper one here.  For an ordinary =, there is no other plan,
  ** so the higher cost changes nothing.
  */
  if (op == TERM_EQ) m->cost *= 1.1;
  int ordered = op == TERM_LT || op == TERM_LE || op == TERM_GT || op == TERM_GE;
  take(m, i, !column->partly && sql_predicate_is_exact(m->db, column, op, literal));
  sqlite3_str_appendf(m->text, "%s%s%s ", column->name, term_name(op),
                      !literal && ordered && column->shape == SHAPE_TEXT && !column->must ? "~" : "");
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

static int same_bytes(sqlite3_value *a, sqlite3_value *b) {
  const void *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
  int n = sqlite3_value_bytes(a);
  return sqlite3_value_type(a) == sqlite3_value_type(b) && n == sqlite3_value_bytes(b) &&
         (n == 0 || (p && q && !memcmp(p, q, (size_t)n)));
}

/* Do both constraints compare with the same literal? */
static int same_literal(sqlite3_index_info *info, int i, int j) {
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_value *a = NULL, *b = NULL;
  return has_vtab_in() && !sqlite3_vtab_rhs_value(info, i, &a) && !sqlite3_vtab_rhs_value(info, j, &b) &&
         same_bytes(a, b);
#else
  (void)info, (void)i, (void)j;
  return 0;
#endif
}

/*
** The option that selects records and that two conditions give a value, or NULL.  xFilter would
** not see all pairs of different values, because SQLite compares `filter = ?1 AND filter = ?2` by
** itself before it begins a scan.
**
** SQLite 3.53 gives the same constraint twice for a branch of an OR whose branches have it in
** common: once as the branch's, once as that of the whole OR.
*/
static const struct option_info *find_doubled(sqlite3_index_info *info, const struct sql_table *table) {
  for (int column = 0; column < table->ncolumns; column++) {
    int first = -1;
    if (!has_flag(&table->column[column], OPTION_SELECTS)) continue;
    for (int i = 0; i < info->nConstraint; i++) {
      if (info->aConstraint[i].iColumn != column || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ ||
          is_in(info, i))
        continue;
      if (first >= 0 && !same_literal(info, first, i)) return &option_table[table->column[column].ref];
      first = i;
    }
  }
  return NULL;
}

/*
** Checks the literals that columns are compared with, whether or not the comparison is passed on.
** A collation of the user's may find texts equal that are not, so it is left to decide by itself.
*/
static int check_literals(sqlite3_index_info *info, const struct sql_table *table, char **pzErr) {
  int rc = SQLITE_OK;
#if SQLITE_VERSION_NUMBER >= 3038000
  for (int i = 0; !rc && has_vtab_in() && i < info->nConstraint; i++) {
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
  const struct option_info *doubled = find_doubled(info, table);
  if (doubled)
    return report_text(pzErr, "%s is given twice%s", doubled->name,
                       doubled->twice ? doubled->twice : "; write it once, outside of OR");
  int rc = check_literals(info, table, pzErr);
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
  sqlite3_str_appendf(m.text, "used=%llx", info->colUsed);
  info->idxStr = sqlite3_str_finish(m.text);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = has_path ? m.cost : PLAN_NEVER;
  info->estimatedRows = m.rows < PLAN_FEW ? PLAN_FEW : (sqlite3_int64)m.rows;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* --- xFilter ----------------------------------------------------------------------------------------------------- */

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
    if (is_argument(&table->column[i]) && !strcmp(argument_name(&table->column[i]), name)) return &table->column[i];
  return NULL;
}

/* Would SQLite, which compares the hidden column with the value again, find it different? */
static int is_compared_wrongly(int type) { return type == SQLITE_NULL || type == SQLITE_BLOB; }

/* The payload: bytes of any kind, which are not copied. */
static int set_data(sqlite3_value *v, struct options *options, char **pzErr) {
  if (options->data && !same_bytes(options->data, v)) return report_text(pzErr, "data is given two values");
  options->data = v;
  return SQLITE_OK;
}

/* A function was given an option that only CREATE VIRTUAL TABLE takes. */
static int create_only(const struct sql_table *table, const struct option_info *info, char **pzErr) {
  sqlite3_str *others = sqlite3_str_new(NULL);
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    if (is_argument(c) && !has_flag(c, OPTION_CREATE_ONLY))
      sqlite3_str_appendf(others, "%s%s", sqlite3_str_length(others) ? ", " : "", argument_name(c));
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
** The error of a column of either end that the query uses in another way than in a condition of
** its own.
*/
static int either_error(const struct push *push, char **pzErr) {
  return report_text(
      pzErr,
      "%s stands for either end of a flow, and this query uses it where one scan can't look for it "
      "(as a result, in OR, in an expression, behind 15 other conditions); write AND %s = …, IN (…), BETWEEN%s%s",
      push->name, push->name, push->shape != SHAPE_TEXT ? "" : ", GLOB '10.0.*' or cidr_match(addr, '10.0.0.0/8')",
      has_vtab_in() ? "" : "; it needs SQLite 3.38");
}

static int open_error(const struct sql_table *table, const char *name, char **pzErr) {
  const struct column *c = find_argument(table, name);
  if (!c) return either_error(&columns_find_push(table, name)->push, pzErr);
  const char *more = c->role == COLUMN_OPTION ? option_table[c->ref].misused : NULL;
  if (has_flag(c, OPTION_SELECTS) && !has_vtab_in())
    more = "; as a condition it needs SQLite 3.38, as an option of CREATE VIRTUAL TABLE it doesn't";
  return report_text(
      pzErr,
      "%s is an argument, and this query uses it where it can't be passed on: as a result, inside OR, in a "
      "WHERE about the right side of a LEFT JOIN (write it into ON); write %s(%s, …) or AND %s = …%s",
      name, table->name, columns_take_data(table) ? "event" : "'AWSLogs/'", name, more ? more : "");
}

/* A word of the plan that is a term: NAME and op, with the value v. */
static int add_term(struct applying *a, const char *name, const char *op, size_t op_n, sqlite3_value *v, char **pzErr) {
  const struct column *column = columns_find_push(a->table, name);
  int loose = op_n > 1 && op[op_n - 1] == '~';
  enum term_op term = term_find(op, op_n - (size_t)loose);
  if (term == TERM_NONE || !column) return SQLITE_INTERNAL;
  const struct table *t = query_table(a->query);
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
    } else {
      rc = i < argc ? apply_word(&a, name, op, op_n, argv[i], pzErr) : SQLITE_INTERNAL;
      i++;
    }
  }
  predicate_finish(&q->predicate);
  if (rc) return rc;
  if (columns_take_data(table) ? !q->options.data : !q->options.path) return missing_error(table, pzErr);
  return unset[0] ? open_error(table, unset, pzErr) : SQLITE_OK;
}
