/* SPDX-License-Identifier: MIT */
/*
** What becomes of a file, or of a line, that cannot be used: the policy decides it.
**
** The first problem of a file is kept in why[], which flowlogs_files shows.  With POLICY_FAIL it is the
** last one, too.
*/
#include <string.h>

#include "base/printable.h"
#include "base/utf8.h"
#include "record/plausible.h"
#include "scan/reader_parts.h"

#define RAW_MAX_BYTES 1024 /* of a line that is a problem, for flowlogs_errors */

/* Keeps the first problem of a file, which flowlogs_files shows. */
static void keep_reason(struct reader *r, uint64_t line, const char *reason) {
  if (line) err_print(r->why, "line %llu: %s", (unsigned long long)line, reason);
  else err_print(r->why, "%s", reason);
}

/* Something cannot be used: does what the policy says.  raw may be NULL. */
enum err_code reader_problem(struct reader *r, struct batch *b, enum err_code code, uint64_t line, const char *reason,
                             const char *raw, size_t raw_n, struct err *e) {
  if (!r->nproblems++ && !r->why[0]) keep_reason(r, line, reason);
  if (r->options->policy == POLICY_FAIL) r->done = 1;
  if (r->options->policy == POLICY_SKIP && code != ERR_ARGUMENT && code != ERR_EXHAUSTED) return ERR_NONE;
  return batch_problem(b, code, line, reason, raw, raw ? utf8_cut(raw, raw_n, RAW_MAX_BYTES) : 0, e);
}

/* Finds the line of the window that has this number; 0: there is none. */
static int find_line(const struct reader *r, uint64_t number, struct line *line) {
  uint32_t i = 0;
  if (!number) return 0;
  if (!r->places)
    i = number > r->line && number <= r->line + r->tokens.nlines ? (uint32_t)(number - r->line - 1) : UINT32_MAX;
  else
    while (i < r->tokens.nlines && r->places[i].number != number) i++;
  if (i >= r->tokens.nlines) return 0;
  *line = reader_window_line(r, i);
  return 1;
}

/*
** The same where the rest of the file cannot be used either.  The line is shown if it is in the
** window.
*/
enum err_code reader_file_problem(struct reader *r, struct batch *b, enum err_code code, uint64_t line,
                                  const char *reason, struct err *e) {
  char text[ERR_TEXT]; /* the reason may be r->why */
  struct line shown = {0};
  r->done = 1;
  err_print(text, "%s", reason);
  if (r->verdict != VERDICT_FLOW_LOG) {
    r->verdict = VERDICT_BAD;
    keep_reason(r, line, text);
  }
  find_line(r, line, &shown);
  return reader_problem(r, b, code, line, text, shown.text ? shown.text + shown.start : NULL, shown.end - shown.start,
                        e);
}

/*
** The source of the bytes has failed.  That is a problem of the file, unless the work itself cannot
** go on.
*/
enum err_code reader_source_failed(struct reader *r, struct batch *b, enum err_code code, uint64_t line,
                                   const char *reason, struct err *e) {
  if (code == ERR_NOMEM) return err_nomem(e);
  if (code == ERR_INTERRUPT) return err_set(e, code, 0, "%s", reason);
  return reader_file_problem(r, b, code, line, reason, e);
}

/*
** The file is no flow log.  That is a problem, unless the file was found in a folder and nothing
** says that it should be one.  likely: its content has the marks of a flow log.  line: the line that
** r->why is about, or 0.
*/
enum err_code reader_not_a_flow_log(struct reader *r, struct batch *b, int likely, uint64_t line, struct err *e) {
  r->is_other = !likely;
  if (likely || r->expectation != EXPECT_NOTHING) return reader_file_problem(r, b, ERR_FORMAT, line, r->why, e);
  r->verdict = VERDICT_OTHER;
  r->done = 1;
  return ERR_NONE;
}

/* Says which byte of a line, which begins at p, no text has. */
void reader_say_odd(const char *odd, const char *p, struct err *why) {
  unsigned byte = (unsigned char)*odd;
  if (byte < ' ' || byte == 0x7f)
    err_set(why, ERR_LINE, 0, "has a control byte (0x%02x); the file may be damaged", byte);
  else if (printable_control(odd, 2))
    err_set(why, ERR_LINE, 0, "has a control character (U+%04X, byte %u of the line); the file may be damaged",
            (unsigned)(unsigned char)odd[1], (unsigned)(odd - p) + 1);
  else
    err_set(
        why, ERR_LINE, 0,
        "has a byte that is not UTF-8 (0x%02x, byte %u of the line); the file may be damaged, or in another encoding",
        byte, (unsigned)(odd - p) + 1);
}

/* A record that cannot be right counts as every other, and is listed besides. */
enum err_code reader_list_record(struct reader *r, struct batch *b, const struct line *line, struct err *e) {
  char why[ERR_TEXT];
  const char *p = line->text + line->start;
  r->records++;
  r->rows++;
  if (!plausible_not_record(&r->layout, line, why)) return ERR_NONE;
  return batch_problem(b, ERR_SUSPECT, line->number, why, p, utf8_cut(p, line->end - line->start, RAW_MAX_BYTES), e);
}

/* The record of a line could not be taken: *why says what is wrong with it. */
enum err_code reader_refuse_line(struct reader *r, struct batch *b, const struct line *line, struct err *e) {
  const char *p = line->text + line->start;
  const struct err why = *e;
  memset(e, 0, sizeof *e);
  return reader_problem(r, b, ERR_LINE, line->number, why.text, p, line->end - line->start, e);
}
