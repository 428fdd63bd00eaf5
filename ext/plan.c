/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"

/* A scan of files, as SQLite is to imagine it: dear, so that it is done once, as a join's outer loop. */
#define PLAN_COST  1e9
#define PLAN_ROWS  10000000
#define PLAN_NEVER 1e99 /* without a path: it ends in an error */
/*
** The query looks at an argument that this plan gives no value: `WHERE on_error = 'skip' AND … OR on_error = 'fail'`.
** One scan would answer for one value alone, so this plan ends in an error, and the one that scans once for each
** branch of the OR must be cheaper.
*/
#define PLAN_OPEN 1e15

/* The constraint that gives an argument its value, or -1; *later: there is one, whose value isn't known yet. */
static int find_argument(const sqlite3_index_info *info, int column, int *later) {
  for (int i = 0; i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &info->aConstraint[i];
    if (c->iColumn != column || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (c->usable) return i;
    *later = 1;
  }
  return -1;
}

int plan_best_index(sqlite3_index_info *info, const struct plan_arg *args, int n, int has_path) {
  sqlite3_str *plan = sqlite3_str_new(NULL);
  int given = 0, rc = SQLITE_OK;
  double cost = PLAN_COST;
  for (int a = 0; a < n; a++) {
    int later = 0, i = find_argument(info, args[a].column, &later);
    if (i < 0 && later) rc = SQLITE_CONSTRAINT;
    if (i < 0 && info->colUsed >> args[a].column & 1) {
      cost = PLAN_OPEN;
      sqlite3_str_appendf(plan, "%s? ", args[a].name);
    }
    if (i < 0) continue;
    info->aConstraintUsage[i].argvIndex = ++given;
    info->aConstraintUsage[i].omit = 1;
    sqlite3_str_appendf(plan, "%s= ", args[a].name);
    if (a == 0) has_path = 1;
  }
  if (rc) { /* older versions of SQLite would not free it */
    sqlite3_free(sqlite3_str_finish(plan));
    return rc;
  }
  sqlite3_str_appendf(plan, "used=%llx", info->colUsed);
  info->idxStr = sqlite3_str_finish(plan);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = has_path ? cost : PLAN_NEVER;
  info->estimatedRows = PLAN_ROWS;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

int plan_apply(const char *plan, int argc, sqlite3_value **argv, const char *function, struct options *options,
               sqlite3_uint64 *used, char **pzErr) {
  char name[32], unset[32] = "";
  *used = 0;
  for (int i = 0; *plan; plan += strspn(plan, " ")) {
    size_t n = strcspn(plan, "=?");
    if (n >= sizeof name) return SQLITE_INTERNAL;
    memcpy(name, plan, n);
    name[n] = 0;
    plan += n + 1;
    if (plan[-1] == '?') {
      if (!unset[0]) memcpy(unset, name, n + 1);
      continue;
    }
    if (!strcmp(name, "used")) {
      *used = strtoull(plan, NULL, 16);
      break;
    }
    if (i >= argc) return SQLITE_INTERNAL;
    const char *value = (const char *)sqlite3_value_text(argv[i]);
    if (!value && sqlite3_value_type(argv[i]) != SQLITE_NULL) return SQLITE_NOMEM;
    if ((size_t)sqlite3_value_bytes(argv[i]) != (value ? strlen(value) : 0))
      return report_text(pzErr, "%s has a NUL byte", name);
    int rc = options_override(options, name, value, pzErr);
    if (rc) return rc;
    i++;
  }
  if (!options->path)
    return report_text(pzErr,
                       "which files? write %s('AWSLogs/') or %s('2024/**/*.gz'); on the right of a RIGHT JOIN, "
                       "only a table made with CREATE VIRTUAL TABLE knows its files",
                       function, function);
  if (unset[0])
    return report_text(pzErr,
                       "%s is an argument, and this query uses it where it can't be passed on, as a result or inside "
                       "OR; write %s('AWSLogs/', …) or AND %s = …%s",
                       unset, function, unset,
                       strcmp(unset, "path") ? "" : " (the path of a record's file is the column file)");
  return SQLITE_OK;
}
