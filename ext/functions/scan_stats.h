/* SPDX-License-Identifier: MIT */
/*
** The SQL function flowlogs_scan_stats(): what the last scan of the connection did.
**
**     SELECT flowlogs_scan_stats() ->> 'files_pruned';
**
** A JSON object, or NULL before the first scan:
**
**     table             the table that was scanned
**     finished          1 when the scan reached its end; 0 while it runs, and when LIMIT, an error
**                       or an interrupt stopped it before
**     files_found       number of files that the path stands for
**     files_pruned      files not opened, because no record that their paths or an index allow can
**                       match
**     pruned_by_time    of these, because of the time that the path names: see the option late
**     pruned_by_region  of these, because of the region that the path names
**     pruned_by_file    of these, because of a condition on the column file
**     pruned_by_index   of these, because of what the index that index_file names knows of them
**     files_read        files that were opened and read, perhaps not to their end
**     passes            how often the files were gone through: more than once where memory was short
**                       for flowlogs_connections; what follows is of the first time
**     row_groups_found  row groups of the Parquet files that were read
**     row_groups_skipped   of these, not read, because their statistics or dictionaries show that no
**                       record in them can match
**     bytes_read        bytes read from the files
**     bytes_inflated    bytes that decompression produced
**     records           records found, but for row groups that were skipped
**     rows              records handed to SQLite; the scan's own conditions dropped the others
**     seconds           from the search for files to the end, including SQLite's work in between
**     threads           threads that read files; 0 when only the caller's thread did
**     notes             an array of texts, in whole sentences: what may be the reason why the
**                       answer has fewer rows than somebody expected
**
** There is a note for each field that the query needs and that some of the files lack, and for each
** column that was compared with a value that no record can have, such as srcaddr with 'web-1'.
** Where such a value is a literal, the query is an error instead.  Where it comes from a parameter
** or another table, it is ordinary in SQL, and the note tells of it.  Another note counts the
** downloads that are not finished and were passed over.
**
** Each connection has one struct, which its tables and the function share.  Each of them calls
** scan_stats_free() at its end.  Only the thread that owns the connection may use the struct.
*/
#ifndef FUNCTIONS_SCAN_STATS_H
#define FUNCTIONS_SCAN_STATS_H

#include "scan/scan.h"
#include "sqlite/sqlite.h"

#define SCAN_STATS_VALUES     4   /* columns whose values are noted, at most */
#define SCAN_STATS_VALUE_TEXT 256 /* bytes of such a note, with its NUL */
#define SCAN_STATS_NO_LIMIT   INT64_MIN

struct scan_stats {
  int users;             /* tables and functions that will call scan_stats_free() */
  const char *table;     /* NULL before the first scan; not owned: a constant */
  int finished;          /* 0 or 1 */
  int64_t since, until;  /* of the last scan: Unix seconds, or SCAN_STATS_NO_LIMIT */
  double begun, seconds; /* in seconds; begun is a time of the monotonic clock */
  struct scan_counts counts;
  uint64_t plans;     /* how often xBestIndex of one of the tables has been called */
  uint64_t execution; /* the execution of a statement that the values are of: see execution.h */
  uint32_t nvalues;
  struct scan_stats_value {
    const void *column; /* any address that stands for the column; never read */
    char text[SCAN_STATS_VALUE_TEXT];
  } value[SCAN_STATS_VALUES]; /* values that no record can have: the first of each column */
};

/*
** Returns a struct without users, or NULL when there is no memory.  Whoever shares it adds 1 to
** `users`.
*/
struct scan_stats *scan_stats_new(void);

/*
** Ends the use by one user; the last one frees the struct.  It has the type of SQLite's
** destructors.
*/
void scan_stats_free(void *stats);

/*
** A scan of that table begins: all counts become 0.  `table` must be a constant; since and until are
** the limits of the period that it was asked for, or SCAN_STATS_NO_LIMIT.
*/
void scan_stats_begin(struct scan_stats *s, const char *table, int64_t since, int64_t until);

/*
** A statement is about to compare columns with its values: drops the notes about the values of
** earlier executions.
*/
void scan_stats_begin_values(struct scan_stats *s, sqlite3 *db);

/* Is there room for a note about a value of this column?  One for each column is enough. */
int scan_stats_takes_value(const struct scan_stats *s, const void *column);

/* Notes that the column was compared with a value that no record can have.  The text is copied. */
void scan_stats_add_value(struct scan_stats *s, sqlite3 *db, const void *column, const char *text);

/* Takes the counts that the scan has reached.  finished: 1 when it has come to its end. */
void scan_stats_note(struct scan_stats *s, const struct scan_counts *counts, int finished);

/* Calls each() with every note, in the order of the array `notes`; the text is gone afterwards. */
typedef void scan_stats_note_fn(void *context, const char *text);
void scan_stats_notes(const struct scan_stats *s, scan_stats_note_fn *each, void *context);

/* Registers the function, which becomes a user of s.  Returns an SQLite code. */
int scan_stats_register(sqlite3 *db, struct scan_stats *s);

#endif
