/* SPDX-License-Identifier: MIT */
/*
** The statements with which payload_decode.c reads JSON documents, by SQLite's own JSON functions.
**
** A decoder has one struct payload_sql.  Each level of nesting has statements of its own, because
** the statement of the level above is still running.  They are prepared when they are first needed
** and kept.
**
** Call payload_sql_begin() for each document and step the statement, payload_sql_retire() after
** each value, and payload_sql_clear() at the end; by the thread that owns the connection.  The
** struct is all zero at first, but for db.
*/
#ifndef TABLES_PAYLOAD_SQL_H
#define TABLES_PAYLOAD_SQL_H

#include "sqlite/sqlite.h"

#define PAYLOAD_LEVELS 3 /* the value; a JSON string or record in it; what these hold */

/* What is asked of a document. */
enum payload_statement {
  PAYLOAD_DOCUMENT,
  PAYLOAD_EVENTS,
  PAYLOAD_RECORDS,
  PAYLOAD_ELEMENTS,
  PAYLOAD_KEYS,
  PAYLOAD_STATEMENTS
};

/*
** The columns of PAYLOAD_DOCUMENT: first types, NULL where the document has no such key, then
** texts.
*/
enum {
  TYPE_AWSLOGS,
  TYPE_KINESIS,  /* Records */
  TYPE_FIREHOSE, /* records */
  TYPE_EVENTS,
  TYPE_MESSAGE,
  TYPE_LOG_EVENTS,
  TYPE_MESSAGE_TYPE,
  TYPES,
  TEXT_AWSLOGS = TYPES,
  TEXT_MESSAGE,
  TEXT_MESSAGE_TYPE,
  TEXT_LOG_GROUP,
  TEXT_LOG_STREAM,
};

struct payload_sql {
  sqlite3 *db;
  sqlite3_stmt *stmt[PAYLOAD_LEVELS][PAYLOAD_STATEMENTS]; /* NULL until needed */
};

/*
** Sets *out to a statement of that level, ready to be stepped, for a JSON text, which must stay,
** and a path in it, or NULL.  An SQLite code, with the message in *pzErr where the JSON functions
** are missing or the authorizer of the host makes them give NULL.
*/
int payload_sql_begin(struct payload_sql *s, int level, enum payload_statement which, const char *json,
                      const char *path, sqlite3_stmt **out, char **pzErr);

/* The text of a column.  NULL when it is not a text; NULL with *rc set when there is no memory. */
const char *payload_sql_text(sqlite3_stmt *stmt, int column, int *rc);

/* Ends all statements, and makes them forget the texts that they were given. */
void payload_sql_retire(struct payload_sql *s);

void payload_sql_clear(struct payload_sql *s);

#endif
