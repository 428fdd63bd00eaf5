/* SPDX-License-Identifier: MIT */
/*
** Fills blocks from containers whose records end at a certain byte, one after another.
*/
#ifndef CONTAINER_TEXT_LINES_H
#define CONTAINER_TEXT_LINES_H

#include "container/container.h"
#include "container/pieces.h"

/*
** Takes the record of n bytes at p, which is not blank, into the block; c->number is its number.
*/
typedef void text_lines_take(struct container *c, const char *p, size_t n);

/*
** Does the work of container_kind.next: takes the texts that end at one of two bytes, without a
** CR at their ends.  Blank ones count only if counts_blank.  A text that does not fit into the
** feed is a bad line.
*/
enum container_result text_lines_next(struct container *c, struct pieces *s, char a, char b, int counts_blank,
                                      text_lines_take *take, struct err *e);

/* Adds the message of n bytes at p as a line, or as a bad line if it is empty or too long. */
void text_lines_add(struct container *c, const char *p, size_t n, int64_t time);

#endif
