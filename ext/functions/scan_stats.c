/* SPDX-License-Identifier: MIT */
/*
** Nothing is counted here.  The scans count in a struct scan_counts of their own and hand over a
** copy at the points where SQLite has control, so that no lock is needed:
**
**     it has values        scan_stats_begin_values(), scan_stats_add_value()
**     scan begins          scan_stats_begin()   the name of the table, the time, zeros
**     it hands out rows    scan_stats_note()    a copy of its counts, the seconds until now
**     it ends              scan_stats_note()    the same with finished = 1
**
** A statement may scan several times, and may get rows from memory without a scan.  Its notes about
** values therefore stay until another statement runs.
**
** Time is monotonic, because the wall clock may be set during a scan.
*/
#include "functions/scan_stats.h"

#include <string.h>

#include "base/mem.h"
#include "base/monotonic.h"
#include "base/utf8.h"
#include "sqlite/caller.h"
#include "sqlite/execution.h"

struct scan_stats *scan_stats_new(void) {
  struct scan_stats *s = mem_alloc(sizeof *s);
  if (s) memset(s, 0, sizeof *s);
  return s;
}

void scan_stats_free(void *stats) {
  struct scan_stats *s = stats;
  if (--s->users == 0) mem_free(s);
}

void scan_stats_begin(struct scan_stats *s, const char *table, int64_t since, int64_t until) {
  s->table = table;
  s->since = since;
  s->until = until;
  s->finished = 0;
  s->begun = monotonic_seconds();
  s->seconds = 0;
  memset(&s->counts, 0, sizeof s->counts);
}

void scan_stats_note(struct scan_stats *s, const struct scan_counts *counts, int finished) {
  s->counts = *counts;
  s->finished = finished;
  s->seconds = monotonic_seconds() - s->begun;
}

void scan_stats_begin_values(struct scan_stats *s, sqlite3 *db) {
  if (s->nvalues && s->execution != execution_number(db, s->plans)) s->nvalues = 0;
}

int scan_stats_takes_value(const struct scan_stats *s, const void *column) {
  for (uint32_t i = 0; i < s->nvalues; i++)
    if (s->value[i].column == column) return 0;
  return s->nvalues < SCAN_STATS_VALUES;
}

void scan_stats_add_value(struct scan_stats *s, sqlite3 *db, const void *column, const char *text) {
  if (!scan_stats_takes_value(s, column)) return;
  s->execution = execution_number(db, s->plans);
  struct scan_stats_value *value = &s->value[s->nvalues++];
  size_t n = utf8_cut(text, strlen(text), SCAN_STATS_VALUE_TEXT - 1);
  value->column = column;
  memcpy(value->text, text, n);
  value->text[n] = 0;
}

/* --- notes ------------------------------------------------------------------------------------------------------- */

/* A note about files that lack a field; `then` says what follows from it. */
static void note_lack(const struct presence_count *c, const char *name, const char *then, scan_stats_note_fn *each,
                      void *context) {
  char text[ERR_TEXT];
  uint32_t all = c->have + c->lack;
  if (!c->lack) return;
  if (all == 1) err_print(text, "the file read does not have the field %s: %s", name, then);
  else if (!c->have) err_print(text, "none of the %u files read has the field %s: %s", all, name, then);
  else err_print(text, "%u of the %u files read do not have the field %s: %s", c->lack, all, name, then);
  each(context, text);
}

/* A note about downloads that are not finished. */
static void note_unfinished(const struct scan_counts *c, scan_stats_note_fn *each, void *context) {
  char text[ERR_TEXT];
  if (!c->unfinished) return;
  if (c->unfinished == 1) err_print(text, "1 unfinished download was passed over: %s", c->unfinished_path);
  else
    err_print(text, "%llu unfinished downloads were passed over, the first: %s", (unsigned long long)c->unfinished,
              c->unfinished_path);
  each(context, text);
}

void scan_stats_notes(const struct scan_stats *s, scan_stats_note_fn *each, void *context) {
  const struct presence_counts *p = &s->counts.presence;
  for (uint32_t i = 0; i < s->nvalues; i++) each(context, s->value[i].text);
  note_unfinished(&s->counts, each, context);
  for (int i = 0; i < SUBJECT_COUNT; i++)
    note_lack(&p->condition[i], predicate_subject_name(i), "no record there meets the condition on it", each, context);
  for (int i = 0; i < FIELD_COUNT; i++)
    if (!p->condition[i].lack) note_lack(&p->use[i], fields[i].name, "it is NULL there", each, context);
}

/* --- the JSON object --------------------------------------------------------------------------------------------- */

/* Appends a JSON string, with a comma in front unless it is the first: the array has only its bracket. */
static void put_note(void *context, const char *text) {
  sqlite3_str *out = context;
  int is_first = sqlite3_str_length(out) > 0 && sqlite3_str_value(out)[sqlite3_str_length(out) - 1] == '[';
  sqlite3_str_appendall(out, is_first ? "\"" : ",\"");
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c < ' ') sqlite3_str_appendf(out, "\\u%04x", c);
    else if (c == '"' || c == '\\') sqlite3_str_appendf(out, "\\%c", c);
    else sqlite3_str_appendchar(out, 1, *text);
  }
  sqlite3_str_appendchar(out, 1, '"');
}

static void scan_stats(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const struct scan_stats *s = sqlite3_user_data(ctx);
  const struct scan_counts *c = &s->counts;
  (void)argc;
  (void)argv;
  if (!caller_is_user(sqlite3_context_db_handle(ctx), "flowlogs_scan_stats")) {
    sqlite3_result_error(ctx, "flowlogs: unsafe use of flowlogs_scan_stats() by a database", -1);
    return;
  }
  if (!s->table) return;
  sqlite3_str *out = sqlite3_str_new(NULL);
  sqlite3_str_appendf(
      out,
      "{\"table\":\"%s\",\"finished\":%d,\"files_found\":%llu,\"files_pruned\":%llu,\"pruned_by_time\":%llu,"
      "\"pruned_by_region\":%llu,\"pruned_by_file\":%llu,\"pruned_by_index\":%llu,\"files_read\":%llu,"
      "\"passes\":%u,\"row_groups_found\":%llu,\"row_groups_skipped\":%llu,\"bytes_read\":%llu,\"bytes_inflated\":%llu,"
      "\"records\":%llu,\"rows\":%llu,\"seconds\":%.6f,\"threads\":%u,"
      "\"notes\":[",
      s->table, s->finished, c->files, c->pruned, c->pruned_by[PRUNE_TIME], c->pruned_by[PRUNE_REGION],
      c->pruned_by[PRUNE_FILE], c->pruned_by[PRUNE_INDEX], c->read, c->passes, c->row_groups, c->row_groups_skipped,
      c->bytes_read, c->bytes_inflated, c->records, c->rows, s->seconds, c->threads);
  scan_stats_notes(s, put_note, out);
  sqlite3_str_appendall(out, "]}");
  char *json = sqlite3_str_finish(out);
  if (json) sqlite3_result_text(ctx, json, -1, sqlite3_free);
  else sqlite3_result_error_nomem(ctx);
} /* cppcheck-suppress memleak; SQLite frees the text */

int scan_stats_register(sqlite3 *db, struct scan_stats *s) {
  s->users++; /* SQLite calls the destructor also when the registration fails */
  return sqlite3_create_function_v2(db, "flowlogs_scan_stats", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, s, scan_stats, NULL,
                                    NULL, scan_stats_free);
}
