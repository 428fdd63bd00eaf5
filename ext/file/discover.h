/* SPDX-License-Identifier: MIT */
/*
** From paths to files: which files a query reads, in which order.
**
** A path is a file, a folder (everything below it), or a pattern (glob.h) in which the component `**` stands for any
** number of folders, none included; a folder that a pattern matches counts with everything below it.  What exists
** under the path's very name is that, whatever characters it has.  Names that begin with a dot are passed over in
** folders.  Symbolic links are followed; a file that is reached on two ways is listed once.
**
** The list is sorted by path, byte by byte, so it is the same for the same files.  No file is opened.
**
** Call order: files_init(), discover(), reads of the list, files_clear().  One thread.
*/
#ifndef FILE_DISCOVER_H
#define FILE_DISCOVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"

#define DISCOVER_MAX_FILES ((1u << 23) - 1) /* as many as rowids have numbers for */

struct file {
  const char *path; /* owned by the list */
  int64_t size;     /* bytes; -1 where the file system says nothing, as for a link to nowhere */
  int64_t mtime;    /* Unix seconds */
  uint64_t changed; /* a number that differs when the file has changed: of its times, in nanoseconds */
  dev_t dev;        /* which file it is, whatever its path */
  ino_t ino;
  int named;        /* the user gave this very path, not a folder or a pattern */
  const char *text; /* no file at all, but `size` bytes in memory (payload.h); NULL for files */
};

struct files {
  struct file *file;
  size_t n, cap;
  struct text_block *blocks; /* where the paths lie */
};

struct discover_options {
  const struct root_guard *guard;
  size_t max_files;           /* ERR_ARGUMENT beyond, doubles counted; DISCOVER_MAX_FILES at most */
  int (*stop)(void *context); /* asked now and then; nonzero ends it with ERR_INTERRUPT; may be NULL */
  void *context;
};

void files_init(struct files *f);
void files_clear(struct files *f);

/*
** Fills the empty list with what the paths stand for.  ERR_ARGUMENT when one stands for no file, or lies outside the
** root.  Folders that can't be read, links to nowhere, and links on the way that lead out of the root become entries:
** opening them says what is wrong.
*/
enum err_code discover(struct files *f, const char *const *paths, size_t npaths, const struct discover_options *options,
                       struct err *e);

#endif
