/* SPDX-License-Identifier: MIT */
/*
** When an object has ended, what was found in it says what it was: a line, something whose lines
** have been read already, or nothing that can be used.
**
** Its fields are those of a record if name_census.h says so.  Names that records had before are not
** looked at again, because a file mostly has the same ones in all records.
*/
#include <string.h>

#include "base/printable.h"
#include "container/json_state.h"
#include "container/name_census.h"

/* --- lines ------------------------------------------------------------------------------------------------------- */

static const char *name_text(const struct json *j, const struct json_name *name) {
  return name->at == JSON_NO_NAME ? NULL : j->text + name->at;
}

static void set_stream(struct json *j, const struct json_frame *f) {
  block_set_stream(json_block(j), name_text(j, &f->group), f->group.n, name_text(j, &f->stream), f->stream.n);
}

static int hold(struct json *j, const struct json_held *event) {
  enum json_hold_result result = j->nunheld ? JSON_HOLD_FULL : json_hold_add(&j->hold, event);
  struct err e = {0};
  if (result == JSON_HOLD_FULL) j->nunheld++;
  if (result != JSON_HOLD_NOMEM) return 1;
  err_nomem(&e);
  return json_scan_fail(&j->scan, &e);
}

int json_put(struct json *j, const struct json_frame *f, size_t n) {
  struct block *b = json_block(j);
  if (j->is_holding) return hold(j, &(struct json_held){f->time, block_begin_line(b), n, NULL});
  set_stream(j, f);
  if (j->values.is_in_force) {
    memmove(block_begin_line(b) + 1, block_begin_line(b), n);
    named_values_interrupt(&j->values, b);
  }
  block_end_line(b, n, ++j->c->number, f->time);
  return 1;
}

int json_bad(struct json *j, const char *p, size_t n, const char *why) {
  if (n > BLOCK_SHOWN) n = BLOCK_SHOWN;
  if (!p) p = "";
  if (j->is_holding) return hold(j, &(struct json_held){JSON_NO_TIME, p, n, why});
  set_stream(j, json_top(j));
  block_add_bad(json_block(j), p, n, ++j->c->number, why);
  return 1;
}

void json_begin_release(struct json *j, const struct json_frame *f) {
  set_stream(j, f);
  j->is_holding = 0;
  j->is_released = 1;
}

int json_release(struct json *j) {
  struct block *b = json_block(j);
  struct json_held event;
  if (!j->is_released) return 0;
  if (json_hold_next(&j->hold, &event)) {
    j->c->number++;
    if (event.why) {
      block_add_bad(b, event.p, event.n, j->c->number, event.why);
    } else {
      named_values_interrupt(&j->values, b);
      memcpy(block_begin_line(b), event.p, event.n);
      block_end_line(b, event.n, j->c->number, event.time);
    }
    return 1;
  }
  uint64_t lost = j->nunheld;
  j->is_released = 0;
  j->nunheld = 0;
  if (!lost) return 0;
  j->c->number += lost;
  block_add_bad(b, "", 0, j->c->number,
                "this event and others before it stand in front of the name of their stream, and they are more than "
                "16 MiB; write logEvents behind messageType, logGroup and logStream");
  return 1;
}

/* --- what cannot be used ----------------------------------------------------------------------------------------- */

/* Is what is open a document, an element of a list of documents, or one of the records of Kinesis or Firehose? */
static int is_document(const struct json *j) {
  const struct json_frame *top = &j->frame[j->nframes - 1];
  int n = j->nframes - 1;
  if (top->open == JSON_RECORD) n--, top--;
  if (top->open == JSON_RECORDS && n > 0) n--; /* the object that has the list */
  for (int i = 0; i < n; i++)
    if (j->frame[i].open != JSON_TOP && j->frame[i].open != JSON_LIST) return 0;
  return 1;
}

int json_foreign(struct json *j, const char *why) {
  struct err e = {0};
  if (!json_is_foreign(j)) return json_bad(j, NULL, 0, why);
  if (!j->nforeign) err_print(j->foreign, "%s", why);
  if (is_document(j) && !j->is_holding && j->nforeign < JSON_FOREIGN) return j->nforeign++, json_bad(j, NULL, 0, why);
  err_set(&e, ERR_FORMAT, 0, "%s", j->foreign);
  return json_end(j, CONTAINER_BROKEN, &e);
}

#define KEYS_SHOWN 400 /* bytes of keys */

