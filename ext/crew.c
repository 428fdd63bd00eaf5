/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity() */
#include "crew.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mem.h"

static void *run(void *member) {
  struct crew_member *m = member;
  m->crew->job(m->crew->context, m->number);
  return NULL;
}

unsigned crew_start(struct crew *c, unsigned n, void (*job)(void *context, unsigned number), void *context) {
  sigset_t all, old;
  memset(c, 0, sizeof *c);
  c->job = job;
  c->context = context;
  if (n == 0 || !(c->member = mem_alloc(n * sizeof *c->member))) return 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  for (; c->n < n; c->n++) {
    struct crew_member *m = &c->member[c->n];
    m->crew = c;
    m->number = c->n;
    if (pthread_create(&m->thread, NULL, run, m)) break;
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return c->n;
}

void crew_join(struct crew *c) {
  for (unsigned i = 0; i < c->n; i++) pthread_join(c->member[i].thread, NULL);
  mem_free(c->member);
  memset(c, 0, sizeof *c);
}

void crew_wait(pthread_cond_t *news, pthread_mutex_t *mutex, int milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += milliseconds * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  pthread_cond_timedwait(news, mutex, &until);
}

unsigned crew_cores(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set)) n = CPU_COUNT(&set);
#endif
  return n < 1 ? 1 : n > CREW_MAX ? CREW_MAX : (unsigned)n;
}
