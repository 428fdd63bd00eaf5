/* SPDX-License-Identifier: MIT */
/*
** The virtual tables of the extension: their descriptions (columns.h) and their modules.  The
** design of each is in the opening comment of its .c file.
*/
#ifndef TABLES_TABLES_H
#define TABLES_TABLES_H

#include <stddef.h>

#include "sqlite/sqlite.h"
#include "tables/columns.h"

extern const struct sql_table flowlogs_table;                /* the records */
extern const struct sql_table flowlogs_rollup_table;         /* the records, summed by the columns that are named */
extern const struct sql_table flowlogs_connections_table;    /* both directions of the records in one row */
extern const struct sql_table flowlogs_payload_table;        /* the records in a value */
extern const struct sql_table flowlogs_payload_rollup_table; /* the same, summed */
extern const struct sql_table flowlogs_files_table;          /* the files, and what they are */
extern const struct sql_table flowlogs_errors_table;         /* what a scan could not use */
extern const struct sql_table flowlogs_index_build_table;    /* makes an index of files */
extern const struct sql_table flowlogs_help_table;           /* tables, columns, options and functions */

extern const sqlite3_module flowlogs_module;
extern const sqlite3_module flowlogs_rollup_module;
extern const sqlite3_module flowlogs_connections_module;
extern const sqlite3_module flowlogs_payload_module;
extern const sqlite3_module flowlogs_payload_rollup_module;
extern const sqlite3_module flowlogs_files_module;
extern const sqlite3_module flowlogs_errors_module;
extern const sqlite3_module flowlogs_index_build_module;
extern const sqlite3_module flowlogs_help_module;

/* All of them, in the order of the documentation. */
struct table_module {
  const struct sql_table *of;
  const sqlite3_module *module;
};
extern const struct table_module table_modules[];
extern const size_t table_modules_count;

#endif
