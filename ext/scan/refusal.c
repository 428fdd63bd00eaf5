/* SPDX-License-Identifier: MIT */
/*
** A download that is not finished holds records that its finished twin holds as well, or will hold
** in a moment.  Its bytes may end anywhere, also at the end of a line, so that nothing but its name
** tells what it is.
**
** Of the files with the same delivery, the best of those that the query wants is read, and all
** others are refused.  Each file is asked for itself, by whichever worker is at it.  The ring is
** looked through only where the query does not want the best of all.
*/
#include "scan/refusal.h"

#include <string.h>

#include "file/object_name.h"
#include "file/twins.h"

/* The file that is read in the place of this one, which the query wants; or NULL. */
static const struct file *better_twin(const struct file *file, const struct predicate *p) {
  const struct file *best = file->best_twin;
  if (!best || best == file) return NULL;
  if (!p || predicate_keeps_file(p, best->path)) return best;
  best = file;
  for (const struct file *twin = file->twin; twin && twin != file; twin = twin->twin)
    if (twins_is_better(twin, best) && (!p || predicate_keeps_file(p, twin->path))) best = twin;
  return best == file ? NULL : best;
}

enum refusal refusal_of(const struct file *file, const struct predicate *p, char why[ERR_TEXT]) {
  struct object_name name;
  if (file->text) return REFUSAL_NONE; /* the name of what lies in memory says nothing */
  if (file->refused && (file->is_folder || file->is_part)) {
    err_print(why, "%s: %s", file->is_folder ? "is a folder whose files can't be listed" : "can't be opened",
              strerror(file->refused));
    return REFUSAL_UNLISTED;
  }
  const struct file *twin = better_twin(file, p);
  if (twin) {
    err_print(why,
              "is the same delivery as '%s', by its name, so that its records would count twice; give a path that "
              "stands for one of them",
              twin->path);
    return REFUSAL_TWIN;
  }
  object_name_parse(&name, file->path);
  if (!name.is_partial) return REFUSAL_NONE;
  err_print(why, "is a download that is not finished, by the 8 digits that 'aws s3' adds to the name meanwhile; "
                 "download it again, or rename it if it is whole");
  return REFUSAL_PARTIAL;
}
