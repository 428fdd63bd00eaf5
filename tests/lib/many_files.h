/* SPDX-License-Identifier: MIT */
/*
** Lists of files for the tests of scans that sum: in memory, or on the disk, every other one of them
** gzip.  To be included after helpers.h.
*/
#ifndef MANY_FILES_H
#define MANY_FILES_H

#include "file/files.h"
#include "record/lines.h"

/* Appends a line; context is that of many_files(). */
typedef void many_files_line(struct bytes *text, uint32_t context);

/* n files of a header and that many lines, in memory or in the folder `tree`. */
static inline struct files many_files(size_t n, const char *header, uint32_t lines, many_files_line *add_line,
                                      uint32_t context, int in_memory) {
  struct file *file = calloc(n, sizeof *file);
  struct files files = {.file = file, .n = n};
  if (!file) abort();
  make_folder("tree");
  for (size_t i = 0; i < n; i++) {
    struct bytes path = {0}, text = {0};
    bytes_print(&path, "tree/%05zu", i);
    bytes_print(&text, "%s", header);
    for (uint32_t k = 0; k < lines; k++) add_line(&text, context);
    file[i].path = path.p;
    file[i].size = (int64_t)text.n;
    if (in_memory) {
      bytes_repeat(&text, 0, LINES_PADDING);
      file[i].text = text.p;
      continue;
    }
    if (i % 2) write_gzip(path.p, text.p, text.n);
    else write_file(path.p, text.p, text.n);
    bytes_free(&text);
  }
  return files;
}

static inline void free_files(struct files *files) {
  for (size_t i = 0; i < files->n; i++) {
    unlink(files->file[i].path);
    free((void *)(uintptr_t)files->file[i].path);
    free((void *)(uintptr_t)files->file[i].text);
  }
  free(files->file);
}

#endif
