/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity() */
#include "base/threads.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static void *run(void *member) {
  struct threads_member *m = member;
  m->threads->job(m->threads->context, m->number);
  return NULL;
}

unsigned threads_start(struct threads *c, unsigned n, void (*job)(void *context, unsigned number), void *context) {
  sigset_t all, old;
  memset(c, 0, sizeof *c);
  c->job = job;
  c->context = context;
  if (n == 0 || !(c->member = mem_alloc(n * sizeof *c->member))) return 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  for (; c->n < n; c->n++) {
    struct threads_member *m = &c->member[c->n];
    m->threads = c;
    m->number = c->n;
    if (pthread_create(&m->thread, NULL, run, m)) break;
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return c->n;
}

void threads_join(struct threads *c) {
  for (unsigned i = 0; i < c->n; i++) pthread_join(c->member[i].thread, NULL);
  mem_free(c->member);
  memset(c, 0, sizeof *c);
}

void threads_wait(pthread_cond_t *news, pthread_mutex_t *mutex, int milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += milliseconds * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  pthread_cond_timedwait(news, mutex, &until);
}

unsigned threads_cores(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set)) n = CPU_COUNT(&set);
#endif
  return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}
