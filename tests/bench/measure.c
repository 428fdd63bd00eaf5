/* SPDX-License-Identifier: MIT */
/*
** Runs a command and writes, as the last line of standard error, what it took: wall seconds,
** processor seconds and peak KiB, its descendants' included.
**
**   measure COMMAND [ARGUMENT...]
**
** Python cannot measure this itself, because the ru_maxrss of a child starts with the memory of
** its parent process.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: measure COMMAND [ARGUMENT...]\n"), 2;
  double begin = now();
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
    _exit(127);
  }
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return perror("measure"), 1;
  double wall = now() - begin;
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
#ifdef __APPLE__
  long kib = use.ru_maxrss / 1024;
#else
  long kib = use.ru_maxrss;
#endif
  fprintf(stderr, "%.6f %.6f %ld\n", wall, seconds(use.ru_utime) + seconds(use.ru_stime), kib);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
