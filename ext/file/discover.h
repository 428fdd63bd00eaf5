/* SPDX-License-Identifier: MIT */
/*
** Finds the files that the paths of a query stand for, and their order.
**
** A path is a file, a folder (which stands for everything below it), or a pattern (glob.h).  In a
** pattern the component `**` stands for any number of folders, including none, and a folder that
** matches the pattern stands for everything below it.  A path that exists literally is never read
** as a pattern, whatever characters it has.  In folders, names that begin with a dot are ignored.
** Symbolic links are followed.  A file that can be reached by several paths is listed once.
**
** The list is sorted by path, byte by byte, so equal trees give equal lists.  No file is opened.
**
** Call order: files_init(), discover(), any reads of the list, files_clear().  The list owns its
** paths.  One thread at a time may use it.
*/
#ifndef FILE_DISCOVER_H
#define FILE_DISCOVER_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/stop.h"

#define DISCOVER_MAX_FILES ((1u << 23) - 1) /* the number of files that a rowid can tell apart */

struct file {
  const char *path; /* owned by the list */
  int64_t size;     /* bytes; -1 when it is unknown, as for a dangling link */
  int64_t mtime;    /* Unix seconds */
  uint64_t changed; /* differs when the file has changed; computed from its times */
  dev_t dev;        /* dev and ino identify the file, whatever its path */
  ino_t ino;
  int named;                    /* the user wrote this path itself, not a folder or pattern */
  int refused;                  /* errno with which the system refused to examine it, or to list the folder; or 0 */
  int is_folder;                /* it was the list that was refused */
  int is_part;                  /* refused, and matches a part of a pattern only: not read if it is a file after all */
  struct file *twin;            /* the next in the ring of those with the same delivery (twins.h); NULL: none has */
  const struct file *best_twin; /* the best one of that ring, which may be this file; NULL: there is none */
  const char *text;             /* `size` bytes in memory instead of a file (payload.h); NULL for files */
};

struct files {
  struct file *file;
  size_t n, cap;
  struct text_block *blocks; /* own the paths */
};

struct discover_options {
  const struct root_guard *guard;
  size_t max_files;          /* at most DISCOVER_MAX_FILES; more files are ERR_ARGUMENT, duplicates counted */
  struct stop stop;          /* asked for each name */
  struct progress *progress; /* counts the files that are found; NULL: nobody wants to know */
};

/*
** May there be files in it that the list lacks?  Then no condition on the names of files excludes
** it.  A link that leads to nothing, or round in a circle, hides no file.
*/
static inline int file_may_hide_others(const struct file *f) {
  return f->refused && (f->is_folder || (f->refused != ENOENT && f->refused != ELOOP));
}

/* Makes an empty list, which owns no memory. */
void files_init(struct files *f);

/* Frees the paths and the list, which is empty afterwards. */
void files_clear(struct files *f);

/* Bytes that the files have on the disk, as far as it is known. */
uint64_t files_bytes(const struct files *f);

/*
** Fills the empty list with the files that the paths stand for.  Folders that cannot be read,
** links that lead to nothing, and links within a folder or pattern that lead out of the root
** become entries of the list; reader_open_file() gives the error of such an entry.
**
** Returns ERR_ARGUMENT when a path stands for no file or lies outside of the root, or when there
** are too many files; ERR_EXHAUSTED, ERR_NOMEM; ERR_INTERRUPT.  files_clear() must be called in
** any case.
*/
enum err_code discover(struct files *f, const char *const *paths, size_t npaths, const struct discover_options *options,
                       struct err *e);

#endif
