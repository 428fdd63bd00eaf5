/* SPDX-License-Identifier: MIT */
/*
** The line on standard error that says how far a long scan has come:
**
**     flowlogs: 312 of 1440 files (21 %), 3:20 left, 84.2 MB/s, 12.3 M records
**
** It appears when a scan has taken PROGRESS_LINE_AFTER seconds, is written anew twice a second,
** and is erased when the scan ends.  It never stands where the host prints a row: it is erased
** before a row may be returned to the host, and appears again when no row has come for as long.
**
** There is one line for all scans of the process.  While one scan shows it, others do not.
**
** Call order: progress_line_init(); for each scan progress_line_begin(), then progress_line_update()
** again and again, progress_line_rows() before rows are handed to SQLite, and progress_line_end(),
** which may be called at any time.  Only the thread that owns the connection may call these
** functions.
*/
#ifndef SQLITE_PROGRESS_LINE_H
#define SQLITE_PROGRESS_LINE_H

#include "base/progress.h"
#include "sqlite/sqlite.h"

#define PROGRESS_LINE_AFTER 2.0 /* seconds without a row */
#define PROGRESS_LINE_AGAIN 0.5 /* seconds until the line is written anew */

enum progress_mode {
  PROGRESS_AUTO, /* when the host is the sqlite3 shell, and its standard error a terminal: see progress_line.c */
  PROGRESS_ON,
  PROGRESS_OFF,
};

struct progress_line {
  sqlite3 *db;
  const struct progress *progress; /* not owned */
  enum progress_mode mode;
  int is_active;                    /* between begin and end */
  int is_shown;                     /* the line stands on the terminal */
  int prints;                       /* row_output_during_scan(), or -1: not asked yet */
  double begun, read, wrote, rowed; /* when: the scan began, files are read since, the line was written, rows came */
};

/* progress must outlive the line.  Nothing has to be freed, but progress_line_end() is due. */
void progress_line_init(struct progress_line *l, sqlite3 *db, const struct progress *progress);

void progress_line_begin(struct progress_line *l, enum progress_mode mode);

/* Writes the line if it is time for it. */
void progress_line_update(struct progress_line *l);

/* Rows are about to be handed to SQLite, which may return them to the host. */
void progress_line_rows(struct progress_line *l);

/* Erases the line, until the next update that finds it time for it. */
void progress_line_hide(struct progress_line *l);

/* Erases the line for good. */
void progress_line_end(struct progress_line *l);

/* Writes the text of the line, of less than `room` bytes.  seconds: since the files are being read. */
void progress_line_text(const struct progress *p, double seconds, char *text, size_t room);

#endif
