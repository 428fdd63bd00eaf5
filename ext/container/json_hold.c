/* SPDX-License-Identifier: MIT */
/*
** The events stand behind one another in one piece of memory, each with its sizes in front:
**
**     | sizes, time | line | why, NUL | sizes, time | line | ...
*/
#include "container/json_hold.h"

#include <string.h>

#include "base/mem.h"

struct head {
  int64_t time;
  size_t n, why_n; /* why_n: with its NUL; 0 for none */
};

enum json_hold_result json_hold_add(struct json_hold *h, const struct json_held *event) {
  struct head head = {event->time, event->n, event->why ? strlen(event->why) + 1 : 0};
  size_t n = sizeof head + head.n + head.why_n;
  if (n > JSON_HOLD - h->n) return JSON_HOLD_FULL;
  if (mem_grow(&h->p, &h->cap, h->n + n, 64 * 1024, 1)) return JSON_HOLD_NOMEM;
  char *to = h->p + h->n;
  memcpy(to, &head, sizeof head);
  if (head.n) memcpy(to + sizeof head, event->p, head.n);
  if (head.why_n) memcpy(to + sizeof head + head.n, event->why, head.why_n);
  h->n += n;
  return JSON_HOLD_ADDED;
}

int json_hold_next(struct json_hold *h, struct json_held *event) {
  struct head head;
  if (h->at == h->n) return json_hold_drop(h), 0;
  const char *from = h->p + h->at;
  memcpy(&head, from, sizeof head);
  from += sizeof head;
  *event = (struct json_held){head.time, from, head.n, head.why_n ? from + head.n : NULL};
  h->at += sizeof head + head.n + head.why_n;
  return 1;
}

void json_hold_drop(struct json_hold *h) { h->n = h->at = 0; }

void json_hold_clear(struct json_hold *h) {
  mem_free(h->p);
  memset(h, 0, sizeof *h);
}
