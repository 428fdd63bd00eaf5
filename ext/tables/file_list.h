/* SPDX-License-Identifier: MIT */
/*
** What a query's path stands for: the list of files.
**
** A path that begins with '[' and is a JSON array is a list of paths.  FLOWLOGS_ROOT is read from the environment here.
** file_list_init() for a cursor, file_list_find() or file_list_unpack() for each pass, file_list_clear().  A list is kept while
** the path is the same.  Errors as SQLite codes, with the message in *pzErr.
*/
#ifndef TABLES_FILE_LIST_H
#define TABLES_FILE_LIST_H

#include "file/root_guard.h"
#include "file/discover.h"
#include "base/fingerprint.h"
#include "sqlite/interrupt.h"
#include "file/payload.h"
#include "scan/reader.h"
#include "sqlite/sqlite.h"

struct file_list {
  char *path;              /* that `files` belongs to; NULL: none yet */
  struct root_guard guard; /* FLOWLOGS_ROOT, when `files` was found */
  struct files files;
  struct payload payload;           /* that `files` points into, or nothing */
  struct payload_decoder *unpacker; /* NULL until it is needed */
  char *data;                       /* the bytes that the payload was made of; NULL: none */
  size_t data_n;
  int data_type;                   /* the value's: SQLITE_TEXT, SQLITE_BLOB, ... */
  enum policy policy;              /* with which it was made */
  char identity[FINGERPRINT_TEXT]; /* of data */
};

void file_list_init(struct file_list *r);
void file_list_clear(struct file_list *r);

/* Finds the files of a path. */
int file_list_find(struct file_list *r, const char *path, struct interrupt *interrupt, char **pzErr);

/* Instead: the lines in a value that was handed over.  NULL has none with POLICY_SKIP, and is an error without. */
int file_list_unpack(struct file_list *r, sqlite3_value *data, enum policy policy, const struct fingerprint_key *key,
                     struct interrupt *interrupt, char **pzErr);

/* Does the value look like the name of a file or folder?  The file system isn't asked: the value is a stranger's. */
int file_list_may_be_path(const struct file_list *r);

#endif
