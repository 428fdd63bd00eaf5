/* SPDX-License-Identifier: MIT */
/*
** An error of the lower rooms: what went wrong, and in which line.
**
** The caller owns the struct and sets it to {0} before the first call.  The first error wins:
** err_set() changes nothing when an error is already set, so a chain of calls needs only one
** check at its end.  The upper rooms turn the error into SQLite's message (sqlite/report.h).  A
** struct must be used by one thread at a time.
*/
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

enum err_code {
  ERR_NONE,
  ERR_NOMEM,     /* no memory */
  ERR_ARGUMENT,  /* a path, pattern or option that cannot be used, or a path that matches nothing */
  ERR_IO,        /* the operating system refused to open or read */
  ERR_EXHAUSTED, /* the same for want of file descriptors or memory, which is no fault of the file */
  ERR_DAMAGED,   /* data that are cut off or corrupt; what came before was delivered */
  ERR_FORMAT,    /* data that are not what they should be, or have an unsupported format */
  ERR_LINE,      /* a line that does not fit the format of its file */
  ERR_SUSPECT,   /* a record that cannot be right; it was delivered all the same */
  ERR_INTERRUPT, /* the user or the host asked to stop */
};

#define ERR_TEXT 1024 /* bytes of a message with its NUL; a longer one is cut between two characters */

struct err {
  enum err_code code;
  uint64_t line;       /* 1-based; 0 when no line is concerned; for a filter pattern: the character */
  char text[ERR_TEXT]; /* what is wrong, without file and line; printable, whatever the arguments were */
};

/*
** Sets *e unless it is already set.  Returns e->code, which is never ERR_NONE.  `format` is a
** printf() format.  Arguments may hold anything, because the text is made printable
** (base/printable.h): no line break, no other control character, and UTF-8.
*/
__attribute__((format(printf, 4, 5))) enum err_code err_set(struct err *e, enum err_code code, uint64_t line,
                                                            const char *format, ...);

/*
** Writes words as err_set() does, without an error: out has ERR_TEXT bytes.  No argument may lie
** in it.
*/
__attribute__((format(printf, 2, 3))) void err_print(char out[ERR_TEXT], const char *format, ...);

/*
** Sets *e, as err_set() does, to what a function of the operating system failed with: `number` is
** its errno, and the text is "WHAT: " and its words.  ERR_EXHAUSTED or ERR_IO.
*/
enum err_code err_system(struct err *e, const char *what, int number);

/* Does the errno say that the system lacks something, so that a later try may succeed? */
int err_is_exhausted(int number);

/* Sets *e to ERR_NOMEM, as err_set() does. */
enum err_code err_nomem(struct err *e);

#endif
