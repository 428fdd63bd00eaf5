/* SPDX-License-Identifier: MIT */
/*
** What stands between a long piece of work and the user: it asks whether to stop (interrupt.h), and
** shows how far the work has come (progress_line.h).
**
** A cursor has one, and everything that takes long on its behalf uses it: the search for files,
** scans, and rollups.  The work asks `stop` as often as it can, adds to `progress` what it has done,
** and needs to know nothing else.
**
** Call order: watch_init(); for each piece of work watch_begin() and watch_end(), which may be
** called at any time; watch_clear().  Only the thread that owns the connection may call these
** functions.  The struct must stay where it is.
*/
#ifndef SQLITE_WATCH_H
#define SQLITE_WATCH_H

#include "base/stop.h"
#include "sqlite/interrupt.h"
#include "sqlite/progress_line.h"

struct watch {
  struct interrupt interrupt;
  struct progress progress;
  struct progress_line line;
};

void watch_init(struct watch *w, sqlite3 *db);
void watch_clear(struct watch *w);

void watch_begin(struct watch *w, enum progress_mode mode);
void watch_end(struct watch *w);

/*
** A part of the work is done, and rows may be what comes next, without any more of it.  To be called
** when the files have been found.
*/
static inline void watch_pause(struct watch *w) { progress_line_hide(&w->line); }

/* The question for those who do the work.  It also keeps the line up to date. */
struct stop watch_stop(struct watch *w);

/* Before rows are handed to SQLite: see progress_line_rows(). */
static inline void watch_rows(struct watch *w) {
  progress_line_update(&w->line);
  progress_line_rows(&w->line);
}

#endif
