/* SPDX-License-Identifier: MIT */
/*
** What the extension is made of above the pipeline: its version, its tables, its functions.  main.c registers them.
** The design of each is in the opening comment of its .c file.
*/
#ifndef FLOWLOGS_H
#define FLOWLOGS_H

#include "sqlite.h"

#define FLOWLOGS_VERSION "0.1.0"

extern const sqlite3_module flowlogs_module;        /* flowlogs: the records */
extern const sqlite3_module flowlogs_files_module;  /* flowlogs_files: the files, and what they are */
extern const sqlite3_module flowlogs_errors_module; /* flowlogs_errors: what a scan could not use */
extern const sqlite3_module flowlogs_rollup_module; /* flowlogs_rollup: the records, summed by the columns named */

/* Registers the functions that touch no file.  An SQLite code. */
int funcs_register(sqlite3 *db);

/* Registers cidr_lookup(), which reads tables by name.  An SQLite code. */
int lookup_register(sqlite3 *db);

/* xFindFunction: functions of a column and a constant that a scan looks at itself. */
int funcs_find(sqlite3_vtab *table, int argc, const char *name,
               void (**function)(sqlite3_context *, int, sqlite3_value **), void **data);

#endif
