/* SPDX-License-Identifier: MIT */
/*
** Makes each allocation of a computation of connections fail in turn, in unit tests: ERR_NOMEM, or the
** right connections, and no memory is left behind.
*/
#ifndef MODEL_NO_MEMORY_H
#define MODEL_NO_MEMORY_H

#include "helpers.h"

#include "connection_model.h"

/* Adds the connections to the list, and frees all else.  round: 0 at first, then 1, 2, ... */
typedef enum err_code model_read(struct model_list *out, size_t round, struct err *e);

/* least: the number of allocations that must have failed. */
static inline void model_fail_allocations(model_read *read, size_t least) {
  struct model_list expected = {0}, got = {0};
  size_t failed = 0;
  struct err e = {0};
  assert_int_equal(read(&expected, 0, &e), ERR_NONE);
  model_settle(&expected);
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++, failed++) {
      memset(&e, 0, sizeof e);
      mem_test_fail(n, forever);
      read(&got, n, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
      assert_int_equal(mem_test_live(), 0);
      model_settle(&got);
      if (!e.code) assert_true(model_is_same(&got, &expected));
      model_free(&got);
      if (calls < n) break;
    }
  assert_true(failed > least);
  model_free(&expected);
}

#endif
