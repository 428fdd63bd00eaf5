/* SPDX-License-Identifier: MIT */
/*
** The names in one folder, sorted byte by byte, and what they are.
**
** The folder stays open after it has been read, so that its names are examined from there: the
** system need not walk along the whole path for each of them.
**
** Names may be examined before listing_stat() is asked for them, by several threads.
**
** Call order: a struct that is all zero; listing_read(), any calls of listing_stat(), and
** listing_close() for each folder; listing_clear().  Names are valid until the next listing_read().
** One thread at a time may use a listing, but for listing_examine().
*/
#ifndef FILE_LISTING_H
#define FILE_LISTING_H

#include <dirent.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/stop.h"
#include "file/root_guard.h"

/* A name in the folder. */
struct listed {
  const char *name;
  int is_no_folder; /* the folder says so; 0: it may be one, or a link to one */
};

/* What root_guard_stat_in() has said of a name. */
struct examined {
  int is_known;
  int rc, number; /* what it returned, and errno */
  struct stat st;
};

struct listing {
  DIR *dir;              /* open between listing_read() and listing_close(); or NULL */
  int refused;           /* errno with which the system refused to list the folder, or the rest of it; or 0 */
  struct listed *listed; /* `n` names, without "." and ".." */
  size_t n, cap;
  char *text; /* the names, one after the other, each with its NUL */
  size_t text_n, text_cap;
  struct examined *examined; /* the names from `from` to `to` */
  size_t from, to, examined_cap;
};

/*
** Opens a folder, "" being the current one, and reads its names.  That the system refuses this is no error: `refused` says so,
** and the names are those that it gave before.  ERR_NOMEM; ERR_INTERRUPT.
*/
enum err_code listing_read(struct listing *l, const struct root_guard *guard, const char *folder,
                           const struct stop *stop, struct err *e);

/*
** Makes room for what listing_examine() finds out of the names from `from` to `to`, and forgets what it
** has found before.  ERR_NOMEM.
*/
enum err_code listing_begin_examining(struct listing *l, size_t from, size_t to, struct err *e);
static inline void listing_forget_examined(struct listing *l) { l->from = l->to = 0; }

/* Examines name number i of these.  Several threads may do so at a time, each for other names. */
void listing_examine(const struct listing *l, const struct root_guard *guard, size_t i);

/* root_guard_stat_in() for name number i, or what it has said before. */
int listing_stat(const struct listing *l, const struct root_guard *guard, size_t i, struct stat *st);

/* Closes the folder.  The names stay. */
void listing_close(struct listing *l);

/* Closes the folder, and frees the names. */
void listing_clear(struct listing *l);

#endif
