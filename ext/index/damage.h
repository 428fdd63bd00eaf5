/* SPDX-License-Identifier: MIT */
/*
** The error of all that cannot be right in an index.  What a user can do about it is known to the
** caller, who adds it.  Any thread may call it with an error of its own.
*/
#ifndef INDEX_DAMAGE_H
#define INDEX_DAMAGE_H

#include "base/err.h"

/* Sets *e to ERR_FORMAT, as err_set() does: "the index is damaged: WHAT". */
static inline enum err_code index_damaged(struct err *e, const char *what) {
  return err_set(e, ERR_FORMAT, 0, "the index is damaged: %s", what);
}

#endif
