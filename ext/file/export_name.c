/* SPDX-License-Identifier: MIT */
/*
** The path is read from its end, because anything may stand in front of the id of the task.
*/
#include "file/export_name.h"

#include <string.h>

#include "base/chars.h"

/* A number of six digits, with ".gz" or, if somebody has unzipped the file, without. */
static int is_number(const char *p) {
  for (int i = 0; i < 6; i++)
    if (!char_is_digit(p[i])) return 0;
  return !p[6] || !strcmp(p + 6, ".gz");
}

static int is_uuid(const char *p, size_t n) {
  if (n != 36) return 0;
  for (size_t i = 0; i < n; i++)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? p[i] != '-' : char_hex(p[i]) < 0) return 0;
  return 1;
}

/* Goes from the '/' at `end` to the beginning of the folder before it. */
static const char *folder_before(const char *path, const char *end) {
  while (end > path && end[-1] != '/') end--;
  return end;
}

const char *export_name_stream(const char *path, size_t *n) {
  const char *end = strrchr(path, '/');
  if (!end || !is_number(end + 1)) return NULL;
  const char *stream = folder_before(path, end);
  if (stream == path || stream == end) return NULL;
  const char *task = folder_before(path, stream - 1);
  if (!is_uuid(task, (size_t)(stream - 1 - task))) return NULL;
  *n = (size_t)(end - stream);
  return stream;
}
