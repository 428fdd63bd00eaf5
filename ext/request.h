/* SPDX-License-Identifier: MIT */
/*
** What a query's path stands for: the list of files.
**
** A path that begins with '[' and is a JSON array is a list of paths.  FLOWLOGS_ROOT is read from the environment
** here.  request_init() for a cursor, request_find() for each pass, request_clear().  A list is kept while the path is
** the same.  Errors as SQLite codes, with the message in *pzErr.
*/
#ifndef REQUEST_H
#define REQUEST_H

#include "confine.h"
#include "discover.h"
#include "interrupt.h"
#include "sqlite.h"

struct request {
  char *path;             /* that `files` belongs to; NULL: none yet */
  struct confine confine; /* FLOWLOGS_ROOT, when `files` was found */
  struct files files;
};

void request_init(struct request *r);
void request_clear(struct request *r);

/* Finds the files of a path. */
int request_find(struct request *r, const char *path, struct interrupt *interrupt, char **pzErr);

#endif
