/* SPDX-License-Identifier: MIT */
/*
** Doubling makes the number of reallocations logarithmic, so that appending n items one by one
** copies fewer than 2 n of them.  The pointer to the items is read and written with memcpy(),
** because its type is the caller's.
*/
#include "base/mem.h"

#include <stdint.h>
#include <string.h>

int mem_grow(void *array, size_t *cap, size_t n, size_t first, size_t size) {
  size_t more = *cap ? *cap : first;
  void *items;
  if (n <= *cap) return 0;
  while (more < n) {
    if (more > SIZE_MAX / 2) return -1;
    more *= 2;
  }
  if (more > SIZE_MAX / size) return -1;
  memcpy(&items, array, sizeof items);
  items = mem_realloc(items, more * size);
  if (!items) return -1;
  memcpy(array, &items, sizeof items);
  *cap = more;
  return 0;
}
