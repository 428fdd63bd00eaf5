/* SPDX-License-Identifier: MIT */
/*
** A clock that nobody sets, for how long something has taken.  The time of day may be changed while
** it is measured with.
*/
#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H

#include <time.h>

/* Seconds since some moment in the past, which stays the same while the process runs. */
static inline double monotonic_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
