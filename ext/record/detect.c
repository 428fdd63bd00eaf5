/* SPDX-License-Identifier: MIT */
/*
** Each of the first lines is asked the same questions, and the first answer of yes ends the
** search:
**
**     line --> header? -------- yes --> DETECT_FLOW_LOG, or DETECT_ERROR
**               | no
**              fits a format? - yes --> DETECT_FLOW_LOG
**               | no
**              traffic? ------- yes --> remembered: DETECT_LIKELY if no later line decides
**               | no
**              next line        (none left: DETECT_OTHER)
**
** Lines that are too long or contain control characters count as lines but are asked nothing,
** because damage at the beginning must not hide the rest of a file.
**
** The answers to a header depend on its bytes alone, so a first line with the bytes of the header
** that is remembered need not be asked.
*/
#include "record/detect.h"

#include <string.h>

#include "record/lookalike.h"
#include "record/marks.h"
#include "record/record.h"

/*
** Says why a line with as many fields as the format is no record of it.  Returns 0 if it has more
** or fewer.
*/
static int say_misfit(const struct line *line, const struct layout *format, const char *name, char why[ERR_TEXT]) {
  char misfit[ERR_TEXT];
  int result = record_check(format, line);
  if (result == RECORD_COUNT || result == RECORD_FITS) return 0;
  record_explain(format, result, line, misfit);
  err_print(why, "has no header line, and doesn't fit %s: %s", name, misfit);
  return 1;
}

/* Says why a file that looks like a flow log without a header cannot be read as one. */
static void say_unknown(const struct line *line, const struct formats *formats, char why[ERR_TEXT]) {
  const char *name = !formats->is_given ? "AWS's default format"
                     : formats->n > 1   ? "the format given that has as many fields"
                                        : "the format given";
  for (uint32_t i = 0; i < formats->n; i++)
    if (say_misfit(line, &formats->layout[i], name, why)) return;
  if (!formats->is_given)
    err_print(why,
              "has no header line, and its %u fields are not AWS's default: name them with "
              "format='${version} ${srcaddr} ...'",
              (unsigned)line->count);
  else if (formats->n > 1)
    err_print(why, "has no header line and its lines, of %u fields, fit none of the %u formats given",
              (unsigned)line->count, (unsigned)formats->n);
  else
    err_print(why,
              "has no header line and its lines don't fit the format given: they have %u fields, the format "
              "has %u",
              (unsigned)line->count, (unsigned)formats->layout->ntokens);
}

/* Is it what CloudWatch Logs writes beside its exports, as PREFIX/aws-logs-write-test? */
static int is_export_test(const struct line *line) {
  static const char text[] = "Permission Check Successful";
  const char *p = line->text + line->start;
  size_t n = line->end - line->start;
  while (n && token_is_separator(p[n - 1])) n--; /* CR is none of the line's text */
  return n == sizeof text - 1 && !memcmp(p, text, n);
}

/*
** The line that a reason is about, and the one behind it, to see whether they are alike.  Of
** several lines, it is the first that has the marks of a flow log, or else the first.
*/
struct subject {
  struct line line; /* all zero if none of the lines can be shown */
  struct line next;
  int likely;   /* there are marks of a flow log */
  int is_other; /* the file says itself that it is none, and why */
};

/*
** Says what is known of the line.  Returns 1 if it is likely that the file should be a flow log.
*/
static int say_reason(const struct subject *s, const struct formats *formats, char reason[ERR_TEXT]) {
  const struct line *line = &s->line;
  enum lookalike kind = line->text ? lookalike_find(line, &s->next, formats, reason) : LOOKALIKE_NONE;
  if (kind != LOOKALIKE_NONE) return kind == LOOKALIKE_RECORDS;
  if (s->likely && strchr("{[\"", line->text[line->start]))
    err_print(reason, "looks like flow log records in JSON of an unknown form; objects with the names of fields as "
                      "keys can be read, one for each record");
  else if (s->likely) say_unknown(line, formats, reason);
  else err_print(reason, "is no flow log: its first line is neither a header nor a record");
  return s->likely;
}

/* The same in words that show the line. */
static int say_why(const struct subject *s, const struct formats *formats, char why[ERR_TEXT]) {
  char reason[ERR_TEXT], shown[RECORD_SHOWN + 4];
  const struct line *line = &s->line;
  if (s->is_other) return 0;
  if (line->text && is_export_test(line)) {
    err_print(why, "is the test object aws-logs-write-test, which CloudWatch Logs writes before it exports logs; it "
                   "holds no records");
    return 0;
  }
  if (line->text && layout_is_near_header(line, reason)) {
    err_print(why, "%s", reason);
    return s->likely;
  }
  int likely = say_reason(s, formats, reason);
  if (line->text) record_show(line->text + line->start, line->end - line->start, RECORD_SHOWN, shown);
  err_print(why, "%s%s%s%s", reason, line->text ? "; the line begins with '" : "", line->text ? shown : "",
            line->text ? "'" : "");
  return likely;
}

