/* SPDX-License-Identifier: MIT */
/*
** Threads that all run the same job.
**
** threads_start() once, threads_join() at the end, by the same thread.  Threads need not be real: where none can be started
** (the limit of processes is reached, say), threads_start() returns 0 and the caller does the work itself.  The threads
** take no signals, so that a host's handlers run where they always ran.
*/
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <pthread.h>

#define THREADS_MAX 1024

struct threads {
  unsigned n; /* threads that run */
  void (*job)(void *context, unsigned number);
  void *context;
  struct threads_member {
    struct threads *threads;
    unsigned number;
    pthread_t thread;
  } * member;
};

/* Starts up to n (<= THREADS_MAX) threads that call job(context, 0), job(context, 1), ...  Returns how many there are. */
unsigned threads_start(struct threads *c, unsigned n, void (*job)(void *context, unsigned number), void *context);

/* Waits until all of them have returned.  A struct that is all zero has no threads. */
void threads_join(struct threads *c);

/* pthread_cond_wait() that returns after so many milliseconds at most. */
void threads_wait(pthread_cond_t *news, pthread_mutex_t *mutex, int milliseconds);

/* Processors that this process may run on; 1 at least. */
unsigned threads_cores(void);

#endif
