/* SPDX-License-Identifier: MIT */
/*
** Threads that all run the same job, and the lock and conditions that they wait on.
**
** Call order: threads_start() once, then threads_join(), both by the same thread.  The struct owns
** the threads until they are joined.  Threads need not be real: where none can be started, because
** the limit of processes is reached for example, threads_start() returns 0 and the caller does the
** work itself.
**
** The threads block all signals, so that a host's signal handlers run in the threads in which they
** always ran.
**
** A child of fork() has none of its parent's threads, and finds their locks as they were at that
** moment.  It must neither join the threads nor take a lock that they use, which would wait for
** ever.  threads_in_child() tells it so; what the threads used then stays allocated until the child
** ends.
**
** A lock is initialised with its conditions by threads_lock_init() and freed with them by
** threads_lock_clear().  Only conditions that were initialised there can be given to
** threads_wait(), because its timeout is measured by the clock that threads_lock_init() chooses.
*/
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <pthread.h>
#include <sys/types.h>

#include "base/err.h"

#define THREADS_MAX 1024 /* threads that one threads_start() may be asked for */

struct threads {
  unsigned n;    /* threads that run */
  pid_t process; /* that has started them, or has tried to; 0: threads_start() has not been called */
  void (*job)(void *context, unsigned number);
  void *context; /* for job; not owned */
  struct threads_member {
    struct threads *threads;
    unsigned number; /* 0 for the thread that was started first */
    pthread_t thread;
  } * member;
};

/*
** Starts up to n (<= THREADS_MAX) threads that call job(context, 0), job(context, 1), ...  Returns
** how many were started, which is less than n where the system refuses more, and 0 where there is
** no memory.  The struct must stay where it is until threads_join().
*/
unsigned threads_start(struct threads *c, unsigned n, void (*job)(void *context, unsigned number), void *context);

/* Is this process a child of the one that called threads_start()? */
int threads_in_child(const struct threads *c);

/* Is this thread one that threads_start() has started, for whatever struct? */
int threads_is_member(void);

/*
** Waits until all jobs have returned, except in a child, where it returns at once.  Afterwards the
** struct is all zero.  A struct that is all zero has no threads.
*/
void threads_join(struct threads *c);

/*
** Initialises a mutex and up to two conditions that are waited on with it; a NULL stands for none.
** Either all of them are initialised, and threads_lock_clear() is due, or none is.  ERR_NOMEM,
** which is the only reason for which the system may refuse.
*/
enum err_code threads_lock_init(pthread_mutex_t *mutex, pthread_cond_t *first, pthread_cond_t *second, struct err *e);
void threads_lock_clear(pthread_mutex_t *mutex, pthread_cond_t *first, pthread_cond_t *second);

/*
** As pthread_cond_wait(), but returns after so many milliseconds at the latest, whatever happens
** to the system's time of day meanwhile.  As with pthread_cond_wait(), it may return without a
** reason.
*/
void threads_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int milliseconds);

/* The number of processors that this process may run on: 1 to THREADS_MAX. */
unsigned threads_cores(void);

#endif
