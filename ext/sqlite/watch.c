/* SPDX-License-Identifier: MIT */
/*
** Both parts look at the clock when the work asks whether to stop, which is the one occasion at
** which the owner has control during a scan.
*/
#include "sqlite/watch.h"

void watch_init(struct watch *w, sqlite3 *db) {
  interrupt_init(&w->interrupt, db);
  progress_begin(&w->progress, 0, 0);
  progress_line_init(&w->line, db, &w->progress);
}

void watch_clear(struct watch *w) {
  watch_end(w);
  interrupt_clear(&w->interrupt);
}

void watch_begin(struct watch *w, enum progress_mode mode) {
  progress_begin(&w->progress, 0, 0);
  progress_line_begin(&w->line, mode);
}

void watch_end(struct watch *w) { progress_line_end(&w->line); }

static int ask(void *watch) {
  struct watch *w = watch;
  progress_line_update(&w->line);
  return interrupt_poll(&w->interrupt);
}

struct stop watch_stop(struct watch *w) {
  return (struct stop){.ask = ask, .context = w};
}
