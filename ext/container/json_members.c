/* SPDX-License-Identifier: MIT */
/*
** The members of an object are read one by one, and json_keys.c says what each is.  The message goes
** where the block has its next line.  The names and values of all others go into j->text, where they
** are forgotten when the object ends: they are fields of a record, or no more than the keys that an
** error names.
**
** An object has its records in one place.  A second place is passed over, and the object is one that
** cannot be used.
*/
#include <string.h>

#include "base/chars.h"
#include "container/json_state.h"

#define RESERVE (JSON_NAME + JSON_VALUE + JSON_KEY_PADDING) /* bytes of j->text that one member may need */

/* --- texts ------------------------------------------------------------------------------------------------------- */

/* Reads a text behind the texts of the objects; its quote has been taken.  The rest beyond `most` bytes is dropped. */
static int read_text(struct json *j, size_t most, struct json_name *name, int *is_cut) {
  char *to = j->text + j->text_n;
  int length = json_scan_short(&j->scan, to);
  if (length < 0) {
    struct json_text t = {.p = to, .cap = most, .max = most};
    if (!json_scan_text(&j->scan, &t)) return 0;
    length = (int)t.n;
    *is_cut |= t.is_cut;
  }
  *name = (struct json_name){j->text_n, (uint32_t)length};
  j->text_n += (uint32_t)length;
  return 1;
}

/* Keeps a member, whose name and value are the last of the texts. */
static void keep(struct json *j, struct json_name name, struct json_name value, enum json_member_kind kind) {
  if (j->nmembers < JSON_MEMBERS && j->text_n <= JSON_TEXT - 2 * RESERVE) {
    j->member[j->nmembers++] = (struct json_member){name, value, (uint8_t)kind};
  } else {
    json_top(j)->is_overfull = 1;
    j->text_n = name.at;
  }
}

static void keep_taken(struct json *j, struct json_name name) {
  keep(j, name, (struct json_name){JSON_NO_NAME, 0}, JSON_MEMBER_TAKEN);
}

/* Why a message is no line, or NULL.  Its line breaks at the end are taken off. */
static const char *no_line(struct json_text *t) {
  while (t->n && (t->p[t->n - 1] == '\n' || t->p[t->n - 1] == '\r')) t->n--;
  if (t->n == chars_space(t->p, t->n)) return "the event has an empty message";
  if (t->has_nul) return "the event has a message with a NUL byte (\\u0000)";
  if (t->has_escape && memchr(t->p, '\n', t->n)) return "the event has a message of several lines; a record is one";
  return t->is_cut ? "is longer than 65536 bytes" : NULL;
}

static void set_message(struct json_frame *f, struct json_text *t) {
  f->why = no_line(t);
  f->message_n = (uint32_t)t->n;
  f->source = JSON_SOURCE_MESSAGE;
}

