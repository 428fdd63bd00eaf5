/* SPDX-License-Identifier: MIT */
/*
** pthread_create() that can fail: the program's own, in front of the library's.  Include it first, in one file.
*/
#ifndef NO_THREADS_H
#define NO_THREADS_H

#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int threads_left = -1; /* that can be started; negative: as many as you like */

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
