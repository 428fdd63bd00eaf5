/* SPDX-License-Identifier: MIT */
/*
** The constants are odd and have about as many ones as zeros, in no order.  A seed is added to
** them by XOR.  The mutex makes the first caller the only one that writes, and what it wrote
** visible to each later caller.
*/
#include "base/hash.h"

#include <pthread.h>

uint64_t hash_secret[2] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93)};

void hash_seed(const uint64_t seed[2]) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static int is_seeded;
  pthread_mutex_lock(&mutex);
  if (!is_seeded) {
    hash_secret[0] ^= seed[0];
    hash_secret[1] ^= seed[1];
    is_seeded = 1;
  }
  pthread_mutex_unlock(&mutex);
}
