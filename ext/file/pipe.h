/* SPDX-License-Identifier: MIT */
/*
** Standard input, pipes and sockets: what can be read only once, and only in order.
**
** A pipe that has been read is empty, and a second reader would find no records in it, which would
** be a wrong answer.  Therefore a process keeps in mind which pipes it has read, and pipe_claim()
** refuses a second time.  Any thread may call these functions.
*/
#ifndef FILE_PIPE_H
#define FILE_PIPE_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/stop.h"

/* What an error about a pipe advises. */
#define PIPE_ADVICE                                                                                                    \
  "keep its records in a table, CREATE TABLE t AS SELECT * FROM flowlogs('-'), or write it to a file, and ask that"

/*
** Returns the number of the open file that a path stands for: 0 for "-" and "/dev/stdin", N for
** "/dev/fd/N" and "/proc/self/fd/N"; -1 for every other path.
*/
int pipe_descriptor(const char *path);

/* The path of standard input for the system, which does not know "-". */
static inline const char *pipe_system_path(const char *path) {
  return path[0] == '-' && !path[1] ? "/dev/stdin" : path;
}

/*
** Examines an open file that a path stands for.  ERR_ARGUMENT when it is not open, or is neither a file nor a
** folder nor a pipe: a terminal would wait for the keyboard.
*/
enum err_code pipe_examine(const char *path, int number, struct stat *st, struct err *e);

/* Is it a pipe or a socket? */
static inline int pipe_is(const struct stat *st) { return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode); }

/*
** The caller begins to read the open pipe.  *claim becomes a number for pipe_release().  Returns
** ERR_ARGUMENT when it has been read by this process, or is being read.
*/
enum err_code pipe_claim(int fd, const struct stat *st, uint64_t *claim, struct err *e);

/* Nothing has been read of the pipe after all, so that somebody else may. */
void pipe_release(uint64_t claim);

/*
** Waits until the pipe has bytes, or has ended.  A named pipe that nobody has opened to write has not
** ended.  ERR_INTERRUPT, which is asked for several times a second; ERR_IO.
*/
enum err_code pipe_wait(int fd, const struct stop *stop, struct err *e);

#endif
