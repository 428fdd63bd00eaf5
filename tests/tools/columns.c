/* SPDX-License-Identifier: MIT */
/* Prints the table of columns in the documentation, made from the table of fields in record/fields.h. */
#include <stdio.h>

#include "record/fields.h"

int main(void) {
  printf("| column | type | since | meaning |\n|---|---|---|---|\n");
  for (int f = 0; f < FIELD_COUNT; f++)
    printf("| `%s` | %s | %d | %s |\n", fields[f].name, fields[f].kind == KIND_INT ? "INTEGER" : "TEXT",
           fields[f].since, fields[f].doc);
  return 0;
}
