/* SPDX-License-Identifier: MIT */
/*
** ISA-L's isal_inflate(), in which the following has to be known (2.30):
**
**   - It loads up to 8 bytes ahead into read_in.  At the end of the data, the whole bytes in it have
**     been taken too many.  They may have come with an earlier call, so they are not always in the
**     present input; that the bytes before it are still in memory is what INPUT_BACK is for.
**   - It writes into a buffer of its own first, so there may be output without input.
**   - isal_inflate_reset() clears the kind of data in some versions, so it is set after it.
**   - On corrupt data some versions return without having done anything, again and again, and in some
**     places avail_out falls below 0.  So nothing is believed of a call that has failed.
**   - total_out has 32 bits.  Nothing here, and nothing in it for raw data, depends on it.
**
** The state takes 90 KB: tables of codes, and 64 KB of the latest output.
*/
#include <isa-l.h>
#include <string.h>

#include "base/mem.h"
#include "file/inflate.h"

#define MOST ((size_t)1 << 30) /* bytes of one call, because ISA-L counts in 32 bits */

#define TEXT(x)          #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

static enum err_code isal_start(void **state, struct err *e) {
  struct inflate_state *z = *state;
  if (!z) {
    *state = z = mem_alloc(sizeof *z);
    if (!z) return err_nomem(e);
    isal_inflate_init(z);
  }
  isal_inflate_reset(z);
  z->crc_flag = ISAL_DEFLATE;
  z->hist_bits = 0; /* the largest window */
  return ERR_NONE;
}

static enum inflate_result isal_run(void *state, struct inflate_io *io) {
  struct inflate_state *z = state;
  const uint32_t n_in = (uint32_t)(io->n_in < MOST ? io->n_in : MOST);
  const uint32_t n_out = (uint32_t)(io->n_out < MOST ? io->n_out : MOST);
  memcpy(&z->next_in, &io->in, sizeof z->next_in); /* next_in is not const in ISA-L */
  z->avail_in = n_in;
  z->next_out = io->out;
  z->avail_out = n_out;
  int rc = isal_inflate(z);
  io->why = "inflate failed";
  if (rc < 0 || z->avail_in > n_in || z->avail_out > n_out || z->next_out != io->out + (n_out - z->avail_out))
    return INFLATE_FAILED;
  io->in += n_in - z->avail_in;
  io->n_in -= n_in - z->avail_in;
  io->out += n_out - z->avail_out;
  io->n_out -= n_out - z->avail_out;
  if (z->block_state == ISAL_BLOCK_FINISH) {
    const size_t ahead = (size_t)z->read_in_length / 8;
    io->in -= ahead;
    io->n_in += ahead;
    return INFLATE_END;
  }
  return n_in && z->avail_in == n_in && n_out && z->avail_out == n_out ? INFLATE_FAILED : INFLATE_MORE;
}

static void isal_clear(void **state) {
  mem_free(*state);
  *state = NULL;
}

const struct inflate_kind inflate_isal = {"ISA-L " VERSION(ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION),
                                          isal_start, isal_run, isal_clear};
