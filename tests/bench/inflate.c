/* SPDX-License-Identifier: MIT */
/*
** Measures the least that any reader needs: inflates gzip files, or reads plain files, and does
** nothing else.
**
**   inflate zlib|isal PROCESSES < LIST-OF-FILES
**
** The list has one path per line.  The files are dealt out to the processes in turn.  With isal it is
** ISA-L that inflates, if the program was built with it (HAVE_ISAL).  Both check the checksums.
*/
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#if defined(HAVE_ISAL)
#include <isa-l.h>
#endif

static unsigned char in[1 << 17], out[1 << 18];

static void die(const char *path, const char *what) {
  fprintf(stderr, "inflate: %s: %s\n", path, what);
  exit(1);
}

/* --- a library: all output of n bytes at `in`, which is dropped.  Returns 1 at the end of a member. --- */

static int by_zlib(const char *path, size_t n) {
  static z_stream z;
  int rc = Z_OK;
  if (!z.state && inflateInit2(&z, 15 + 16) != Z_OK) die("zlib", "no memory");
  z.next_in = in;
  z.avail_in = (uInt)n;
  while (z.avail_in) {
    z.next_out = out;
    z.avail_out = sizeof out;
    rc = inflate(&z, Z_NO_FLUSH);
    if (rc == Z_STREAM_END) inflateReset(&z);
    else if (rc != Z_OK) die(path, "isn't gzip");
  }
  return rc == Z_STREAM_END;
}

static int by_isal(const char *path, size_t n) {
#if defined(HAVE_ISAL)
  static struct inflate_state s;
  static int begun;
  int at_end = 0;
  if (!begun++) isal_inflate_init(&s);
  s.next_in = in;
  s.avail_in = (uint32_t)n;
  do {
    s.crc_flag = ISAL_GZIP;
    s.next_out = out;
    s.avail_out = sizeof out;
    if (isal_inflate(&s) != ISAL_DECOMP_OK) die(path, "isn't gzip");
    at_end = s.block_state == ISAL_BLOCK_FINISH;
    if (at_end) isal_inflate_reset(&s);
  } while (s.avail_in || !s.avail_out);
  return at_end;
#else
  (void)n;
  die(path, "this program was built without ISA-L");
  return 0;
#endif
}

static void read_file(const char *path, int (*inflate_some)(const char *, size_t)) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) die(path, "can't open");
  const size_t length = strlen(path);
  const int gzip = length > 3 && !strcmp(path + length - 3, ".gz");
  ssize_t n;
  int at_end = 0;
  while ((n = read(fd, in, sizeof in)) > 0)
    if (gzip) at_end = inflate_some(path, (size_t)n);
  if (n < 0 || (gzip && !at_end)) die(path, "can't read");
  close(fd);
}

int main(int argc, char **argv) {
  const int processes = argc == 3 ? atoi(argv[2]) : 0;
  const int is_isal = argc == 3 && !strcmp(argv[1], "isal");
  if (processes < 1 || (!is_isal && strcmp(argv[1], "zlib") != 0))
    return fprintf(stderr, "usage: inflate zlib|isal PROCESSES < LIST-OF-FILES\n"), 2;
  static char list[1 << 23];
  if (fread(list, 1, sizeof list, stdin) == sizeof list) die("standard input", "too long");
  int mine = 0; /* the first of these processes is this one */
  for (int i = 1; i < processes && mine == 0; i++) {
    pid_t pid = fork();
    if (pid < 0) die("fork", "failed");
    if (pid == 0) mine = i;
  }
  int i = 0;
  for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n"))
    if (i++ % processes == mine) read_file(path, is_isal ? by_isal : by_zlib);
  int failed = 0, status;
  while (mine == 0 && wait(&status) > 0) failed |= status != 0;
  return failed;
}
