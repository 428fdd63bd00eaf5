/* SPDX-License-Identifier: MIT */
/*
** The Makefile defines INFLATE_KIND as inflate_isal where it links ISA-L.
*/
#include "file/inflate.h"

#if !defined(INFLATE_KIND)
#define INFLATE_KIND inflate_zlib
#endif

const struct inflate_kind *inflate_built_in(void) { return &INFLATE_KIND; }
