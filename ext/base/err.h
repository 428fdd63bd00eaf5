/* SPDX-License-Identifier: MIT */
/*
** An error of the lower layer: what went wrong, and on which line.
**
** The caller owns the struct and sets it to {0}.  The first error wins: err_set() on a set error changes nothing, so
** a chain of calls needs one check at its end.  The upper layer turns it into SQLite's message (report.h).
*/
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

enum err_code {
  ERR_NONE,
  ERR_NOMEM,     /* no memory */
  ERR_ARGUMENT,  /* a path, pattern or option that can't be used, or that matches nothing */
  ERR_IO,        /* the operating system refused to open or read */
  ERR_DAMAGED,   /* a gzip file that is cut off or corrupt: the lines before the damage were delivered */
  ERR_FORMAT,    /* a file that is no flow log, or one in a format that can't be read */
  ERR_LINE,      /* a line that doesn't fit its file's format */
  ERR_INTERRUPT, /* the user or the host asked to stop */
};

#define ERR_TEXT 1024 /* bytes of a message, its NUL included; longer ones are cut */

struct err {
  enum err_code code;
  uint64_t line;       /* 1-based, 0 where no line is concerned */
  char text[ERR_TEXT]; /* what is wrong, without file and line; UTF-8 */
};

/* Sets *e unless it is set already; returns e->code, never ERR_NONE. */
__attribute__((format(printf, 4, 5))) enum err_code err_set(struct err *e, enum err_code code, uint64_t line,
                                                            const char *format, ...);

/* err_set(e, ERR_NOMEM, ...) */
enum err_code err_nomem(struct err *e);

#endif
