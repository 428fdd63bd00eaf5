/* SPDX-License-Identifier: MIT */
/*
** Prints the table of fields for what is generated from it.  Without an argument: the table of
** columns for the documentation, in Markdown.  With the argument `fields`: a line per field, its
** name and its kind (INTEGER, ADDRESS or TEXT), for tests/tools/generate.py.
*/
#include <stdio.h>
#include <string.h>

#include "record/fields.h"

static const char *kind_name(enum kind kind) {
  if (kind_is_int(kind)) return "INTEGER";
  return kind == KIND_ADDR ? "ADDRESS" : "TEXT";
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "fields") == 0) {
    for (int f = 0; f < FIELD_COUNT; f++) printf("%s %s\n", fields[f].name, kind_name(fields[f].kind));
    return 0;
  }
  if (argc != 1) {
    fprintf(stderr, "usage: columns [fields]\n");
    return 2;
  }
  printf("| column | type | since | meaning |\n|---|---|---|---|\n");
  for (int f = 0; f < FIELD_COUNT; f++)
    printf("| `%s` | %s | %d | %s |\n", fields[f].name, kind_is_int(fields[f].kind) ? "INTEGER" : "TEXT",
           fields[f].since, fields[f].doc);
  return 0;
}