static void set_name(const struct json *j, struct json_frame *f, enum json_key key, struct json_name value) {
  if (key == JSON_KEY_LOG) {
    const char *p = j->text + value.at, *colon = memchr(p, ':', value.n);
    uint32_t skip = colon ? (uint32_t)(colon - p) + 1 : 0;
    value.at += skip, value.n -= skip;
  }
  if (value.n == 0) value.at = JSON_NO_NAME;
  if (key == JSON_KEY_STREAM) f->stream = value;
  else f->group = value;
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static int read_message(struct json *j, struct json_frame *f, struct json_name name) {
  struct json_text t = {.p = block_begin_line(json_block(j)), .cap = BLOCK_LINE, .max = BLOCK_LINE};
  json_scan_take(&j->scan);
  if (!json_scan_text(&j->scan, &t)) return 0;
  set_message(f, &t);
  keep_taken(j, name);
  return 1;
}

static int read_time(struct json *j, struct json_frame *f, struct json_name name, int byte) {
  char buffer[64] = "";
  const char *p = buffer;
  struct json_text t = {.p = buffer, .cap = sizeof buffer, .max = sizeof buffer};
  size_t n;
  if (byte == '"') {
    json_scan_take(&j->scan);
    if (!json_scan_text(&j->scan, &t)) return 0;
    n = t.n;
  } else if (!json_scan_word(&j->scan, &p, &n)) {
    return 0;
  }
  f->time = json_time(p, n, f->open != JSON_EVENT);
  keep_taken(j, name);
  return 1;
}

static int read_name(struct json *j, struct json_frame *f, struct json_name name, enum json_key key) {
  struct json_name value;
  int unused = 0;
  json_scan_take(&j->scan);
  if (!read_text(j, JSON_VALUE, &value, &unused)) return 0;
  uint32_t nmembers = j->nmembers;
  keep_taken(j, name);
  if (j->nmembers > nmembers) set_name(j, f, key, value);
  return 1;
}

static int read_type(struct json *j, struct json_frame *f, struct json_name name) {
  static const char data[] = "DATA_MESSAGE", control[] = "CONTROL_MESSAGE";
  char buffer[sizeof control] = "";
  struct json_text t = {.p = buffer, .cap = sizeof buffer, .max = sizeof buffer};
  json_scan_take(&j->scan);
  if (!json_scan_text(&j->scan, &t)) return 0;
  if (t.n == sizeof data - 1 && !memcmp(buffer, data, t.n)) f->type = JSON_TYPE_DATA;
  else if (t.n == sizeof control - 1 && !memcmp(buffer, control, t.n)) f->type = JSON_TYPE_CONTROL;
  else f->type = JSON_TYPE_OTHER;
  keep_taken(j, name);
  return 1;
}

/* Base64.  It is that of a record, or of the object within it that has the base64. */
static int read_data(struct json *j, struct json_frame *f, struct json_name name) {
  struct json_frame *record = f->open == JSON_RECORD ? f : f - 1;
  keep_taken(j, name);
  if (record->source != JSON_SOURCE_NONE) return record->has_two = 1, json_scan_skip(&j->scan);
  if (!json_read_piece(j)) return 0;
  record->source = JSON_SOURCE_PIECE;
  j->is_known = 1;
  json_set_form(j, JSON_FORM_EVENT);
  if (j->piece.is_cut) return json_piece_too_long(j, "has base64 of more than 32 MiB");
  return json_piece(j, UNWRAP_BASE64);
}

/* Any other value: the value of a field, perhaps. */
static int read_other(struct json *j, struct json_frame *f, struct json_name name, int byte) {
  struct json_name value = {JSON_NO_NAME, 0};
  int is_cut = 0;
  if (byte == '"') {
    json_scan_take(&j->scan);
    if (!read_text(j, JSON_VALUE, &value, &is_cut)) return 0;
    f->is_overfull |= (uint8_t)is_cut;
    keep(j, name, value, JSON_MEMBER_VALUE);
  } else if (byte == '{' || byte == '[') {
    if (!json_scan_skip(&j->scan)) return 0;
    keep(j, name, value, JSON_MEMBER_NESTED);
  } else {
    const char *p;
    size_t n;
    if (!json_scan_word(&j->scan, &p, &n)) return 0;
    value = (struct json_name){j->text_n, (uint32_t)n};
    memcpy(j->text + j->text_n, p, JSON_SCAN_WORD); /* more than it has, because a fixed size is faster */
    j->text_n += (uint32_t)n;
    keep(j, name, value, *p == 'n' ? JSON_MEMBER_NULL : JSON_MEMBER_VALUE);
  }
  return 1;
}

/* --- lists and objects within an object --------------------------------------------------------------------------- */

/* What a key with a list of records opens, and what the file then is. */
static enum json_open list_of(enum json_key key) {
  return key == JSON_KEY_RECORDS ? JSON_RECORDS : key == JSON_KEY_RESULTS ? JSON_RESULTS : JSON_EVENTS;
}

/*
** Events of a subscription become lines at once if it is known whose they are.  Otherwise they wait
** for the end of the document.
*/
static void begin_log_events(struct json *j, const struct json_frame *f) {
  j->is_holding = f->type != JSON_TYPE_DATA || f->group.at == JSON_NO_NAME || f->stream.at == JSON_NO_NAME;
}

static int open_list(struct json *j, struct json_frame *f, struct json_name name, enum json_key key) {
  keep_taken(j, name);
  if (f->source != JSON_SOURCE_NONE) return f->has_two = 1, json_scan_skip(&j->scan);
  f->source = JSON_SOURCE_LIST;
  if (key == JSON_KEY_EVENTS) {
    j->is_known = 1;
    json_set_form(j, JSON_FORM_EVENTS);
  } else if (key == JSON_KEY_LOG_EVENTS) {
    if (f->type == JSON_TYPE_CONTROL || f->type == JSON_TYPE_OTHER) return json_scan_skip(&j->scan);
    begin_log_events(j, f);
    json_set_form(j, JSON_FORM_SUBSCRIPTION);
  }
  return json_push(j, list_of(key));
}

/* An object that has base64. */
static int open_object(struct json *j, struct json_frame *f, struct json_name name, enum json_key key) {
  keep_taken(j, name);
  if (f->source != JSON_SOURCE_NONE) return f->has_two = 1, json_scan_skip(&j->scan);
  return json_push(j, key == JSON_KEY_AWSLOGS ? JSON_AWSLOGS : JSON_KINESIS);
}

/* --- members ----------------------------------------------------------------------------------------------------- */

/* Reads the value of a key, whose first byte is at hand.  A value of another kind than the key's is any value. */
static int read_value(struct json *j, struct json_frame *f, struct json_name name, enum json_key key, int byte) {
  const int is_text = byte == '"', is_list = byte == '[', is_object = byte == '{';
  switch (key) {
  case JSON_KEY_MESSAGE:
    if (!is_text) break;
    if (f->source == JSON_SOURCE_NONE || f->source == JSON_SOURCE_MESSAGE) return read_message(j, f, name);
    f->has_two = 1;
    break;
  case JSON_KEY_TIME:
    if (is_list || is_object) break;
    return read_time(j, f, name, byte);
  case JSON_KEY_GROUP:
  case JSON_KEY_LOG:
  case JSON_KEY_STREAM:
    if (!is_text) break;
    return read_name(j, f, name, key);
  case JSON_KEY_TYPE:
    if (!is_text) break;
    return read_type(j, f, name);
  case JSON_KEY_LOG_EVENTS:
    if (!is_list) f->has_no_list = 1; /* fall through */
  case JSON_KEY_EVENTS:
  case JSON_KEY_RECORDS:
  case JSON_KEY_RESULTS:
    if (!is_list) break;
    return open_list(j, f, name, key);
  case JSON_KEY_AWSLOGS:
  case JSON_KEY_KINESIS:
    if (!is_object) break;
    return open_object(j, f, name, key);
  case JSON_KEY_DATA:
    if (!is_text) break;
    return read_data(j, f, name);
  case JSON_KEY_S3:
    if (is_object) f->has_s3 = 1;
    break;
  case JSON_KEY_API: f->form = JSON_FORM_EVENTS; break;
  case JSON_KEY_OTHER: break;
  }
  return read_other(j, f, name, byte);
}

static int read_member(struct json *j, struct json_frame *f) {
  struct json_name name;
  int unused = 0;
  if (!read_text(j, JSON_NAME, &name, &unused)) return 0;
  int byte = json_scan_byte(&j->scan);
  if (byte != ':') return json_scan_wrong(&j->scan, byte, "':' should be");
  json_scan_take(&j->scan);
  byte = json_scan_byte(&j->scan);
  if (byte == JSON_SCAN_END) return json_scan_wrong(&j->scan, byte, "a value should be");
  if (name.n && j->text[name.at] == '@') f->form = JSON_FORM_INSIGHTS;
  return read_value(j, f, name, json_key_find(j->text + name.at, name.n, f->open), byte);
}

/* --- cells ------------------------------------------------------------------------------------------------------- */

static const struct json_member *find(const struct json *j, const struct json_frame *f, const char *name) {
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_name *own = &j->member[i].name;
    if (own->n == strlen(name) && !memcmp(j->text + own->at, name, own->n)) return &j->member[i];
  }
  return NULL;
}

