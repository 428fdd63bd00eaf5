/* SPDX-License-Identifier: MIT */
/*
** The numbers are those of scan_stats, put into one sentence whose parts stand behind each other:
**
**     4 of 35 files were read, with 416 records, of which 24 began from 2026-03-09 00:00:00 UTC to
**     2026-03-10 00:00:00 UTC and met the conditions; none of the 4 files read has the field ...
**
** What was spared is told behind the number of files that were read:
**
**     1 of 35 files were read (the index spared 34), with 104 records, ...
**     1 file was read (37 of 40 row groups were left out), with 3072 records, ...
**
** The records that met the conditions are those of the scan.  What SQLite decided afterwards, for
** example in HAVING, is not in the sentence.  Most conditions on connections can only be decided
** when the records have been joined, so that sentence says "met the conditions on records".
*/
#include "functions/scan_summary.h"

#include <string.h>

#include "base/calendar.h"
#include "sqlite/caller.h"

/* "12 files", "1 file" */
static void put_count(sqlite3_str *out, uint64_t n, const char *of_what) {
  sqlite3_str_appendf(out, "%llu %s%s", (unsigned long long)n, of_what, n == 1 ? "" : "s");
}

/* A limit that no calendar has is told in seconds. */
static void put_limit(sqlite3_str *out, const char *word, int64_t limit) {
  char text[CALENDAR_TEXT];
  if (limit == SCAN_STATS_NO_LIMIT) return;
  if (calendar_format(limit, text)) sqlite3_str_appendf(out, " %s %s UTC", word, text);
  else sqlite3_str_appendf(out, " %s %lld s", word, (long long)limit);
}

static void put_note(void *context, const char *text) {
  sqlite3_str *out = context;
  sqlite3_str_appendf(out, "; %s", text);
}

/* What was not read of the files that the scan might have read. */
static void put_spared(sqlite3_str *out, const struct scan_counts *c) {
  const char *before = " (";
  if (c->pruned_by[PRUNE_INDEX]) {
    sqlite3_str_appendf(out, "%sthe index spared %llu", before, (unsigned long long)c->pruned_by[PRUNE_INDEX]);
    before = "; ";
  }
  if (c->row_groups_skipped) {
    sqlite3_str_appendf(out, "%s%llu of ", before, (unsigned long long)c->row_groups_skipped);
    put_count(out, c->row_groups, "row group");
    sqlite3_str_appendall(out, c->row_groups == 1 ? " was left out" : " were left out");
    before = "; ";
  }
  if (*before == ';') sqlite3_str_appendall(out, ")");
}

static void put_summary(sqlite3_str *out, const struct scan_stats *s) {
  const struct scan_counts *c = &s->counts;
  if (c->read < c->files) sqlite3_str_appendf(out, "%llu of ", (unsigned long long)c->read);
  put_count(out, c->files, strstr(s->table, "payload") ? "value" : "file");
  sqlite3_str_appendall(out, c->files == 1 ? " was read" : " were read");
  put_spared(out, c);
  sqlite3_str_appendall(out, ", with ");
  put_count(out, c->records, "record");
  sqlite3_str_appendf(out, ", of which %llu", (unsigned long long)c->rows);
  if (s->since != SCAN_STATS_NO_LIMIT || s->until != SCAN_STATS_NO_LIMIT) {
    sqlite3_str_appendall(out, " began");
    put_limit(out, "from", s->since);
    put_limit(out, "until", s->until);
    sqlite3_str_appendall(out, " and");
  }
  sqlite3_str_appendall(out, " met the conditions");
  if (strstr(s->table, "connections")) sqlite3_str_appendall(out, " on records");
  scan_stats_notes(s, put_note, out);
}

static void scan_summary(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const struct scan_stats *s = sqlite3_user_data(ctx);
  (void)argc;
  (void)argv;
  if (!caller_is_user(sqlite3_context_db_handle(ctx), "flowlogs_scan_summary")) {
    sqlite3_result_error(ctx, "flowlogs: unsafe use of flowlogs_scan_summary() by a database", -1);
    return;
  }
  if (!s->table) return;
  sqlite3_str *out = sqlite3_str_new(NULL);
  put_summary(out, s);
  char *text = sqlite3_str_finish(out);
  if (text) sqlite3_result_text(ctx, text, -1, sqlite3_free);
  else sqlite3_result_error_nomem(ctx);
} /* cppcheck-suppress memleak; SQLite frees the text */

int scan_summary_register(sqlite3 *db, struct scan_stats *s) {
  s->users++; /* SQLite calls the destructor also when the registration fails */
  return sqlite3_create_function_v2(db, "flowlogs_scan_summary", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, s, scan_summary,
                                    NULL, NULL, scan_stats_free);
}
