/* SPDX-License-Identifier: MIT */
/*
** A crew: threads that all run the same job.
**
** crew_start() once, crew_join() at the end, by the same thread.  Threads need not be real: where none can be started
** (the limit of processes is reached, say), crew_start() returns 0 and the caller does the work itself.  The threads
** take no signals, so that a host's handlers run where they always ran.
*/
#ifndef CREW_H
#define CREW_H

#include <pthread.h>

#define CREW_MAX 1024

struct crew {
  unsigned n; /* threads that run */
  void (*job)(void *context, unsigned number);
  void *context;
  struct crew_member {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
  } * member;
};

/* Starts up to n (<= CREW_MAX) threads that call job(context, 0), job(context, 1), ...  Returns how many there are. */
unsigned crew_start(struct crew *c, unsigned n, void (*job)(void *context, unsigned number), void *context);

/* Waits until all of them have returned.  Of a crew that is all zero, too. */
void crew_join(struct crew *c);

/* pthread_cond_wait() that returns after so many milliseconds at most. */
void crew_wait(pthread_cond_t *news, pthread_mutex_t *mutex, int milliseconds);

/* Processors that this process may run on; 1 at least. */
unsigned crew_cores(void);

#endif
