/* SPDX-License-Identifier: MIT */
/*
** Signals are blocked in the caller while it starts threads, because a new thread inherits the
** mask of the thread that creates it.  Blocking them inside the new thread would leave a moment in
** which it could receive one.
**
** Timed waits need a clock that nobody sets: by the time of day, a wait of 20 ms would last an
** hour when the clock is set back by an hour.  POSIX chooses the clock when a condition is
** initialised, and macOS, which lacks that function, has a wait for a relative time instead.
*/
#define _GNU_SOURCE /* sched_getaffinity() */
#include "base/threads.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static _Thread_local int is_member;

static void *threads_run(void *member) {
  struct threads_member *m = member;
  is_member = 1;
  m->threads->job(m->threads->context, m->number);
  return NULL;
}

unsigned threads_start(struct threads *c, unsigned n, void (*job)(void *context, unsigned number), void *context) {
  sigset_t all, old;
  memset(c, 0, sizeof *c);
  c->process = getpid();
  c->job = job;
  c->context = context;
  if (n == 0 || !(c->member = mem_alloc(n * sizeof *c->member))) return 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  for (; c->n < n; c->n++) {
    struct threads_member *m = &c->member[c->n];
    m->threads = c;
    m->number = c->n;
    if (pthread_create(&m->thread, NULL, threads_run, m)) break;
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return c->n;
}

int threads_in_child(const struct threads *c) { return c->process && c->process != getpid(); }

int threads_is_member(void) { return is_member; }

void threads_join(struct threads *c) {
  for (unsigned i = 0; i < c->n && !threads_in_child(c); i++) pthread_join(c->member[i].thread, NULL);
  mem_free(c->member);
  memset(c, 0, sizeof *c);
}

#if defined(__APPLE__)

static int init_condition(pthread_cond_t *condition) { return condition ? pthread_cond_init(condition, NULL) : 0; }

void threads_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int milliseconds) {
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
  pthread_cond_timedwait_relative_np(condition, mutex, &time);
}

#else

static int init_condition(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  if (!condition) return 0;
  int rc = pthread_condattr_init(&attributes);
  if (rc) return rc;
  rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  if (!rc) rc = pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
  return rc;
}

void threads_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += milliseconds * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  pthread_cond_timedwait(condition, mutex, &until);
}

#endif

enum err_code threads_lock_init(pthread_mutex_t *mutex, pthread_cond_t *first, pthread_cond_t *second, struct err *e) {
  if (pthread_mutex_init(mutex, NULL)) return err_nomem(e);
  if (!init_condition(first)) {
    if (!init_condition(second)) return ERR_NONE;
    if (first) pthread_cond_destroy(first);
  }
  pthread_mutex_destroy(mutex);
  return err_nomem(e);
}

void threads_lock_clear(pthread_mutex_t *mutex, pthread_cond_t *first, pthread_cond_t *second) {
  if (second) pthread_cond_destroy(second);
  if (first) pthread_cond_destroy(first);
  pthread_mutex_destroy(mutex);
}

unsigned threads_cores(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set)) n = CPU_COUNT(&set);
#endif
  return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}
