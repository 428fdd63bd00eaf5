/* SPDX-License-Identifier: MIT */
/*
** What the modules of the JSON container share: the state of one file.
**
**     json.c           the container: begins, goes on, ends, and goes on behind what is malformed
**     json_lists.c     lists, and values that stand where a document may stand
**     json_members.c   the members of an object
**     json_record.c    what an object was, when it has ended: lines
**     json_hold.c      events that wait for the name of their stream
**     json_pieces.c    base64 and gzip within JSON
**
** What is open is a stack of frames.  The functions return 1, or 0 for a fault in j->scan or an end
** in j->ended.
*/
#ifndef CONTAINER_JSON_STATE_H
#define CONTAINER_JSON_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "container/container.h"
#include "container/json_hold.h"
#include "container/json_keys.h"
#include "container/json_scan.h"
#include "container/named_values.h"
#include "file/unwrap.h"

#define JSON_FRAMES  64                 /* lists and objects in one another, records apart from what they ignore */
#define JSON_LEVELS  5                  /* the file, and base64 within base64, 4 deep */
#define JSON_MEMBERS 1024               /* of the objects that are open; others are not kept */
#define JSON_TEXT    (512 * 1024)       /* bytes of their names and values */
#define JSON_NAME    1024               /* bytes that are kept of a name */
#define JSON_VALUE   (64 * 1024)        /* and of a value */
#define JSON_PIECE   (32 * 1024 * 1024) /* bytes of one text that holds further documents, as base64 */
#define JSON_NO_NAME UINT32_MAX
#define JSON_FOREIGN 64 /* documents at the beginning of a file that may be something else than flow logs */

/* Where the records of an object are. */
enum json_source {
  JSON_SOURCE_NONE,    /* in its fields, perhaps */
  JSON_SOURCE_MESSAGE, /* in its message */
  JSON_SOURCE_LIST,    /* in one of its lists, and they are read already */
  JSON_SOURCE_PIECE,   /* in its base64 */
};

/* messageType. */
enum json_type { JSON_TYPE_NONE, JSON_TYPE_DATA, JSON_TYPE_CONTROL, JSON_TYPE_OTHER };

/* What flowlogs_files calls it; the table is in json.c. */
enum json_form {
  JSON_FORM_NONE,
  JSON_FORM_EVENTS,
  JSON_FORM_SUBSCRIPTION,
  JSON_FORM_MESSAGES,
  JSON_FORM_INSIGHTS,
  JSON_FORM_FIELDS,
  JSON_FORM_EVENT,
};

/* Bytes of json.text.  at is JSON_NO_NAME if there is none. */
struct json_name {
  uint32_t at, n;
};

struct json_frame {
  uint8_t open;           /* enum json_open */
  uint8_t begun;          /* there was an element or a member */
  uint8_t source;         /* enum json_source */
  uint8_t type;           /* enum json_type */
  uint8_t form;           /* enum json_form, as its keys tell */
  uint8_t has_two;        /* a second source was passed over */
  uint8_t has_s3;         /* the record is about an object of S3 */
  uint8_t has_no_list;    /* logEvents is something else than a list */
  uint8_t is_overfull;    /* members were not kept */
  uint32_t count;         /* elements of a list */
  uint32_t text_n;        /* bytes of json.text when it began */
  uint32_t nmembers;      /* members of json.member when it began */
  uint32_t message_at;    /* where the message is in json.text; JSON_NO_NAME: where the block has its next line */
  uint32_t message_n;     /* its bytes */
  const char *why;        /* why the message is not one; NULL: it is */
  int64_t time;           /* of the event */
  struct json_name group; /* of the event; those of what surrounds it, if it has none */
  struct json_name stream;
};

enum json_member_kind { JSON_MEMBER_TAKEN, JSON_MEMBER_NULL, JSON_MEMBER_VALUE, JSON_MEMBER_NESTED };

struct json_member {
  struct json_name name, value;
  uint8_t kind; /* enum json_member_kind; TAKEN: the key has told what it is */
};

/* Where the bytes at hand come from. */
struct json_level {
  struct feed feed;         /* of the levels behind the first, which uses the container's */
  struct unwrapped content; /* of these levels */
  size_t at;                /* bytes of it that were taken */
  int is_lines;             /* it is no JSON */
  int frame;                /* the frame of its JSON_TOP */
  struct err damage;        /* why nothing follows its content; ERR_NONE: nothing is missing */
  int is_lost;              /* what is missing may have been records */
};

