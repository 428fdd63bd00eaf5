/* SPDX-License-Identifier: MIT */
/*
** Lists, and what may stand in them.  What a list holds depends on the key in front of it:
**
**     a document, or nothing   JSON_LIST      documents, texts, and lists of them
**     events, logEvents        JSON_EVENTS    JSON_EVENT
**     records, Records         JSON_RECORDS   JSON_RECORD
**     results                  JSON_RESULTS   JSON_ROW, which is a list of JSON_CELL
**
** A text where a document may stand is a line, or holds lines or documents itself.
*/
#include <string.h>

#include "base/chars.h"
#include "container/json_state.h"

int json_push(struct json *j, enum json_open open) {
  const struct json_frame *below = json_top(j);
  if (j->nframes == JSON_FRAMES) return json_scan_malformed(&j->scan, "has lists and objects too deep in one another");
  struct json_frame *f = &j->frame[j->nframes++];
  memset(f, 0, sizeof *f);
  f->open = (uint8_t)open;
  f->text_n = j->text_n;
  f->nmembers = j->nmembers;
  f->time = JSON_NO_TIME;
  f->message_at = JSON_NO_NAME;
  f->group = below->group;
  f->stream = below->stream;
  json_scan_take(&j->scan);
  return 1;
}

void json_pop(struct json *j) {
  const struct json_frame *f = json_top(j);
  j->text_n = f->text_n;
  j->nmembers = f->nmembers;
  j->nframes--;
}

/* Is the text in j->piece one line, as most are, or does it hold more? */
static int is_line(const struct json *j) {
  const char *p = j->piece.p, *end = p + j->piece.n;
  p += chars_space(p, (size_t)(end - p));
  while (end > p && (end[-1] == '\n' || end[-1] == '\r')) end--;
  size_t n = (size_t)(end - p);
  if (n == 0) return 1;
  return *p != '{' && *p != '[' && *p != '"' && memchr(p, ' ', n) &&
         !memchr(j->piece.p, '\n', (size_t)(end - j->piece.p)) && (size_t)(end - j->piece.p) <= BLOCK_LINE;
}

/* A text where a document may stand; its quote is at hand. */
static int text(struct json *j) {
  if (!json_read_piece(j)) return 0;
  j->is_known = 1;
  if (j->piece.is_cut) return json_piece_too_long(j, "is a text of more than 32 MiB");
  if (!is_line(j)) return json_piece(j, UNWRAP_GUESS);
  size_t n = j->piece.n;
  while (n && (j->piece.p[n - 1] == '\n' || j->piece.p[n - 1] == '\r')) n--;
  json_set_form(j, JSON_FORM_MESSAGES);
  if (n == chars_space(j->piece.p, n)) return json_bad(j, NULL, 0, "is an empty text");
  if (j->piece.has_nul) return json_bad(j, j->piece.p, n, "has a NUL byte (\\u0000)");
  memcpy(block_begin_line(json_block(j)), j->piece.p, n);
  return json_put(j, json_top(j), n);
}

/* A value where a document may stand.  byte: its first. */
static int document(struct json *j, int byte) {
  if (byte == '{') return json_push(j, JSON_OBJECT);
  if (byte == '[') return json_push(j, JSON_LIST);
  return text(j);
}

/* The level has ended. */
static int finish(struct json *j) {
  struct err e = {0};
  if (j->nlevels > 1) return json_piece_end(j);
  if (!json_is_foreign(j)) return json_end(j, CONTAINER_END, &e);
  const char *why = j->nforeign ? j->foreign : j->hint ? j->hint : "is JSON without flow log records";
  err_set(&e, ERR_FORMAT, 0, "%s", why);
  return json_end(j, CONTAINER_BROKEN, &e);
}

/* The rest of a list, whose beginning was passed over, may end here. */
static int rest(struct json *j, int byte) {
  if (byte == ',') return json_scan_take(&j->scan), 1;
  return json_scan_resync(&j->scan) || j->scan.fault || finish(j);
}

static int step_top(struct json *j) {
  int byte = json_scan_byte(&j->scan);
  if (byte == JSON_SCAN_END) return j->scan.fault ? 0 : finish(j);
  if (byte == '{' || byte == '[' || byte == '"') return document(j, byte);
  if (j->is_resynced && j->nlevels == 1 && (byte == ',' || byte == ']' || byte == '}')) return rest(j, byte);
  return json_scan_wrong(&j->scan, byte, "an object should begin");
}

/* An element that is not what it should be. */
static int odd_element(struct json *j, enum json_open open) {
  if (!json_scan_skip(&j->scan)) return 0;
  switch (open) {
  case JSON_EVENTS: return json_bad(j, NULL, 0, "the event has no \"message\" that is a text");
  case JSON_LIST: return json_foreign(j, "has a list of things that are neither objects nor texts");
  default: return json_foreign(j, "has a list of records of which one is no JSON object");
  }
}

static int list_end(struct json *j) {
  const struct json_frame *f = json_top(j);
  const enum json_open open = f->open;
  const int is_empty = !f->begun;
  json_scan_take(&j->scan);
  if (open == JSON_ROW) return json_record_end(j);
  json_pop(j);
  if (open == JSON_RESULTS && is_empty) j->is_known = 1;
  if (open == JSON_LIST && is_empty) j->hint = "is an empty list";
  return open == JSON_RECORDS && is_empty ? json_foreign(j, "has a list of records that is empty") : 1;
}

/* What a list's objects and lists are: enum json_open, or JSON_TOP for what it cannot have. */
static const struct {
  uint8_t object, list;
} elements[] = {
    [JSON_EVENTS] = {JSON_EVENT, JSON_TOP},
    [JSON_RECORDS] = {JSON_RECORD, JSON_TOP},
    [JSON_RESULTS] = {JSON_OBJECT, JSON_ROW},
    [JSON_ROW] = {JSON_CELL, JSON_TOP},
};

static int step_list(struct json *j) {
  struct json_frame *f = json_top(j);
  const enum json_open open = f->open;
  int byte = json_scan_byte(&j->scan);
  if (byte == ']') return list_end(j);
  if (f->begun) {
    if (byte != ',') return json_scan_wrong(&j->scan, byte, "',' or ']' should be");
    json_scan_take(&j->scan);
    byte = json_scan_byte(&j->scan);
  }
  f->begun = 1;
  f->count++;
  if (open == JSON_LIST) return byte == '{' || byte == '[' || byte == '"' ? document(j, byte) : odd_element(j, open);
  uint8_t element = byte == '{' ? elements[open].object : byte == '[' ? elements[open].list : JSON_TOP;
  return element == JSON_TOP ? odd_element(j, open) : json_push(j, element);
}

int json_step(struct json *j) {
  if (json_level(j)->is_lines) return json_piece_line(j);
  const enum json_open open = json_top(j)->open;
  if (open == JSON_TOP) return step_top(j);
  return open <= JSON_ROW ? step_list(j) : json_members(j);
}
