/* SPDX-License-Identifier: MIT */
/*
** What a user can say to a table besides SQL: the path and the options, as `key=value` of CREATE VIRTUAL TABLE or as
** hidden columns of a table-valued function.
**
** The struct owns its strings.  options_init(), then options_set() and options_parse() as often as needed,
** options_clear() at the end.  Errors come as SQLite codes with a message in *pzErr (sqlite3_malloc'd), as xConnect
** wants them.
*/
#ifndef TABLES_OPTIONS_H
#define TABLES_OPTIONS_H

#include "predicate/filter.h"
#include "record/layout.h"
#include "scan/reader.h"
#include "sqlite/sqlite.h"

#define OPTIONS_MAX_THREADS 1024
#define OPTIONS_MEMORY      (UINT64_C(512) << 20) /* bytes */
#define OPTIONS_MIN_MEMORY  (UINT64_C(1) << 20)
#define OPTIONS_NO_TIME     INT64_MIN

enum columns_shown {
  COLUMNS_FOUND,   /* those that the files' headers have */
  COLUMNS_DEFAULT, /* the 14 of the default format */
  COLUMNS_ALL,
};

struct options {
  char *path;          /* NULL when none was given */
  sqlite3_value *data; /* of flowlogs_payload, in the place of the path, while xFilter's arguments are there; or NULL */
  enum policy policy;  /* on_error: POLICY_FAIL or POLICY_SKIP */
  char *format_text;   /* format, as given; NULL for none */
  struct layout *format;      /* the same, read */
  char *filter_text;          /* filter, as given; NULL for none */
  struct filter *filter;      /* the same, read; shared by copies */
  int threads;                /* -1: as many as there are cores */
  enum columns_shown columns; /* CREATE only */
  uint64_t memory;            /* bytes that a rollup may take for its groups */
  int64_t since, until;       /* Unix seconds: start >= since, start < until; OPTIONS_NO_TIME for no limit */
  unsigned given;             /* options that the CREATE has named: bits, by their place in the table of options.c */
};

void options_init(struct options *o);
void options_clear(struct options *o);
int options_copy(struct options *to, const struct options *from); /* SQLITE_NOMEM; *to is initialised in any case */

/* Sets one option.  A NULL value leaves it as it is, but for the path, which must be something. */
int options_set(struct options *o, const char *name, const char *value, char **pzErr);

/* An argument of a table-valued function or a constraint: what options_set() does, but for what only a CREATE can. */
int options_override(struct options *o, const char *name, const char *value, char **pzErr);

/* Reads an argument of CREATE VIRTUAL TABLE: 'path' or key=value, the value in quotes or not. */
int options_parse(struct options *o, const char *argument, char **pzErr);

/* The value of since or until. */
void options_result_time(sqlite3_context *ctx, int64_t time);

const char *options_on_error(const struct options *o); /* "fail" or "skip" */
const char *options_columns(const struct options *o);  /* "all", "default", or NULL */

#endif
