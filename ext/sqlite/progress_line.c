/* SPDX-License-Identifier: MIT */
/*
** With PROGRESS_AUTO the line is written only where it disturbs nobody:
**
**   - The host is the sqlite3 shell.  Another program may use the terminal in its own way.
**   - Standard error is a terminal, and the process is in its foreground.
**   - Standard output is no pipe, because whoever reads the pipe, such as a pager, may write on the
**     same terminal at any time.
**
** The line is erased with spaces, which every terminal understands, and is shorter than the
** terminal is wide, so that it never wraps.
**
** Which scan shows the line is an atomic pointer of the process.
*/
#define _GNU_SOURCE /* program_invocation_short_name */
#include "sqlite/progress_line.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "sqlite/row_output.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX     120

static _Atomic(struct progress_line *) shown_by; /* NULL: no line stands on the terminal */

/* --- where it is written ------------------------------------------------------------------------------------------ */

static int is_sqlite3_shell(void) {
#if defined(__GLIBC__) || defined(__linux__)
  const char *name = program_invocation_short_name;
#else
  const char *name = getprogname();
#endif
  return name && !strncmp(name, "sqlite3", 7);
}

static int is_pipe(int fd) {
  struct stat st;
  return !fstat(fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static int may_write(enum progress_mode mode) {
  if (mode != PROGRESS_AUTO) return mode == PROGRESS_ON;
  return is_sqlite3_shell() && isatty(STDERR_FILENO) && tcgetpgrp(STDERR_FILENO) == getpgrp() &&
         !is_pipe(STDOUT_FILENO);
}

/* The bytes that fit into one line. */
static size_t width(void) {
  struct winsize size;
  size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_col;
  if (!columns) columns = WIDTH_DEFAULT;
  return columns < WIDTH_MAX ? columns - 1 : WIDTH_MAX - 1;
}

/*
** Writes to standard error.  Where that is a pipe that nobody reads any more, the signal SIGPIPE
** would end the host, so it is blocked meanwhile and taken away.
*/
static void put(const char *p, size_t n) {
  sigset_t pipe, old, pending;
  int number;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &old);
  ssize_t unused = write(STDERR_FILENO, p, n);
  if (unused < 0 && errno == EPIPE && !was_pending) sigwait(&pipe, &number);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* --- what is written ---------------------------------------------------------------------------------------------- */

/* A number of records, with a unit if it is large: 9999, 12.3 M. */
static void put_records(sqlite3_str *s, uint64_t n) {
  static const char *const unit[] = {"", " k", " M", " G", " T"};
  double value = (double)n;
  int u = 0;
  if (n >= 10000)
    for (; value >= 1000 && u < 4; u++) value /= 1000;
  sqlite3_str_appendf(s, u && value < 100 ? ", %.1f%s records" : ", %.0f%s records", value, unit[u]);
}

/* Seconds, as 0:41, 3:20, 1:05:00. */
static void put_left(sqlite3_str *s, double seconds) {
  long long n = (long long)(seconds + 0.5);
  if (n >= 3600) sqlite3_str_appendf(s, ", %lld:%02lld:%02lld left", n / 3600, n / 60 % 60, n % 60);
  else sqlite3_str_appendf(s, ", %lld:%02lld left", n / 60, n % 60);
}

void progress_line_text(const struct progress *p, double seconds, char *text, size_t room) {
  uint64_t files = atomic_load_explicit(&p->files_done, memory_order_relaxed);
  uint64_t bytes = atomic_load_explicit(&p->bytes_done, memory_order_relaxed);
  uint64_t records = atomic_load_explicit(&p->records, memory_order_relaxed);
  sqlite3_str *s = sqlite3_str_new(NULL);
  if (!p->files) {
    sqlite3_str_appendf(s, "flowlogs: looking for files, %llu found", (unsigned long long)files);
  } else {
    double rate = seconds > 0 ? (double)bytes / seconds : 0;
    sqlite3_str_appendf(s, "flowlogs: %llu of %llu files", (unsigned long long)files, (unsigned long long)p->files);
    if (p->bytes) sqlite3_str_appendf(s, " (%d %%)", (int)((double)bytes / (double)p->bytes * 100));
    else if (bytes) sqlite3_str_appendf(s, ", %.1f MB", (double)bytes / 1e6);
    if (rate > 0 && bytes < p->bytes) put_left(s, (double)(p->bytes - bytes) / rate);
    sqlite3_str_appendf(s, rate < 1e8 ? ", %.1f MB/s" : ", %.0f MB/s", rate / 1e6);
    put_records(s, records);
  }
  char *whole = sqlite3_str_finish(s);
  sqlite3_snprintf((int)room, text, "%s", whole ? whole : "");
  sqlite3_free(whole);
}

static void show(struct progress_line *l, double now) {
  char out[WIDTH_MAX + 1] = "\r";
  size_t columns = width();
  progress_line_text(l->progress, now - l->read, out + 1, columns + 1);
  size_t n = strlen(out);
  memset(out + n, ' ', columns + 1 - n);
  put(out, columns + 1);
  l->is_shown = 1;
}

void progress_line_hide(struct progress_line *l) {
  char out[WIDTH_MAX + 1];
  size_t columns = width();
  if (!l->is_shown) return;
  memset(out, ' ', sizeof out);
  out[0] = out[columns] = '\r';
  put(out, columns + 1);
  l->is_shown = 0;
  atomic_store(&shown_by, NULL);
}

/* --- when it is written ------------------------------------------------------------------------------------------- */

void progress_line_init(struct progress_line *l, sqlite3 *db, const struct progress *progress) {
  memset(l, 0, sizeof *l);
  l->db = db;
  l->progress = progress;
}

void progress_line_begin(struct progress_line *l, enum progress_mode mode) {
  progress_line_end(l);
  l->mode = mode;
  l->is_active = mode != PROGRESS_OFF;
  l->prints = -1;
  l->begun = l->wrote = l->rowed = monotonic_seconds();
  l->read = 0;
}

static int prints(struct progress_line *l) {
  if (l->prints < 0) l->prints = row_output_during_scan(l->db);
  return l->prints;
}

/* Makes this scan the one that shows the line, unless another one does. */
static int take_line(struct progress_line *l) {
  struct progress_line *nobody = NULL;
  return l->is_shown || atomic_compare_exchange_strong(&shown_by, &nobody, l);
}

void progress_line_update(struct progress_line *l) {
  if (!l->is_active) return;
  double now = monotonic_seconds();
  if (l->read == 0 && l->progress->files) l->read = now;
  if (now - l->begun < PROGRESS_LINE_AFTER || now - l->wrote < PROGRESS_LINE_AGAIN) return;
  l->wrote = now;
  if (!may_write(l->mode)) progress_line_hide(l);
  else if ((now - l->rowed >= PROGRESS_LINE_AFTER || !prints(l)) && take_line(l)) show(l, now);
}

void progress_line_rows(struct progress_line *l) {
  if (!l->is_active) return;
  if (l->is_shown && prints(l)) progress_line_hide(l);
  l->rowed = monotonic_seconds();
}

void progress_line_end(struct progress_line *l) {
  progress_line_hide(l);
  l->is_active = 0;
}
