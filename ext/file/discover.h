/* SPDX-License-Identifier: MIT */
/*
** Finds the files that the paths of a query stand for, and their order.
**
** A path is a file, a folder (which stands for everything below it), or a pattern (glob.h).  In a
** pattern the component `**` stands for any number of folders, including none, and a folder that
** matches the pattern stands for everything below it.  A path that exists literally is never read
** as a pattern, whatever characters it has.  In folders, names that begin with a dot are ignored.
** Symbolic links are followed.  "-" is standard input, and it, a file that the process has open
** (pipe_descriptor()) or a named pipe may be read if a path names it; pipes in folders are passed over.  A file that can be reached by several paths is listed once.
**
** The list is sorted by path, byte by byte, so equal trees give equal lists.  No file is opened.
**
** Call order: files_init(), discover(), any reads of the list, files_clear().
*/
#ifndef FILE_DISCOVER_H
#define FILE_DISCOVER_H

#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/stop.h"
#include "file/files.h"
#include "file/root_guard.h"

#define DISCOVER_MAX_FILES ((1u << 23) - 1) /* the number of files that a rowid can tell apart */

struct discover_options {
  const struct root_guard *guard;
  size_t max_files;          /* at most DISCOVER_MAX_FILES; more files are ERR_ARGUMENT, duplicates counted */
  struct stop stop;          /* asked for each name */
  struct progress *progress; /* counts the files that are found; NULL: nobody wants to know */
  int threads; /* that read folders, where there are many names: -1: as many as processors; 0, 1: the caller's alone */
};

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
