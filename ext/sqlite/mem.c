/* SPDX-License-Identifier: MIT */
/*
** The functions of base/mem.h on SQLite's allocator, so that SQLite's limits and statistics
** include our memory.  SQLite's functions of 64 bits are used, because those of 32 bits take an
** int.  SQLite itself refuses sizes of 2 GiB and more.
**
** SQLite's allocator has a mutex.  If a host that knows nothing of our threads forked while one of
** them held it, the child's next allocation would wait for ever.  So our threads, and only they,
** allocate with a mutex of ours held, and fork() waits for it.  A thread of the host never takes it,
** so handlers of fork() that the host has may use SQLite.
*/
#include "sqlite/mem.h"

#include <pthread.h>

#include "base/mem.h"
#include "base/threads.h"
#include "sqlite/sqlite.h"

static pthread_mutex_t in_thread = PTHREAD_MUTEX_INITIALIZER;

static void lock(void) { pthread_mutex_lock(&in_thread); }
static void unlock(void) { pthread_mutex_unlock(&in_thread); }

static void at_fork(void) { pthread_atfork(lock, unlock, unlock); }

/*
** On macOS the library may be unloaded before the process forks, and the handlers would be gone.
*/
void mem_init(void) {
#if !defined(__APPLE__)
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, at_fork);
#else
  (void)at_fork;
#endif
}

void *mem_alloc(size_t n) {
  if (!threads_is_member()) return sqlite3_malloc64(n);
  lock();
  void *p = sqlite3_malloc64(n);
  unlock();
  return p;
}

void *mem_realloc(void *p, size_t n) {
  if (!threads_is_member()) return sqlite3_realloc64(p, n);
  lock();
  p = sqlite3_realloc64(p, n);
  unlock();
  return p;
}

void mem_free(void *p) {
  if (!threads_is_member()) {
    sqlite3_free(p);
    return;
  }
  lock();
  sqlite3_free(p);
  unlock();
}
