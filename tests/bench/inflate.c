/* SPDX-License-Identifier: MIT */
/*
** Measures the least that any reader needs: inflates gzip files with zlib, or reads plain files,
** and does nothing else.
**
**   inflate PROCESSES < LIST-OF-FILES
**
** The list has one path per line.  The files are dealt out to the processes in turn.
*/
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

static unsigned char in[1 << 16], out[1 << 18];

static void die(const char *path, const char *what) {
  fprintf(stderr, "inflate: %s: %s\n", path, what);
  exit(1);
}

static void read_file(const char *path, z_stream *z) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) die(path, "can't open");
  const size_t length = strlen(path);
  const int gzip = length > 3 && !strcmp(path + length - 3, ".gz");
  ssize_t n;
  int rc = Z_OK;
  while ((n = read(fd, in, sizeof in)) > 0) {
    z->next_in = in;
    z->avail_in = (uInt)n;
    while (gzip && z->avail_in) {
      z->next_out = out;
      z->avail_out = sizeof out;
      rc = inflate(z, Z_NO_FLUSH);
      if (rc == Z_STREAM_END) inflateReset(z);
      else if (rc != Z_OK) die(path, "isn't gzip");
    }
  }
  if (n < 0 || (gzip && rc != Z_STREAM_END)) die(path, "can't read");
  close(fd);
}

int main(int argc, char **argv) {
  const int processes = argc == 2 ? atoi(argv[1]) : 0;
  if (processes < 1) return fprintf(stderr, "usage: inflate PROCESSES < LIST-OF-FILES\n"), 2;
  static char list[1 << 23];
  if (fread(list, 1, sizeof list, stdin) == sizeof list) die("standard input", "too long");
  int mine = 0; /* the first of these processes is this one */
  for (int i = 1; i < processes && mine == 0; i++) {
    pid_t pid = fork();
    if (pid < 0) die("fork", "failed");
    if (pid == 0) mine = i;
  }
  z_stream z;
  memset(&z, 0, sizeof z);
  if (inflateInit2(&z, 15 + 16) != Z_OK) die("zlib", "no memory");
  int i = 0;
  for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n"))
    if (i++ % processes == mine) read_file(path, &z);
  int failed = 0, status;
  while (mine == 0 && wait(&status) > 0) failed |= status != 0;
  return failed;
}
