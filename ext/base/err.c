/* SPDX-License-Identifier: MIT */
/*
** The text is formatted only for the first error, so a later err_set() costs a comparison.  A
** text that is too long is cut by vsnprintf(), which may cut a character in two.  Its first part
** is left out.  Any other byte that is not UTF-8 comes from an argument, and so do control
** characters.
*/
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/utf8.h"

__attribute__((format(printf, 2, 0))) static void print(char out[ERR_TEXT], const char *format, va_list ap) {
  char text[ERR_TEXT + 3]; /* the rest of a character, so that it is known to be one */
  vsnprintf(text, sizeof text, format, ap);
  size_t n = utf8_cut(text, strlen(text), ERR_TEXT - 1);
  out[printable_write(text, n, out, ERR_TEXT - 1)] = 0;
}

void err_print(char out[ERR_TEXT], const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  print(out, format, ap);
  va_end(ap);
}

enum err_code err_set(struct err *e, enum err_code code, uint64_t line, const char *format, ...) {
  if (e->code == ERR_NONE) {
    va_list ap;
    e->code = code;
    e->line = line;
    va_start(ap, format);
    print(e->text, format, ap);
    va_end(ap);
  }
  return e->code;
}

int err_is_exhausted(int number) { return number == EMFILE || number == ENFILE || number == ENOMEM; }

enum err_code err_system(struct err *e, const char *what, int number) {
  return err_set(e, err_is_exhausted(number) ? ERR_EXHAUSTED : ERR_IO, 0, "%s: %s", what, strerror(number));
}

enum err_code err_nomem(struct err *e) { return err_set(e, ERR_NOMEM, 0, "out of memory"); }
