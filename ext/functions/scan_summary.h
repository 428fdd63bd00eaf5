/* SPDX-License-Identifier: MIT */
/*
** The SQL function flowlogs_scan_summary(): what the last scan of the connection looked at, in words.
**
**     SELECT 'nothing found' AS answer, flowlogs_scan_summary() AS looked_at
**      WHERE NOT EXISTS (SELECT 1 FROM answer);
**
** A text, or NULL before the first scan.  It tells the files and records that were read, the period
** and the conditions, and has the notes of flowlogs_scan_stats() behind it.  A script shows it where
** its answer has no rows, so that nothing is never mistaken for no traffic.
*/
#ifndef FUNCTIONS_SCAN_SUMMARY_H
#define FUNCTIONS_SCAN_SUMMARY_H

#include "functions/scan_stats.h"
#include "sqlite/sqlite.h"

/* Registers the function, which becomes a user of s.  Returns an SQLite code. */
int scan_summary_register(sqlite3 *db, struct scan_stats *s);

#endif
