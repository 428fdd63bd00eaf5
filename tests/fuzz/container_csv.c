/* SPDX-License-Identifier: MIT */
/*
** CSV, `aws logs tail` and `--output text`: the lines are the same whatever the pieces in which the
** bytes come, and those before a failure are those of the whole file.  csv_row_split() divides a row
** as a reader does that looks at one byte after the other, and never says anything else of a part of
** the bytes.  A time is read from no more bytes than it has.
**
** Input: the size of the pieces, what is in front of the text, and the text, in which a byte 1 stands
** for a run of many times the byte after the next one, so that rows become longer than the feed.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "container_lines.h"

#include "container/csv_columns.h"
#include "container/csv_row.h"
#include "container/event_time.h"
#include "container/kinds.h"

static const char *const fronts[] = {
    "",
    "timestamp,message\n",
    "@timestamp,@log,@logStream,@message\n",
    "\"srcaddr\",\"dstaddr\",\"bytes\",x,start\n1,2,3,4,5\n",
    "srcaddr;dstaddr;bytes\n1;2;3\n",
    "message\n",
    "2024-05-01T00:00:00+00:00 s a b\n",
    "EVENTS\t1714521700000\tx y\t1714521600123\n",
    "1 2 3 4\t1 2 3 4\t",
};

/* --- a slow reader of a row, byte by byte ------------------------------------------------------- */

struct slow_row {
  enum csv_result result;
  uint32_t nvalues, nlines;
  const char *end;
  struct text value[CSV_COLUMNS];
};

enum state { BEGIN, PLAIN, QUOTED, QUOTE, RETURN }; /* QUOTE: behind a quote within quotes; RETURN: a CR behind that */

static void add_byte(struct slow_row *row, char c) {
  if (row->nvalues <= CSV_COLUMNS) text_add(&row->value[row->nvalues - 1], &c, 1);
}

static void slow_split(struct slow_row *row, const char *p, const char *end, char separator) {
  enum state state = BEGIN;
  row->result = CSV_ROW;
  row->nvalues = row->nlines = 1;
  for (;; p++) {
    int is_end = p == end || (*p == '\n' && state != QUOTED), is_next = !is_end && *p == separator && state != QUOTED;
    if (p == end && state == QUOTED) row->result = CSV_OPEN;
    if (is_end || is_next) {
      struct text *value = row->nvalues <= CSV_COLUMNS ? &row->value[row->nvalues - 1] : NULL;
      if (is_next && state == RETURN) row->result = CSV_DAMAGED;
      if (is_end && state == PLAIN && value && value->n && value->p[value->n - 1] == '\r') value->n--;
      if (is_end || row->result == CSV_DAMAGED) break;
      row->nvalues++;
      state = BEGIN;
      continue;
    }
    if (state == BEGIN) {
      state = *p == '"' ? QUOTED : PLAIN;
      if (state == PLAIN) add_byte(row, *p);
    } else if (state == QUOTED) {
      row->nlines += *p == '\n';
      if (*p == '"') state = QUOTE;
      else add_byte(row, *p);
    } else if (state == QUOTE && *p == '"') {
      add_byte(row, '"');
      state = QUOTED;
    } else if (state == QUOTE && *p == '\r') {
      state = RETURN;
    } else if (state == PLAIN) {
      add_byte(row, *p);
    } else {
      row->result = CSV_DAMAGED;
      break;
    }
  }
  row->end = p + (p < end);
}

static int is_empty_line(const struct slow_row *row, const char *p) {
  return row->nvalues == 1 && !row->value[0].n && *p != '"';
}

