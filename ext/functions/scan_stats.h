/* SPDX-License-Identifier: MIT */
/*
** What the connection's last scan did: the SQL function flowlogs_scan_stats().
**
**     SELECT flowlogs_scan_stats() ->> 'files_pruned';
**
** A JSON object, or NULL before the first scan:
**
**     table           the table that was scanned
**     finished        1: it came to its end; 0: it was stopped before, by LIMIT, an error, or an interrupt, or goes on
**     files_found     files that the path stands for
**     files_pruned    of these, not opened: their paths say that they have nothing that the query wants
**     files_read      of these, read, perhaps not to the end
**     bytes_read      from the files
**     bytes_inflated  that came out of gzip
**     records         found
**     rows            of these, handed to SQLite: the others were dropped by conditions that the scan itself looked at
**     seconds         from the first look at the files to the end; SQLite's own work in between counts
**     threads         that read files; 0: none but the caller's
**
** One struct a connection, shared by its tables and the function; scan_stats_free() by each when
** it goes.  Its counts are the caller's thread's.
*/
#ifndef FUNCTIONS_SCAN_STATS_H
#define FUNCTIONS_SCAN_STATS_H

#include "scan/scan.h"
#include "sqlite/sqlite.h"

struct scan_stats {
  int users; /* tables and functions that will call scan_stats_free() */
  const char *table;
  int finished;
  double begun, seconds;
  struct scan_counts counts;
};

/* NULL: no memory. */
struct scan_stats *scan_stats_new(void);
void scan_stats_free(void *stats);

/* A scan of that table begins, here is what it has done so far, it has ended. */
void scan_stats_begin(struct scan_stats *s, const char *table);
void scan_stats_note(struct scan_stats *s, const struct scan_counts *counts, int finished);

/* Registers the function. */
int scan_stats_register(sqlite3 *db, struct scan_stats *s);

#endif
