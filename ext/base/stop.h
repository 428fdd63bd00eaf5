/* SPDX-License-Identifier: MIT */
/*
** The question whether work is to be given up.
**
** The lower rooms do not know who wants them to stop: it may be the user, the host, or the thread
** that owns the scan.  They ask at least once for each piece of work that takes some milliseconds,
** and return ERR_INTERRUPT when the answer is yes.  A struct that is all zero is never answered so.
**
** The question is asked in the thread that does the work, so whoever gives it to another thread
** gives it an `ask` that may be called there.
*/
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include "base/err.h"

struct stop {
  int (*ask)(void *context); /* nonzero: stop; NULL: nobody wants to stop the work */
  void *context;             /* not owned */
};

/* ERR_INTERRUPT when the work is to be given up. */
static inline enum err_code stop_check(const struct stop *s, struct err *e) {
  if (!s->ask || !s->ask(s->context)) return ERR_NONE;
  return err_set(e, ERR_INTERRUPT, 0, "interrupted");
}

#endif
