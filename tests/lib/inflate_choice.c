/* SPDX-License-Identifier: MIT */
/*
** Takes the place of file/inflate.c in unit tests and fuzz targets, which can change the choice.
*/
#include "inflate_choice.h"

const struct inflate_kind *inflate_choice = &INFLATE_KIND;

const struct inflate_kind *const inflate_kinds[] = {
    &inflate_zlib,
#if defined(HAVE_ISAL)
    &inflate_isal,
#endif
};

const size_t inflate_kinds_count = sizeof inflate_kinds / sizeof *inflate_kinds;

const struct inflate_kind *inflate_built_in(void) { return inflate_choice; }