/* Is the object {"field":...,"value":...} in a list of lists?  Then that is a row of a list of results. */
static int is_cell(const struct json *j, const struct json_frame *f) {
  if (f->open == JSON_CELL) return 1;
  if (f->open != JSON_OBJECT || j->nmembers - f->nmembers != 2 || j->nframes < 3) return 0;
  if ((f[-1].open != JSON_LIST && f[-1].open != JSON_ROW) || f[-2].open != JSON_LIST) return 0;
  return find(j, f, "field") && find(j, f, "value");
}

/* A cell has ended: its value becomes that of a member of the row. */
static int cell_end(struct json *j, struct json_frame *f) {
  const struct json_member *field = find(j, f, "field"), *value = find(j, f, "value");
  struct json_frame *row = f - 1;
  row->open = JSON_ROW;
  if (!field || field->kind != JSON_MEMBER_VALUE || !value || value->kind != JSON_MEMBER_VALUE) return json_pop(j), 1;
  const struct json_name name = field->value, text = value->value;
  const char *p = j->text + text.at;
  enum json_key key = json_key_find(j->text + name.at, name.n, JSON_ROW);
  row->is_overfull |= f->is_overfull;
  j->nmembers = f->nmembers; /* the texts stay: they are the row's now */
  j->nframes--;
  if (j->text[name.at] == '@') row->form = JSON_FORM_INSIGHTS;
  if (key == JSON_KEY_MESSAGE) {
    struct json_text t = {.p = j->text + text.at, .n = text.n, .has_escape = 1};
    t.has_nul = memchr(p, 0, text.n) != NULL;
    set_message(row, &t);
    row->message_at = text.at;
  } else if (key == JSON_KEY_TIME) {
    row->time = json_time(p, text.n, 1);
  } else if (key == JSON_KEY_GROUP || key == JSON_KEY_LOG || key == JSON_KEY_STREAM) {
    set_name(j, row, key, text);
  } else {
    keep(j, name, text, JSON_MEMBER_VALUE);
  }
  return 1;
}

static int object_end(struct json *j, struct json_frame *f) {
  json_scan_take(&j->scan);
  if (f->open == JSON_AWSLOGS || f->open == JSON_KINESIS) return json_pop(j), 1;
  return is_cell(j, f) ? cell_end(j, f) : json_record_end(j);
}

int json_members(struct json *j) {
  struct json_scan *s = &j->scan;
  struct json_frame *f = json_top(j);
  for (const int nframes = j->nframes; j->nframes == nframes && j->end == CONTAINER_MORE;) {
    int byte = json_scan_byte(s);
    if (byte == '}') return object_end(j, f);
    if (f->begun) {
      if (byte != ',') return json_scan_wrong(s, byte, "',' or '}' should be");
      json_scan_take(s);
      byte = json_scan_byte(s);
    }
    if (byte != '"') return json_scan_wrong(s, byte, "a name should be");
    f->begun = 1;
    json_scan_take(s);
    if (!read_member(j, f)) return 0;
  }
  return 1;
}
