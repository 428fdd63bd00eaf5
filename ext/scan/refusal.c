/* SPDX-License-Identifier: MIT */
/*
** A download that is not finished holds records that its finished twin holds as well, or will hold
** in a moment.  Its bytes may end anywhere, also at the end of a line, so that nothing but its name
** tells what it is.
*/
#include "scan/refusal.h"

#include "file/object_name.h"

enum refusal refusal_of(const struct file *file, char why[ERR_TEXT]) {
  struct object_name name;
  if (file->text) return REFUSAL_NONE; /* the name of what lies in memory says nothing */
  object_name_parse(&name, file->path);
  if (!name.is_partial) return REFUSAL_NONE;
  err_print(why, "is a download that is not finished, by the 8 digits that 'aws s3' adds to the name meanwhile; "
                 "download it again, or rename it if it is whole");
  return REFUSAL_PARTIAL;
}