static void check_rows(const char *text, size_t n, char separator) {
  static struct slow_row slow;
  struct csv_row row;
  const char *end = text + n;
  for (const char *p = text; p < end;) {
    enum csv_result result = csv_row_split(&row, p, end, 1, separator);
    slow_split(&slow, p, end, separator);
    PROPERTY(result == slow.result, "%d instead of %d", (int)result, (int)slow.result);
    if (result != CSV_ROW) break;
    PROPERTY(row.end == slow.end && row.nlines == slow.nlines, "another end");
    PROPERTY(row.nvalues == (is_empty_line(&slow, p) ? 0 : slow.nvalues), "%u values", row.nvalues);
    for (uint32_t i = 0; i < row.nvalues && i < CSV_COLUMNS; i++) {
      char *copy = copy_of("", 0, row.value[i].n);
      size_t copied = csv_value_copy(&row.value[i], copy);
      PROPERTY(copied == slow.value[i].n && (!copied || !memcmp(copy, slow.value[i].p, copied)), "value %u", i);
      free(copy);
    }
    for (const char *cut = p; cut < row.end; cut += 1 + (cut - p) / 8) {
      struct csv_row part;
      enum csv_result of_part = csv_row_split(&part, p, cut, 0, separator);
      PROPERTY(of_part == CSV_PART || of_part == CSV_OPEN, "a part of %zd bytes: %d", cut - p, (int)of_part);
    }
    for (uint32_t i = 0; i < slow.nvalues && i < CSV_COLUMNS; i++) slow.value[i].n = 0;
    p = row.end;
  }
  for (uint32_t i = 0; i < CSV_COLUMNS; i++) free(slow.value[i].p);
  memset(&slow, 0, sizeof slow);
}

/* --- containers ---------------------------------------------------------------------------------- */

/* Where the form of a file begins, behind its lines. */
static size_t lines_n(const char *text) {
  size_t n = strlen(text);
  while (n &&
         !(n > 1 && text[n - 1] == '\n' &&
           (!strncmp(text + n, "csv", 3) || !strncmp(text + n, "logs tail", 9) || !strncmp(text + n, "cli text", 8))))
    n--;
  return n;
}

static void check_lines(const char *p, size_t n, size_t piece) {
  struct container c;
  container_init(&c);
  char *whole = container_lines(&c, p, n, FEED_BUFFER, ERR_NONE);
  char *pieces = container_lines(&c, p, n, piece, ERR_NONE);
  char *failed = container_lines(&c, p, n, piece, ERR_DAMAGED);
  PROPERTY(!strcmp(whole, pieces), "in pieces of %zu:\n%s\ninstead of\n%s", piece, pieces, whole);
  const char *form = whole + lines_n(whole), *form_failed = failed + lines_n(failed);
  size_t form_n = strcspn(form, "\n"); /* the last line, without its end, may tell what a file is */
  if (form_n == strcspn(form_failed, "\n") && !strncmp(form, form_failed, form_n))
    PROPERTY(!strncmp(whole, failed, lines_n(failed)), "with a failure:\n%s\ninstead of\n%s", failed, whole);
  free(whole);
  free(pieces);
  free(failed);
  container_clear(&c);
}

static void check_time(const char *p, size_t n) {
  int64_t ms, again;
  enum event_zone zone, zone_again;
  size_t k = event_time_parse(p, n, &ms, &zone);
  PROPERTY(k <= n, "%zu bytes", k);
  if (!k) return;
  char *copy = copy_of(p, k, 0);
  PROPERTY(event_time_parse(copy, k, &again, &zone_again) == k && again == ms && zone_again == zone, "another time");
  PROPERTY(event_time(copy, k) == ms, "another time");
  free(copy);
}

#define TEXT_MAX (2 * FEED_BUFFER)

static void expand(struct text *out, struct choices *c) {
  while (c->n && out->n < TEXT_MAX) {
    char byte = (char)choose_byte(c), run[1024];
    size_t count = 1;
    if (byte == 1) {
      count = 1 + choose_byte(c) * 1031;
      byte = (char)choose_byte(c);
      if (byte == '\n') count = 1 + count / 64;
    }
    memset(run, byte, sizeof run);
    for (size_t n; count; count -= n) {
      n = count < sizeof run ? count : sizeof run;
      text_add(out, run, n);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct text text = {0};
  size_t piece = 1 + choose_byte(&c), front = choose(&c, sizeof fronts / sizeof *fronts);
  text_add(&text, fronts[front], strlen(fronts[front]));
  check_time((const char *)c.p, c.n);
  expand(&text, &c);
  if (text.n > 4096) piece *= 997;         /* a hundred thousand pieces would take too long */
  char *copy = copy_of(text.p, text.n, 0); /* behind which nothing may be read */
  if (memchr(copy, 0, text.n) == NULL && container_find(copy, text.n, 1) != &container_json)
    check_lines(copy, text.n, piece);
  check_rows(copy, text.n, ",;\t"[piece % 3]);
  free(copy);
  free(text.p);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  return 0;
}
