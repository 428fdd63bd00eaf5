/* SPDX-License-Identifier: MIT */
/*
** Events that wait: those of a subscription whose keys are sorted, so that the name of their stream,
** and whether they are records at all, comes behind them.
**
** Call order: json_hold_add() for each, then json_hold_next() until there is none, or
** json_hold_drop(); json_hold_clear() at the end.  A struct of zeros is empty.
*/
#ifndef CONTAINER_JSON_HOLD_H
#define CONTAINER_JSON_HOLD_H

#include <stddef.h>
#include <stdint.h>

#define JSON_HOLD (16 * 1024 * 1024) /* bytes of them at most; AWS sends 1 MiB at once */

struct json_held {
  int64_t time;
  const char *p; /* the line */
  size_t n;
  const char *why; /* why it cannot be used; NULL: it can */
};

struct json_hold {
  char *p;
  size_t n, cap, at; /* bytes, room, and bytes that json_hold_next() has returned */
};

enum json_hold_result { JSON_HOLD_ADDED, JSON_HOLD_FULL, JSON_HOLD_NOMEM };

/* Adds a copy. */
enum json_hold_result json_hold_add(struct json_hold *h, const struct json_held *event);

/* Sets *event to the next one, which is valid until the next call, and returns 1; 0: there is none. */
int json_hold_next(struct json_hold *h, struct json_held *event);

void json_hold_drop(struct json_hold *h);
void json_hold_clear(struct json_hold *h);

#endif
