/* SPDX-License-Identifier: MIT */
/*
** The files of a key, which are ascending numbers relative to the first file of a run, as bytes.
**
** Two forms are known, and the one that takes fewer bytes is chosen:
**
**     varint(2 * n)     | n bytes: the first number, then each difference less 1, as varints
**     varint(2 * n + 1) | n bytes: varint(b), the first number / 8, then bits from 8 * b on
**
** The lengths come first, so that a list that nobody asks for is skipped at once.
**
** Reading checks everything.  Bytes that are no such list are ERR_FORMAT; none at `end` or behind
** it is read, no number of `files` or more is returned, and no more memory is taken than so many
** numbers need.  A list must be used by one thread at a time.
*/
#ifndef INDEX_POSTINGS_H
#define INDEX_POSTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A list of numbers that grows.  A struct that is all zero is empty. */
struct id_list {
  uint32_t *id;
  size_t n, cap;
};

void id_list_clear(struct id_list *list);

/* Makes room for n numbers. */
enum err_code id_list_reserve(struct id_list *list, size_t n, struct err *e);

/* How a list is written. */
struct postings_form {
  int is_bitmap;
  uint32_t body; /* bytes after the length */
};

/*
** Chooses the form of n (> 0) ascending numbers.  Returns all bytes that postings_write() will
** write.
*/
size_t postings_measure(struct postings_form *form, const uint32_t *id, size_t n);

/* Writes the list in this form, and returns where it ends. */
unsigned char *postings_write(unsigned char *out, const struct postings_form *form, const uint32_t *id, size_t n);

/*
** Reads the list at p into *out, whose content is replaced, and returns where it ends; NULL after
** an error.  files: the number of files of the run.
*/
const unsigned char *postings_read(struct id_list *out, const unsigned char *p, const unsigned char *end,
                                   uint32_t files, struct err *e);

/* Returns where the list at p ends; NULL, with an error, if that is beyond `end`. */
const unsigned char *postings_skip(const unsigned char *p, const unsigned char *end, struct err *e);

#endif