/* The object cannot be used; what it is ends with "its keys are ". */
static int unknown(struct json *j, const struct json_frame *f, const char *what) {
  char keys[KEYS_SHOWN + 8], why[ERR_TEXT];
  size_t n = 0;
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_name *name = &j->member[i].name;
    if (n + name->n + 2 > KEYS_SHOWN) {
      memcpy(keys + n, ", ...", 5), n += 5;
      break;
    }
    if (n) keys[n++] = ',', keys[n++] = ' ';
    memcpy(keys + n, j->text + name->at, name->n);
    n += name->n;
  }
  if (n == 0) memcpy(keys, "none", n = 4);
  printable_replace(keys, n);
  keys[n] = 0;
  err_print(why, "%s%s", what, keys);
  return json_foreign(j, why);
}

/* --- fields ------------------------------------------------------------------------------------------------------ */

/* Counts the names of the object. */
static void count_names(const struct json *j, const struct json_frame *f, struct name_census *census) {
  memset(census, 0, sizeof *census);
  census->is_insights = f->form == JSON_FORM_INSIGHTS;
  census->has_time = f->time != JSON_NO_TIME;
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_member *m = &j->member[i];
    const char *name = j->text + m->name.at;
    char spelled[JSON_NAME + 1];
    if (m->kind == JSON_MEMBER_NESTED) lookalike_add_name(&census->other, FIELD_NONE, name, m->name.n);
    if (m->kind == JSON_MEMBER_TAKEN || m->kind == JSON_MEMBER_NESTED || !m->name.n || *name == '@') continue;
    size_t n = named_values_spell(name, m->name.n, spelled);
    name_census_add(census, field_find(spelled, n), name, m->name.n);
  }
}

/* Are so many of the names of fields, of all that an object has and records before had, those of a record? */
static int are_enough(int known, int all) { return known >= LAYOUT_SURE || (known && known == all); }

/* Sets the values of the object's fields.  0: it is no record, or has a name that no record has had so far. */
static int set_known_fields(struct json *j, const struct json_frame *f) {
  struct named_values *v = &j->values;
  int known = 0, all = 0;
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_member *m = &j->member[i];
    if (m->kind != JSON_MEMBER_VALUE && m->kind != JSON_MEMBER_NULL) continue;
    int column = named_values_known(v, j->text + m->name.at, m->name.n);
    if (column == NAMED_VALUES_NEW) return 0;
    if (column == NAMED_VALUES_NONE) continue;
    all++;
    known += named_values_is_field(v, column);
    if (m->kind == JSON_MEMBER_VALUE) named_values_set(v, column, j->text + m->value.at, m->value.n);
  }
  return are_enough(known, all);
}

/* The same for an object that is a record, whose names are added. */
static void set_fields(struct json *j, const struct json_frame *f) {
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_member *m = &j->member[i];
    if (m->kind != JSON_MEMBER_VALUE && m->kind != JSON_MEMBER_NULL) continue;
    int column = named_values_find(&j->values, j->text + m->name.at, m->name.n);
    if (m->kind == JSON_MEMBER_VALUE) named_values_set(&j->values, column, j->text + m->value.at, m->value.n);
  }
}

/* A name such as sum(bytes), or NULL. */
static const struct json_name *aggregation(const struct json *j, const struct json_frame *f) {
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_name *name = &j->member[i].name;
    if (memchr(j->text + name->at, '(', name->n)) return name;
  }
  return NULL;
}

static int refuse_aggregation(struct json *j, const struct json_name *name) {
  char why[ERR_TEXT];
  err_print(why,
            "has sums and no records: '%.*s' is an aggregation of Logs Insights; a query such as fields @timestamp, "
            "@message gives the records",
            name->n < 100 ? (int)name->n : 100, j->text + name->at);
  return json_foreign(j, why);
}

/* The record that the fields are. */
static int put_fields(struct json *j, const struct json_frame *f) {
  if (f->is_overfull) {
    named_values_drop(&j->values);
    return json_bad(j, NULL, 0, "has more than 1024 fields, or values that are too long for one record");
  }
  j->is_known = 1;
  json_set_form(j, f->form == JSON_FORM_INSIGHTS ? JSON_FORM_INSIGHTS : JSON_FORM_FIELDS);
  set_stream(j, f);
  named_values_end(&j->values, json_block(j), ++j->c->number, f->time);
  return 1;
}

/* --- ends -------------------------------------------------------------------------------------------------------- */

static int message_end(struct json *j, const struct json_frame *f) {
  if (f->message_at != JSON_NO_NAME) memcpy(block_begin_line(json_block(j)), j->text + f->message_at, f->message_n);
  json_set_form(j, f->form ? (enum json_form)f->form : JSON_FORM_MESSAGES);
  if (!j->is_holding) j->is_known = 1;
  if (f->why) return json_bad(j, block_begin_line(json_block(j)), f->message_n, f->why);
  return json_put(j, f, f->message_n);
}