struct json {
  struct container *c;
  struct json_scan scan; /* of the present level */
  struct json_frame frame[JSON_FRAMES];
  int nframes;
  struct json_level level[JSON_LEVELS];
  int nlevels;
  char *text; /* JSON_TEXT bytes: names and values of the objects that are open */
  uint32_t text_n;
  struct json_member member[JSON_MEMBERS];
  uint32_t nmembers;
  struct json_text piece; /* the last text that may hold documents */
  struct unwrap unwrap;
  int can_unwrap; /* unwrap_init() was called */
  struct json_hold hold;
  int is_holding;   /* 0 or 1: events go there, and not into the block */
  int is_released;  /* 0 or 1: what is held goes into the block now */
  uint64_t nunheld; /* events that did not fit */
  struct named_values values;
  int is_known;              /* something was found that flow logs come in */
  int is_resynced;           /* bytes were passed over: what is left of a list may follow */
  uint32_t nforeign;         /* documents that are no flow logs, while nothing else is known */
  char foreign[ERR_TEXT];    /* what the first of them is */
  const char *hint;          /* why there may be no records */
  enum container_result end; /* CONTAINER_MORE: not yet; else the result behind the last block */
  struct err why;            /* of that result */
};

static inline struct json_frame *json_top(struct json *j) { return &j->frame[j->nframes - 1]; }

static inline struct json_level *json_level(struct json *j) { return &j->level[j->nlevels - 1]; }

static inline struct block *json_block(struct json *j) { return &j->c->block; }

/* --- json.c --- */

/* Nothing more is read: *e, whose line becomes the number of the next record, is why. */
int json_end(struct json *j, enum container_result end, const struct err *e);

/* Sets what the file is called, if it has no name yet. */
void json_set_form(struct json *j, enum json_form form);

/* --- json_lists.c --- */

/* Opens a list or an object, whose bracket is at hand. */
int json_push(struct json *j, enum json_open open);

/* Closes it, and forgets its names and values. */
void json_pop(struct json *j);

/* Goes on in what is open, until a bounded piece of work is done.  The block must have room. */
int json_step(struct json *j);

/* --- json_members.c --- */

/* Reads members of the object, up to its end or to a list or an object within it. */
int json_members(struct json *j);

/* --- json_record.c --- */

/* The object or row has ended, its bracket was taken: adds its line and closes it. */
int json_record_end(struct json *j);

/* Adds the line of n bytes that was written where the block has the next one.  f says when it was, and where. */
int json_put(struct json *j, const struct json_frame *f, size_t n);

/* Adds what cannot be used.  p: what is shown of it. */
int json_bad(struct json *j, const char *p, size_t n, const char *why);

/* The events that were held are of the stream of f: json_release() is to be called. */
void json_begin_release(struct json *j, const struct json_frame *f);

/* Moves the next of the events that were held into the block.  0: there is none. */
int json_release(struct json *j);

/*
** The document or element at hand is no flow log.  As long as nothing else is known, that
** concerns the whole file, but for documents that follow one another, of which some may come from
** elsewhere.
*/
int json_foreign(struct json *j, const char *why);

/* Is nothing known of the file but that documents in it are no flow logs? */
static inline int json_is_foreign(const struct json *j) { return !j->is_known && j->c->number == j->nforeign; }

/* --- json_pieces.c --- */

/* Could a text be JSON?  p: its first n bytes, without white space in front; is_all: they are the whole text. */
int json_is(const char *p, size_t n, int is_all);

/* Reads a text, whose quote is at hand, into j->piece. */
int json_read_piece(struct json *j);

/* The text in j->piece is longer than JSON_PIECE, and may have had records. */
int json_piece_too_long(struct json *j, const char *what);

/* Begins to read what is in j->piece.  The frame at the top is that of the value. */
int json_piece(struct json *j, enum unwrap_form form);

/* Adds the next line of a level of lines. */
int json_piece_line(struct json *j);

/* The level has ended: goes on in the one around it. */
int json_piece_end(struct json *j);

#endif
