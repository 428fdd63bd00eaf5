/* SPDX-License-Identifier: MIT */
/* The yardstick: what zlib alone takes to inflate the files named, and nothing else. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static unsigned char in[1 << 16], out[1 << 18];

int main(int argc, char **argv) {
  unsigned long long total = 0;
  for (int i = 1; i < argc; i++) {
    FILE *f = fopen(argv[i], "rb");
    z_stream z;
    memset(&z, 0, sizeof z);
    if (!f || inflateInit2(&z, 15 + 16) != Z_OK) return fprintf(stderr, "%s: can't read\n", argv[i]), 1;
    while ((z.avail_in = (uInt)fread(in, 1, sizeof in, f)) > 0) {
      for (z.next_in = in; z.avail_in;) {
        z.next_out = out;
        z.avail_out = sizeof out;
        int rc = inflate(&z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END) return fprintf(stderr, "%s: inflate: %d\n", argv[i], rc), 1;
        total += sizeof out - z.avail_out;
        if (rc == Z_STREAM_END) inflateReset(&z);
      }
    }
    inflateEnd(&z);
    fclose(f);
  }
  printf("%llu\n", total);
  return 0;
}