/* Notes a line that decides nothing.  why may be written to. */
static void note(struct subject *s, const struct tokens *t, uint32_t i, const struct line *line, char why[ERR_TEXT]) {
  int marked = marks_in_line(line);
  if (!s->line.text || (marked && !s->likely && !layout_is_near_header(&s->line, why))) {
    s->line = *line;
    memset(&s->next, 0, sizeof s->next);
    if (i + 1 < t->nlines) s->next = tokens_line(t, i + 1, 0);
  }
  s->likely |= marked;
}

/* What lines are examined. */
struct search {
  const struct formats *formats;
  uint32_t nlines;         /* of the window */
  uint64_t nrecords;       /* nonblank lines that may be records, those before the window included */
  uint64_t before;         /* nonblank lines before the window; of DETECT_LINES, the first may be headers */
  const uint8_t *unusable; /* lines that are neither; NULL: there are none */
  int expected;            /* a single name in the first line is a header */
};

static enum detect_result search(const struct search *s, const struct tokens *t, struct layout *layout, int *choice,
                                 char why[ERR_TEXT], struct err *e) {
  struct subject subject = {0};
  uint64_t seen = s->before;
  for (uint32_t i = 0; i < s->nlines && seen < s->nrecords; i++) {
    struct line line = tokens_line(t, i, 0);
    if (line.count == 0 && line.end - line.start <= RECORD_MAX_BYTES) continue;
    const int is_first = seen++ < DETECT_LINES, is_unusable = s->unusable && s->unusable[i];
    if (line.end - line.start > RECORD_MAX_BYTES || record_control(t->text + line.start, line.end - line.start))
      continue;
    int may_be_header = (is_first || layout_is_marked_header(&line)) && !is_unusable;
    int header = may_be_header ? layout_from_header(layout, &line, s->expected && seen == 1, e) : 0;
    if (header > 0 && lookalike_log_of_header(&line)) header = 0;
    if (header < 0) {
      e->line = line.number;
      return DETECT_ERROR;
    }
    *choice = header || is_unusable ? FORMATS_NONE : formats_choose(s->formats, &line);
    if (!header && *choice != FORMATS_NONE) formats_layout(s->formats, *choice, layout);
    if (header || *choice != FORMATS_NONE) return e->line = line.number, DETECT_FLOW_LOG;
    if (seen == 1 && lookalike_says_what_it_is(&line, why)) subject.is_other = 1;
    if (is_first && !subject.is_other) note(&subject, t, i, &line, why);
  }
  if (seen == s->before) return DETECT_BLANK;
  e->line = subject.line.number;
  return say_why(&subject, s->formats, why) ? DETECT_LIKELY : DETECT_OTHER;
}

static int is_remembered(const struct detect_memory *m, const struct line *line) {
  return m->n && line->end - line->start == m->n && !memcmp(line->text + line->start, m->line, m->n);
}

/* The line is a header with this layout.  Whether a single name is one depends on the file, too. */
static void remember(struct detect_memory *m, const struct line *line, const struct layout *layout) {
  size_t n = line->end - line->start;
  if (n > sizeof m->line || layout->ntokens == 1) return;
  m->n = n;
  memcpy(m->line, line->text + line->start, n);
  layout_copy(&m->layout, layout);
}

enum detect_result detect(const struct tokens *t, const struct formats *formats, int expected,
                          struct detect_memory *memory, struct layout *layout, int *choice, char why[ERR_TEXT],
                          struct err *e) {
  const struct search s = {formats, t->nlines, DETECT_LINES, 0, NULL, expected};
  const struct line first = tokens_line(t, 0, 0);
  if (memory && is_remembered(memory, &first)) {
    layout_copy(layout, &memory->layout);
    *choice = FORMATS_NONE;
    e->line = first.number;
    return DETECT_FLOW_LOG;
  }
  enum detect_result result = search(&s, t, layout, choice, why, e);
  if (memory && result == DETECT_FLOW_LOG && *choice == FORMATS_NONE && e->line == first.number)
    remember(memory, &first, layout);
  return result;
}

enum detect_result detect_contained(const struct tokens *t, const struct formats *formats, uint32_t n,
                                    const uint8_t unusable[], uint64_t before, struct layout *layout, int *choice,
                                    char why[ERR_TEXT], struct err *e) {
  const struct search s = {formats, n, UINT64_MAX, before, unusable, 0};
  return search(&s, t, layout, choice, why, e);
}
