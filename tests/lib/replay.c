/* SPDX-License-Identifier: MIT */
/*
** Runs a fuzz target on the files that are named, without libFuzzer, so that `make test` needs
** gcc alone.  Each input is a block of memory of its own, so that AddressSanitizer sees a read
** behind its end.
*/
#include "fuzz.h"

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    FILE *f = fopen(argv[i], "rb");
    struct text input = {0};
    char piece[4096];
    size_t n;
    if (!f) return perror(argv[i]), 1;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) text_add(&input, piece, n);
    fclose(f);
    char *copy = copy_of(input.p, input.n, 0);
    fprintf(stderr, "%s: %zu bytes\n", argv[i], input.n);
    LLVMFuzzerTestOneInput((const uint8_t *)copy, input.n);
    free(copy);
    free(input.p);
  }
  return 0;
}
