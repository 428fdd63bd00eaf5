/* SPDX-License-Identifier: MIT */
/*
** What a query's path stands for: the list of files.
**
** A path that begins with '[' and is a JSON array is a list of paths.  FLOWLOGS_ROOT is read from the environment here.
** request_init() for a cursor, request_find() or request_unpack() for each pass, request_clear().  A list is kept while
** the path is the same.  Errors as SQLite codes, with the message in *pzErr.
*/
#ifndef REQUEST_H
#define REQUEST_H

#include "confine.h"
#include "discover.h"
#include "identity.h"
#include "interrupt.h"
#include "payload.h"
#include "reader.h"
#include "sqlite.h"

struct request {
  char *path;             /* that `files` belongs to; NULL: none yet */
  struct confine confine; /* FLOWLOGS_ROOT, when `files` was found */
  struct files files;
  struct payload payload;    /* that `files` points into, or nothing */
  struct unpacker *unpacker; /* NULL until it is needed */
  char *data;                /* the bytes that the payload was made of; NULL: none */
  size_t data_n;
  int data_type;                /* the value's: SQLITE_TEXT, SQLITE_BLOB, ... */
  enum policy policy;           /* with which it was made */
  char identity[IDENTITY_TEXT]; /* of data */
};

void request_init(struct request *r);
void request_clear(struct request *r);

/* Finds the files of a path. */
int request_find(struct request *r, const char *path, struct interrupt *interrupt, char **pzErr);

/* Instead: the lines in a value that was handed over.  NULL has none with POLICY_SKIP, and is an error without. */
int request_unpack(struct request *r, sqlite3_value *data, enum policy policy, const struct identity_key *key,
                   struct interrupt *interrupt, char **pzErr);

/* Does the value look like the name of a file or folder?  The file system isn't asked: the value is a stranger's. */
int request_may_be_path(const struct request *r);

#endif
