/* SPDX-License-Identifier: MIT */
/*
** What `aws logs tail` prints: a line for each event, with its time in front.  The format
** `detailed`, and `json` for messages that are no JSON, have the log stream behind the time, and
** `short` has not.
**
**     detailed   2024-05-01T00:00:00.123000+00:00 eni-1-all 2 123456789010 eni-1 ...
**     short      2024-05-01T00:00:00 2 123456789010 eni-1 ...
**
** Lines with Z behind the time are those of an export task, which have no stream and are read as
** lines (record/formats.h), unless the name of a stream of flow logs follows.
*/
#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "container/event_time.h"
#include "container/kinds.h"
#include "container/text_lines.h"
#include "record/detect.h"

struct tail_line {
  int64_t time;
  const char *stream, *message; /* stream: NULL if there is none */
  size_t stream_n, message_n;
};

/* Does a name end as AWS ends those of the streams of flow logs? */
static int is_flow_stream(const char *p, size_t n) {
  static const char *const ends[] = {"-all", "-accept", "-reject"};
  if (n < 4 || memcmp(p, "eni-", 4)) return 0;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t k = strlen(ends[i]);
    if (n > k && !memcmp(p + n - k, ends[i], k)) return 1;
  }
  return 0;
}

/*
** Takes a line of n bytes apart.  Returns 0 if it has no time in front that `aws logs tail`
** writes.
*/
static int parse(struct tail_line *line, const char *p, size_t n) {
  enum event_zone zone;
  size_t k = event_time_parse(p, n, &line->time, &zone);
  if (!k || k == n || p[k] != ' ' || p[10] != 'T') return 0;
  line->message = p + k + 1;
  line->message_n = n - k - 1;
  line->stream = NULL;
  line->stream_n = 0;
  if (zone == EVENT_ZONE_NONE) return 1;
  const char *blank = memchr(line->message, ' ', line->message_n);
  line->stream = line->message;
  line->stream_n = blank ? (size_t)(blank - line->stream) : line->message_n;
  line->message_n -= line->stream_n + !!blank;
  line->message += line->stream_n + !!blank;
  return line->stream_n && (zone == EVENT_ZONE_OFFSET || is_flow_stream(line->stream, line->stream_n));
}

#define OTHERS 3 /* lines of another kind, after which none is looked for: a flow log should be told quickly */

/* Most of the first lines are such, because a line of another file may look like one. */
static int tail_is(const char *p, size_t n, int is_all) {
  const char *end = p + n;
  struct tail_line line;
  int lines = 0, others = 0;
  while (p < end && lines + others < DETECT_LINES) {
    const char *lf = memchr(p, '\n', (size_t)(end - p)), *next = lf ? lf : end;
    size_t line_n = (size_t)(next - p);
    if (!lf && !is_all) break;
    if (parse(&line, p, line_n)) lines++;
    else others += chars_space(p, line_n) < line_n;
    if (!lines && others == OTHERS) return 0;
    p = next + 1;
  }
  return lines > others;
}

static enum err_code tail_start(struct container *c, struct err *e) {
  struct pieces *s = c->state[c->slot];
  if (!s) s = c->state[c->slot] = mem_alloc(sizeof *s);
  if (!s) return err_nomem(e);
  pieces_start(s);
  return ERR_NONE;
}

static void take_line(struct container *c, const char *p, size_t n) {
  struct tail_line line;
  if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3, n -= 3;
  if (!parse(&line, p, n)) {
    block_add_bad(&c->block, p, n, c->number, "has no time in front, as lines of `aws logs tail` have");
    return;
  }
  block_set_stream(&c->block, NULL, 0, line.stream, line.stream_n);
  text_lines_add(c, line.message, line.message_n, line.time);
}

static enum container_result tail_next(struct container *c, struct err *e) {
  return text_lines_next(c, c->state[c->slot], '\n', '\n', 1, take_line, e);
}

const struct container_kind container_tail = {"logs tail", tail_is, tail_start, tail_next, mem_free};
