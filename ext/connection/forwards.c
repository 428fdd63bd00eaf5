/* SPDX-License-Identifier: MIT */
/*
** A member of the set is the address that forwards, the remote address, its port and the protocol,
** one after the other as bytes.
*/
#include "connection/forwards.h"

#include <string.h>

#include "base/hash.h"

#define MEMBER (2 * IP_BYTES + 2 * sizeof(uint32_t))

void forwards_clear(struct forwards *f) {
  set_clear(&f->set);
  memset(f, 0, sizeof *f);
}

static void put_member(char out[MEMBER + HASH_PADDING], const struct ip *by, const struct flow_end *remote,
                       uint32_t protocol) {
  ip_to_bytes(by, (unsigned char *)out);
  ip_to_bytes(&remote->addr, (unsigned char *)out + IP_BYTES);
  memcpy(out + 2 * IP_BYTES, &remote->port, sizeof remote->port);
  memcpy(out + 2 * IP_BYTES + sizeof remote->port, &protocol, sizeof protocol);
  memset(out + MEMBER, 0, HASH_PADDING);
}

static enum err_code add(struct forwards *f, const struct ip *by, const struct flow_end *remote, uint32_t protocol,
                         struct err *e) {
  char member[MEMBER + HASH_PADDING];
  put_member(member, by, remote, protocol);
  if (!memcmp(member, f->last, MEMBER)) return ERR_NONE;
  memcpy(f->last, member, MEMBER);
  if (!f->set.cap) set_init(&f->set);
  return set_add_text(&f->set, member, MEMBER, e);
}

enum err_code forwards_add(struct forwards *f, const struct flow *flow, struct err *e) {
  const struct flow_end *src = flow->direction ? &flow->key.b : &flow->key.a;
  const struct flow_end *dst = flow->direction ? &flow->key.a : &flow->key.b;
  if (flow->src_differs && add(f, &flow->src, src, flow->key.protocol, e)) return e->code;
  return flow->dst_differs ? add(f, &flow->dst, dst, flow->key.protocol, e) : ERR_NONE;
}

enum err_code forwards_merge(struct forwards *f, const struct forwards *from, struct err *e) {
  for (size_t i = 0; i < from->set.cap; i++) {
    const struct set_place *p = &from->set.place[i];
    if (p->n == SET_FREE) continue;
    if (!f->set.cap) set_init(&f->set);
    if (set_add_text(&f->set, from->set.text + p->value, p->n, e)) return e->code;
  }
  return ERR_NONE;
}

static int has(const struct forwards *f, const struct ip *by, const struct flow_end *remote, uint32_t protocol) {
  char member[MEMBER + HASH_PADDING];
  put_member(member, by, remote, protocol);
  return set_has_text(&f->set, member, MEMBER);
}

int forwards_is_leg(const struct forwards *f, const struct flow_key *key) {
  if (!f->set.used) return 0;
  return has(f, &key->a.addr, &key->b, key->protocol) || has(f, &key->b.addr, &key->a, key->protocol);
}
