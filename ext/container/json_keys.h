/* SPDX-License-Identifier: MIT */
/*
** What the keys of JSON objects mean, and when an event happened.
**
** The functions are pure; any thread may call them.
*/
#ifndef CONTAINER_JSON_KEYS_H
#define CONTAINER_JSON_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* Where a key stands: what is open.  The functions that read members depend on it as well. */
enum json_open {
  JSON_TOP,     /* nothing: documents follow one another */
  JSON_LIST,    /* a list of documents, texts and further lists */
  JSON_EVENTS,  /* the list of events of the API, or of a subscription */
  JSON_RECORDS, /* the list of records of Kinesis or Firehose */
  JSON_RESULTS, /* the list of rows of Logs Insights */
  JSON_ROW,     /* such a row: a list of cells, which stand for the members of an object */
  JSON_OBJECT,  /* a document */
  JSON_EVENT,   /* an element of JSON_EVENTS */
  JSON_RECORD,  /* an element of JSON_RECORDS */
  JSON_CELL,    /* an element of JSON_ROW */
  JSON_AWSLOGS, /* what Lambda's event has */
  JSON_KINESIS, /* what a record of Kinesis has */
};

enum json_key {
  JSON_KEY_OTHER,      /* a field of a record, perhaps */
  JSON_KEY_MESSAGE,    /* the line of a record */
  JSON_KEY_TIME,       /* of the event */
  JSON_KEY_GROUP,      /* the log group */
  JSON_KEY_LOG,        /* the account, ':', and the log group */
  JSON_KEY_STREAM,     /* the log stream */
  JSON_KEY_API,        /* nothing but the events of the API have it */
  JSON_KEY_LINE,       /* the line of a record, perhaps, as Docker and Fluent Bit have it */
  JSON_KEY_TYPE,       /* messageType */
  JSON_KEY_LOG_EVENTS, /* these have lists */
  JSON_KEY_EVENTS,
  JSON_KEY_RECORDS,
  JSON_KEY_RESULTS,
  JSON_KEY_AWSLOGS, /* these have objects */
  JSON_KEY_KINESIS,
  JSON_KEY_S3,
  JSON_KEY_DATA, /* base64 */
};

/*
** What the key of n bytes at p means in an object of this kind.  JSON_KEY_PADDING bytes may be read
** behind p.
*/
enum json_key json_key_find(const char *p, size_t n, enum json_open in);

#define JSON_KEY_PADDING 16

#define JSON_NO_TIME INT64_MIN

/*
** The time that a text or number says, in milliseconds since 1970, or JSON_NO_TIME.  It is a number
** of milliseconds, or, with is_any, of seconds, milliseconds, microseconds or nanoseconds, as its
** size tells; or a date and a time of ISO 8601 with a 'T' or a space between them.
*/
int64_t json_time(const char *p, size_t n, int is_any);

#endif
