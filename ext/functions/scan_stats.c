/* SPDX-License-Identifier: MIT */
/*
** Nothing is counted here.  The scans count in a struct scan_counts of their own and hand over a
** copy at the points where SQLite has control, so that no lock is needed:
**
**     scan begins          scan_stats_begin()   the name of the table, the time, zeros
**     it hands out rows    scan_stats_note()    a copy of its counts, the seconds until now
**     it ends              scan_stats_note()    the same with finished = 1
**
** Time is monotonic, because the wall clock may be set during a scan.
*/
#include "functions/scan_stats.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"

struct scan_stats *scan_stats_new(void) {
  struct scan_stats *s = mem_alloc(sizeof *s);
  if (s) memset(s, 0, sizeof *s);
  return s;
}

void scan_stats_free(void *stats) {
  struct scan_stats *s = stats;
  if (--s->users == 0) mem_free(s);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void scan_stats_begin(struct scan_stats *s, const char *table) {
  s->table = table;
  s->finished = 0;
  s->begun = now();
  s->seconds = 0;
  memset(&s->counts, 0, sizeof s->counts);
}

void scan_stats_note(struct scan_stats *s, const struct scan_counts *counts, int finished) {
  s->counts = *counts;
  s->finished = finished;
  s->seconds = now() - s->begun;
}

static void scan_stats(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const struct scan_stats *s = sqlite3_user_data(ctx);
  const struct scan_counts *c = &s->counts;
  (void)argc;
  (void)argv;
  if (!s->table) return;
  char *json = sqlite3_mprintf(
      "{\"table\":\"%s\",\"finished\":%d,\"files_found\":%llu,\"files_pruned\":%llu,\"pruned_by_time\":%llu,"
      "\"pruned_by_region\":%llu,\"pruned_by_file\":%llu,\"files_read\":%llu,\"bytes_read\":%llu,\"bytes_inflated\":%"
      "llu,\"records\":%llu,\"rows\":%llu,\"seconds\":%.6f,\"threads\":%u}",
      s->table, s->finished, c->files, c->pruned, c->pruned_by[PRUNE_TIME], c->pruned_by[PRUNE_REGION],
      c->pruned_by[PRUNE_FILE], c->read, c->bytes_read, c->bytes_inflated, c->records, c->rows, s->seconds, c->threads);
  if (json) sqlite3_result_text(ctx, json, -1, sqlite3_free);
  else sqlite3_result_error_nomem(ctx);
} /* cppcheck-suppress memleak; SQLite frees the text */

int scan_stats_register(sqlite3 *db, struct scan_stats *s) {
  s->users++; /* SQLite calls the destructor also when the registration fails */
  return sqlite3_create_function_v2(db, "flowlogs_scan_stats", 0, SQLITE_UTF8, s, scan_stats, NULL, NULL,
                                    scan_stats_free);
}
