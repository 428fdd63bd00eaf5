/* SPDX-License-Identifier: MIT */
/*
** A list of files, with what the system says of each of them.
**
** The list owns its paths.  They stay where they are while the list grows.  A list may also own
** other texts, which are freed with it.  One thread at a time may change it; any thread may look at
** a list that nobody changes.
*/
#ifndef FILE_FILES_H
#define FILE_FILES_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

struct file {
  const char *path;   /* owned by the list */
  int64_t size;       /* bytes; -1 when it is unknown, as for a dangling link */
  int64_t mtime;      /* last modification, Unix seconds */
  int32_t mtime_nsec; /* the nanoseconds of that second, 0 to 999,999,999; 0 where the file system keeps none */
  uint64_t changed;   /* differs when the file has changed; computed from its times */
  dev_t dev;          /* dev and ino identify the file, whatever its path */
  ino_t ino;
  int named;                    /* the user wrote this path itself, not a folder or pattern */
  int is_pipe;                  /* a pipe or a socket, named by the user: it can be read only once */
  int refused;                  /* errno with which the system refused to examine it, or to list the folder; or 0 */
  int is_folder;                /* it was the list that was refused */
  int is_part;                  /* refused, and matches a part of a pattern only: not read if it is a file after all */
  struct file *twin;            /* the next in the ring of those with the same delivery (twins.h); NULL: none has */
  const struct file *best_twin; /* the best one of that ring, which may be this file; NULL: there is none */
  const char *text;             /* `size` bytes in memory instead of a file (payload.h); NULL for files */
  const struct file_origin *origin; /* what is known of these bytes besides, or NULL; not owned */
};

/* Where the lines of a text in memory came from. */
struct file_origin {
  char *log_group, *log_stream; /* end with NUL; NULL: not known */
  int64_t *time;                /* of each line, the first ntimes: milliseconds since 1970, or FILE_NO_TIME */
  size_t ntimes, cap;
  int is_mixed; /* they came out of a container, so that they may be of several logs */
};

#define FILE_NO_TIME INT64_MIN

struct files {
  struct file *file;
  size_t n, cap;
  struct text_block *blocks; /* own the paths */
};

/*
** May there be files in it that the list lacks?  Then no condition on the names of files excludes
** it.  A link that leads to nothing, or round in a circle, hides no file.
*/
static inline int file_may_hide_others(const struct file *f) {
  return f->refused && (f->is_folder || (f->refused != ENOENT && f->refused != ELOOP));
}

/* The name of a file in its folder: what is behind the last slash of the path. */
static inline const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Makes an empty list, which owns no memory. */
void files_init(struct files *f);

/* Frees the paths and the list, which is empty afterwards. */
void files_clear(struct files *f);

/* The first of the list that is a pipe, or NULL. */
const struct file *files_pipe(const struct files *f);

/* Bytes that the files have on the disk, as far as it is known. */
uint64_t files_bytes(const struct files *f);

/*
** Appends a file, of which everything else is unknown if st is NULL.  The path must live as long as
** the list; files_join() makes one.  ERR_NOMEM.
*/
enum err_code files_add(struct files *f, const char *path, const struct stat *st, struct err *e);

/*
** Returns a new text folder/name, which the list owns, or NULL with ERR_NOMEM.  The folder may be "",
** which is the current folder, and may end with slashes.  The name has name_n bytes.
*/
char *files_join(struct files *f, const char *folder, const char *name, size_t name_n, struct err *e);

#endif
