/* SPDX-License-Identifier: MIT */
/*
** The list of files that a query's path stands for, or that a payload is made into.
**
** A path that begins with '[' and is a JSON array is a list of paths.  FLOWLOGS_ROOT is read from
** the environment here.
**
** Call file_list_init() for a cursor, file_list_find() or file_list_unpack() for each xFilter,
** and file_list_clear() at the end.  A list is kept while the path, or the payload, stays the
** same.  Errors are SQLite codes, with the message in *pzErr.  The struct is used by the thread
** that owns the connection.
*/
#ifndef TABLES_FILE_LIST_H
#define TABLES_FILE_LIST_H

#include "file/root_guard.h"
#include "file/discover.h"
#include "base/fingerprint.h"
#include "file/payload.h"
#include "scan/reader.h"
#include "sqlite/sqlite.h"
#include "sqlite/watch.h"

struct file_list {
  uint64_t number;         /* of the list: another one whenever files have been looked for */
  char *path;              /* the path that `files` was found for; NULL: none yet */
  struct root_guard guard; /* FLOWLOGS_ROOT at the time when `files` was found */
  struct files files;
  struct payload payload;           /* the lines that `files` points to, if it came from a value */
  struct payload_decoder *unpacker; /* owned; NULL until it is needed */
  char *data;                       /* owned: the bytes that the payload was made of; NULL: none */
  size_t data_n;
  int data_type;                   /* the type of the value: SQLITE_TEXT, SQLITE_BLOB, ... */
  enum policy policy;              /* the policy with which the payload was decoded */
  char identity[FINGERPRINT_TEXT]; /* the fingerprint of data */
};

void file_list_init(struct file_list *r);
void file_list_clear(struct file_list *r);

/* Finds the files of a path; threads as in struct discover_options. */
int file_list_find(struct file_list *r, const char *path, int threads, struct watch *watch, char **pzErr);

/*
** Finds the lines in a value instead, as files in memory.  A NULL value has no lines with
** POLICY_SKIP, and is an error with POLICY_FAIL.
*/
int file_list_unpack(struct file_list *r, sqlite3_value *data, enum policy policy, const struct fingerprint_key *key,
                     struct interrupt *interrupt, char **pzErr);

/*
** Does the value look like the name of a file or folder?  The file system is not asked, because
** the value may come from somebody who must not learn which files exist.
*/
int file_list_may_be_path(const struct file_list *r);

#endif
