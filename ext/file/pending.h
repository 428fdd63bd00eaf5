/* SPDX-License-Identifier: MIT */
/*
** The folders that a walk will read: a stack, and threads that read its folders before they are taken
** from it.
**
** The walk itself stays in one thread, its owner, which takes the folders in the order in which it
** would without the threads.  So the threads change nothing of what it finds, nor the order, nor which
** error comes first.  What they can't read for want of means, the owner reads itself.
**
** Call order, all by the owner: pending_init(); any calls of the others; pending_clear().  The struct
** must stay where it is.  In a child of fork() the owner goes on alone; what the threads used stays
** allocated there.
*/
#ifndef FILE_PENDING_H
#define FILE_PENDING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/err.h"
#include "base/stop.h"
#include "base/threads.h"
#include "file/listing.h"
#include "file/root_guard.h"

/* A folder that will be read later. */
struct pending_folder {
  const char *path; /* not owned; "" for the current folder */
  size_t at;        /* what is searched for in it, for the functions below */
  struct ahead *ahead;
};

/* What the threads must know of the search.  They call these functions at any time, without a lock. */
struct pending_search {
  int (*lists)(const void *context, size_t at);                              /* are the names of the folder needed? */
  int (*wants)(const void *context, size_t at, const struct listed *listed); /* is this name to be examined? */
  const void *context;
};

struct pending {
  const struct root_guard *guard;
  const struct stop *stop; /* asked by the owner alone */
  struct pending_search search;
  struct pending_folder *stack; /* guarded by the mutex, as what follows, while threads run */
  size_t n, cap;
  struct threads threads;
  pthread_mutex_t mutex;
  pthread_cond_t work, done; /* there is work for threads; some of it has been done */
  size_t held;               /* names that have been read, and not taken yet */
  struct share {             /* names of one folder that all examine, in parts */
    struct listing *listing; /* NULL: there are none */
    size_t at, next, to;     /* the next name, and the last one + 1 */
    unsigned busy;           /* threads that examine a part */
  } share;
  atomic_int stopped;
};

void pending_init(struct pending *p, const struct root_guard *guard, const struct stop *stop,
                  const struct pending_search *search);

/* Starts up to n threads; where that fails, the owner does the work. */
void pending_start(struct pending *p, unsigned n);

/* Do threads help?  They do not in a child of fork(). */
static inline int pending_has_threads(const struct pending *p) {
  return p->threads.process && !threads_in_child(&p->threads);
}

/* Puts a folder on the stack.  ERR_NOMEM. */
enum err_code pending_push(struct pending *p, const char *path, size_t at, struct err *e);

/*
** Takes the last folder from the stack; the path is NULL if there is none.  *is_read: a thread has
** read it into the listing, which is to be closed in any case.  ERR_INTERRUPT.
*/
enum err_code pending_pop(struct pending *p, struct pending_folder *folder, struct listing *l, int *is_read,
                          struct err *e);

/*
** Where threads run, examines some names of a listing from `from` on, if there are many.  listing_stat()
** then gives what was found.  ERR_NOMEM; ERR_INTERRUPT, after which the threads do nothing more.
*/
enum err_code pending_examine(struct pending *p, struct listing *l, size_t at, size_t from, struct err *e);

/* Stops the threads and waits for them, and frees all. */
void pending_clear(struct pending *p);

#endif
