/* SPDX-License-Identifier: MIT */
/*
** The virtual tables of the extension.  The design of each is in the opening comment of its .c file.
*/
#ifndef TABLES_TABLES_H
#define TABLES_TABLES_H

#include "sqlite/sqlite.h"
#include "tables/columns.h"

extern const sqlite3_module flowlogs_module;         /* flowlogs: the records */
extern const sqlite3_module flowlogs_files_module;   /* flowlogs_files: the files, and what they are */
extern const sqlite3_module flowlogs_errors_module;  /* flowlogs_errors: what a scan could not use */
extern const sqlite3_module flowlogs_payload_module; /* flowlogs_payload: the records in a value */
extern const sqlite3_module flowlogs_rollup_module;  /* flowlogs_rollup: the records, summed by the columns named */
extern const sqlite3_module flowlogs_payload_rollup_module; /* flowlogs_payload_rollup: the same for a value */
extern const sqlite3_module flowlogs_help_module;           /* flowlogs_help: tables, columns, options and functions */

/* The descriptions of these tables. */
extern const struct sql_table flowlogs_table;
extern const struct sql_table flowlogs_files_table;
extern const struct sql_table flowlogs_errors_table;
extern const struct sql_table flowlogs_payload_table;
extern const struct sql_table flowlogs_rollup_table;
extern const struct sql_table flowlogs_payload_rollup_table;
extern const struct sql_table flowlogs_help_table;

#endif
