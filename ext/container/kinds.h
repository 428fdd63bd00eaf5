/* SPDX-License-Identifier: MIT */
/*
** The kinds of containers, for the table of container.c.  Each module says what its form looks
** like.
*/
#ifndef CONTAINER_KINDS_H
#define CONTAINER_KINDS_H

#include "container/container.h"

extern const struct container_kind container_json;     /* json.c */
extern const struct container_kind container_csv;      /* csv.c */
extern const struct container_kind container_tail;     /* tail.c */
extern const struct container_kind container_cli_text; /* cli_text.c */

#endif
