/* SPDX-License-Identifier: MIT */
/* Tests packed pieces: what is packed is read again, in as few words as are promised. */
#include "helpers.h"

#include "connection_model.h"

static uint32_t choose(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

/* A number at a limit of so many bits, or a missing one. */
static uint64_t limit(uint32_t bits) {
  uint64_t most = (UINT64_C(1) << bits) - 1;
  const uint64_t near[] = {0, 1, most - 2, most - 1, most, most + 1, FLOW_NONE, FLOW_NONE - 1, INT64_MAX};
  return near[random_below(COUNT(near))];
}

static int is_same_key(const struct flow_key *a, const struct flow_key *b) {
  return ip_is_same(&a->a.addr, &b->a.addr) && ip_is_same(&a->b.addr, &b->b.addr) && a->a.port == b->a.port &&
         a->b.port == b->b.port && a->protocol == b->protocol;
}

static void test_flows(void **state) {
  uint32_t usual = 0;
  (void)state;
  for (uint32_t i = 0; i < 20000; i++) {
    struct model_flow m = model_flow(choose, NULL, 100);
    uint64_t out[PACKED_FLOW], key[PACKED_KEY_WORDS];
    struct flow *f = &m.f;
    struct flow_key back;
    struct seen seen;
    uint32_t observer = random_below(3) ? random_below(9) : 0xfff0 + random_below(32);
    uint32_t point = observer << POINT_BITS | random_below(1u << (POINT_BITS - 1)) << 1 | f->direction;
    if (random_below(2)) {
      f->start = limit(32);
      f->end = f->start > INT64_MAX ? f->start : f->start + random_below(2) * 60 + random_below(2) * limit(16) % 70000;
      f->packets = limit(24);
      f->bytes = limit(40);
    }
    if (random_below(9) == 0) f->signs |= FLOW_SIGNS(FLOW_SEEN | FLOW_RST, !f->direction);
    uint32_t words = packed_flow(out, f, point), key_words = packed_key(key, &f->key);
    struct point_sum sum = packed_sum(out, 0);
    assert_int_equal(words, packed_words(out));
    assert_in_range(words, key_words + 2, PACKED_FLOW);
    usual += words == key_words + 2;
    packed_read_key(out, &back);
    assert_true(is_same_key(&back, &f->key));
    packed_read_key(key, &back);
    assert_true(is_same_key(&back, &f->key));
    assert_true(packed_hash(out) == packed_hash(key));
    assert_int_equal(packed_port(out, 0), f->key.a.port);
    assert_int_equal(packed_port(out, 1), f->key.b.port);
    assert_int_equal(packed_protocol(out), f->key.protocol);
    packed_read(out, &seen);
    assert_int_equal(seen.first, f->start);
    assert_int_equal(seen.last, f->end);
    assert_int_equal(seen.opening, f->end << 1 | f->direction);
    assert_int_equal(seen.signs, f->signs);
    assert_int_equal(seen.records, 1);
    assert_int_equal(seen.rejected, (f->signs & FLOW_SIGNS(FLOW_REJECTED, f->direction)) != 0);
    assert_int_equal(seen.accepted, (f->signs & FLOW_ACTION) && !seen.rejected);
    assert_int_equal(packed_sums(out), 1);
    assert_int_equal(sum.packets, f->packets);
    assert_int_equal(sum.bytes, f->bytes);
    assert_int_equal(sum.point, point);
  }
  assert_in_range(usual, 8000, 19000);
}

/* A flow that was a piece meanwhile is packed as before. */
static void test_pieces(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 5000; i++) {
    struct model_flow m = model_flow(choose, NULL, 100);
    uint64_t flow[PACKED_WORDS], out[PACKED_WORDS];
    struct point_sum sums[PACKED_SUMS];
    struct seen seen, back;
    uint32_t n = random_below(PACKED_SUMS + 1), words = model_pack(flow, &m, 0);
    packed_read(flow, &seen);
    sums[0] = packed_sum(flow, 0);
    assert_int_equal(packed_piece(out, flow, &seen, sums, 1), words);
    assert_memory_equal(out, flow, words * 8);
    for (uint32_t k = 0; k < n; k++)
      sums[k] = (struct point_sum){.packets = limit(24), .bytes = limit(40), .point = (uint32_t)limit(32)};
    if (random_below(2)) seen.records = 1 + random_below(3);
    if (random_below(2)) seen.last += random_below(100000);
    if (random_below(2)) seen.accepted = random_below(3);
    if (random_below(2)) seen.opening ^= random_below(4);
    words = packed_piece(out, flow, &seen, sums, n);
    assert_int_equal(words, packed_words(out));
    assert_true(words <= PACKED_WORDS);
    packed_read(out, &back);
    assert_memory_equal(&back, &seen, sizeof seen);
    assert_int_equal(packed_sums(out), n);
    for (uint32_t k = 0; k < n; k++) {
      struct point_sum sum = packed_sum(out, k);
      assert_int_equal(sum.packets, sums[k].packets);
      assert_int_equal(sum.bytes, sums[k].bytes);
      assert_int_equal(sum.point, sums[k].point);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_flows),
      cmocka_unit_test(test_pieces),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
