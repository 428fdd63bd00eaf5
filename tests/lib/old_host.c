/* SPDX-License-Identifier: MIT */
/*
** old_host EXTENSION VERSION: loads the extension as a program with that version of SQLite would
** do, for example 3030001, through each entry point, and prints what they answer.
**
** The table of functions that an older SQLite passes is shorter, so behind its end the extension
** would find anything at all.  Here, every function but the few that tell the version and make a
** message is an address that cannot be called.
*/
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3ext.h>

typedef int (*entry_point)(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi);

static int number;

static int version_number(void) { return number; }

static const char *version_text(void) {
  static char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", number / 1000000, number / 1000 % 1000, number % 1000);
  return text;
}

/* The symbols of SQLite itself, which sqlite3ext.h has redefined as members of the table. */
#undef sqlite3_mprintf
#undef sqlite3_free
char *sqlite3_mprintf(const char *format, ...);
void sqlite3_free(void *p);

int main(int argc, char **argv) {
  static const char *const names[] = {"sqlite3_flowlogs_init", "sqlite3_flowlogsnofs_init"};
  void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (!library) return 2;
  number = atoi(argv[2]);
  sqlite3_api_routines api;
  memset(&api, 0x5a, sizeof api);
  api.libversion = version_text;
  api.libversion_number = version_number;
  api.mprintf = sqlite3_mprintf;
  for (int i = 0; i < 2; i++) {
    entry_point init = NULL;
    char *message = NULL;
    void *symbol = dlsym(library, names[i]);
    memcpy(&init, &symbol, sizeof init);
    if (!init) return 2;
    int rc = init(NULL, &message, &api);
    printf("%d %s\n", rc, message ? message : "");
    sqlite3_free(message);
  }
  return 0;
}
