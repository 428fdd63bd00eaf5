/* SPDX-License-Identifier: MIT */
/*
** A pthread_create() that can fail.  It is defined in the test program and thus hides the
** library's, which it calls. One file of a program includes this header, before all others,
** because it defines _GNU_SOURCE.
*/
#ifndef NO_THREADS_H
#define NO_THREADS_H

#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int threads_left = -1; /* how many threads can still be started; negative: any number */

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg) {
  static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (threads_left == 0) return EAGAIN;
  if (threads_left > 0) threads_left--;
  if (!real) {
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    if (!symbol) abort();
    memcpy(&real, &symbol, sizeof real); /* C has no cast between the two kinds of pointers */
  }
  return real(thread, attr, start, arg);
}

#endif
