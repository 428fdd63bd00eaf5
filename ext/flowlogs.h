/* SPDX-License-Identifier: MIT */
/*
** The extension as its hosts see it: its version, and the two entry points that SQLite calls when
** it is loaded.  This header includes no room of ext/, so every file may include it.
**
** A program that links the extension statically (compiled with -DSQLITE_CORE) passes an entry
** point to sqlite3_auto_extension().
*/
#ifndef FLOWLOGS_H
#define FLOWLOGS_H

#define FLOWLOGS_VERSION "0.1.0"

struct sqlite3;
struct sqlite3_api_routines;

/* The tables and the functions.  This is what `.load flowlogs` calls. */
int sqlite3_flowlogs_init(struct sqlite3 *db, char **pzErrMsg, const struct sqlite3_api_routines *pApi);

/* The functions that touch no file and no table, alone. */
int sqlite3_flowlogsnofs_init(struct sqlite3 *db, char **pzErrMsg, const struct sqlite3_api_routines *pApi);

#endif
