/* SPDX-License-Identifier: MIT */
/*
** The libraries that inflate: the tests compare them where both are there.
*/
#ifndef INFLATE_CHOICE_H
#define INFLATE_CHOICE_H

#include "file/inflate.h"

/* What a struct gzip inflates with from its first gzip_start() on.  At first what INFLATE of the Makefile is. */
extern const struct inflate_kind *inflate_choice;

/* All that there are: zlib first. */
extern const struct inflate_kind *const inflate_kinds[];
extern const size_t inflate_kinds_count;

#endif
