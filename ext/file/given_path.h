/* SPDX-License-Identifier: MIT */
/*
** What a user may write in the place of a path: "~/logs", as in a shell, which does not expand it
** within quotes, and a URL, such as that of an object in S3, which is no path.
*/
#ifndef FILE_GIVEN_PATH_H
#define FILE_GIVEN_PATH_H

#include "base/err.h"
#include "file/files.h"
#include "file/root_guard.h"

/*
** Returns the path that stands for a given one, which the list owns.  A path that exists as it is, whatever
** it looks like, stands for itself.  NULL with ERR_ARGUMENT, and a text that says what to type, for a
** URL, for the home folder of somebody else, for one that HOME does not tell, and for a path that is empty;
** or with ERR_NOMEM.  HOME is read from the environment.
*/
const char *given_path(struct files *f, const struct root_guard *guard, const char *given, struct err *e);

#endif