/* The document has had a list.  Of a subscription it is known now whose the events are. */
static int list_end(struct json *j, const struct json_frame *f) {
  if (f->type == JSON_TYPE_OTHER || f->type == JSON_TYPE_CONTROL) {
    json_hold_drop(&j->hold);
    j->is_holding = 0;
    j->nunheld = 0;
  }
  if (f->type == JSON_TYPE_OTHER)
    return unknown(j, f, "has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys are ");
  if (f->type != JSON_TYPE_NONE) j->is_known = 1;
  if (j->is_holding) json_begin_release(j, f);
  return 1;
}

/* What an object has that is no record by its fields. */
struct companions {
  int others; /* values beside the line */
  int stream; /* stdout or stderr, as Docker has it */
};

static void count_companions(const struct json *j, const struct json_frame *f, struct companions *found) {
  memset(found, 0, sizeof *found);
  for (uint32_t i = f->nmembers; i < j->nmembers; i++) {
    const struct json_name *name = &j->member[i].name;
    int is_stream = name->n == 6 && !memcmp(j->text + name->at, "stream", 6);
    found->stream |= is_stream;
    found->others += !is_stream && j->member[i].kind == JSON_MEMBER_VALUE && i + 1 != f->line;
  }
}

/*
** Is the member "log" a line?  Docker and Fluent Bit write one beside a time or the name of a stream.  A
** name, as other logs have it there, has no blank.  Where there are other values, they may be fields, which
** go before it.
*/
static int is_line(const struct json *j, const struct json_frame *f, int is_first) {
  struct companions found;
  if (!f->line || f->line > j->nmembers || f->is_overfull) return 0;
  const struct json_name *line = &j->member[f->line - 1].value;
  if (line->at == JSON_NO_NAME || !memchr(j->text + line->at, ' ', line->n)) return 0;
  count_companions(j, f, &found);
  return (found.stream || f->time != JSON_NO_TIME) && (!is_first || !found.others);
}

static int line_end(struct json *j, struct json_frame *f) {
  const struct json_name *line = &j->member[f->line - 1].value;
  struct json_text t = {.p = j->text + line->at, .n = line->n, .has_escape = 1};
  t.has_nul = memchr(t.p, 0, t.n) != NULL;
  json_set_message(f, &t);
  f->message_at = line->at;
  return message_end(j, f);
}

/* An object without a message, a list or base64. */
static int fields_end(struct json *j, struct json_frame *f) {
  struct name_census census;
  char what[ERR_TEXT];
  if (f->open == JSON_EVENT) return json_bad(j, NULL, 0, "the event has no \"message\" that is a text");
  if (f->type == JSON_TYPE_CONTROL) return j->is_known = 1;
  if (f->type == JSON_TYPE_OTHER)
    return unknown(j, f, "has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys are ");
  if (f->type == JSON_TYPE_DATA || f->has_no_list) return unknown(j, f, "has no list of logEvents; its keys are ");
  if (f->has_s3)
    return json_foreign(j,
                        "is an event of S3, which names objects and holds no records; read these with flowlogs(path)");
  if (is_line(j, f, 1)) return line_end(j, f);
  if (j->values.n && set_known_fields(j, f)) return put_fields(j, f);
  named_values_drop(&j->values);
  const struct json_name *sum = aggregation(j, f);
  if (sum) return refuse_aggregation(j, sum);
  count_names(j, f, &census);
  if (name_census_is_record(&census)) {
    set_fields(j, f);
    return put_fields(j, f);
  }
  if (is_line(j, f, 0)) return line_end(j, f);
  const char *log = lookalike_log(&census.other);
  if (log) {
    err_print(what, "is a %s, and no flow log; its keys are ", log);
    return unknown(j, f, what);
  }
  if (f->open == JSON_RECORD)
    return unknown(j, f,
                   "has records without kinesis.data, data or Data that is a text; the keys of such a record are ");
  return unknown(j, f, "is a JSON object without flow log records; its keys are ");
}

int json_record_end(struct json *j) {
  struct json_frame *f = json_top(j);
  int ok = 1;
  if (f->has_two) {
    if (j->is_holding && f->open != JSON_EVENT) json_begin_release(j, f);
    ok = unknown(j, f, "can be read in more than one way; its keys are ");
  } else if (f->source == JSON_SOURCE_MESSAGE) {
    ok = message_end(j, f);
  } else if (f->source == JSON_SOURCE_LIST) {
    ok = list_end(j, f);
  } else if (f->source == JSON_SOURCE_NONE) {
    ok = fields_end(j, f);
  }
  json_pop(j);
  return ok;
}
