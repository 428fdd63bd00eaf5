/* SPDX-License-Identifier: MIT */
/*
** The text is formatted only for the first error, so a later err_set() costs a comparison.  A
** text that is too long is cut by vsnprintf(), which always writes the final NUL.
*/
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

enum err_code err_set(struct err *e, enum err_code code, uint64_t line, const char *format, ...) {
  if (e->code == ERR_NONE) {
    va_list ap;
    e->code = code;
    e->line = line;
    va_start(ap, format);
    vsnprintf(e->text, sizeof e->text, format, ap);
    va_end(ap);
  }
  return e->code;
}

enum err_code err_nomem(struct err *e) { return err_set(e, ERR_NOMEM, 0, "out of memory"); }
