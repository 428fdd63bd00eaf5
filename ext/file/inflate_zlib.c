/* SPDX-License-Identifier: MIT */
/*
** zlib's inflate() on the deflate data alone (windowBits -15).  It could also read the headers and
** trailers of gzip (windowBits + 16), but then it would compute the checksum in its own way, which
** takes an eighth of the time; see base/crc.h.
*/
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "file/inflate.h"

#define MOST ((size_t)1 << 30) /* bytes of one call, because zlib counts in unsigned int */

static voidpf zlib_alloc(voidpf unused, uInt items, uInt size) {
  (void)unused;
  return mem_alloc((size_t)items * size);
}

static void zlib_free(voidpf unused, voidpf p) {
  (void)unused;
  mem_free(p);
}

static enum err_code zlib_start(void **state, struct err *e) {
  z_stream *z = *state;
  if (z) return inflateReset(z), ERR_NONE;
  z = mem_alloc(sizeof *z);
  if (!z) return err_nomem(e);
  memset(z, 0, sizeof *z);
  z->zalloc = zlib_alloc;
  z->zfree = zlib_free;
  if (inflateInit2(z, -15) != Z_OK) { /* with the largest window */
    mem_free(z);
    return err_nomem(e);
  }
  *state = z;
  return ERR_NONE;
}

static enum inflate_result zlib_run(void *state, struct inflate_io *io) {
  z_stream *z = state;
  const uInt n_in = (uInt)(io->n_in < MOST ? io->n_in : MOST), n_out = (uInt)(io->n_out < MOST ? io->n_out : MOST);
  z->next_in = (z_const Bytef *)io->in;
  z->avail_in = n_in;
  z->next_out = io->out;
  z->avail_out = n_out;
  int rc = inflate(z, Z_NO_FLUSH);
  io->in = z->next_in;
  io->n_in -= n_in - z->avail_in;
  io->out = z->next_out;
  io->n_out -= n_out - z->avail_out;
  if (rc == Z_STREAM_END) return INFLATE_END;
  if (rc == Z_MEM_ERROR) return INFLATE_NOMEM;
  if (rc == Z_OK || rc == Z_BUF_ERROR) return INFLATE_MORE;
  io->why = z->msg ? z->msg : "inflate failed";
  return INFLATE_FAILED;
}

static void zlib_clear(void **state) {
  if (!*state) return;
  inflateEnd(*state);
  mem_free(*state);
  *state = NULL;
}

const struct inflate_kind inflate_zlib = {"zlib " ZLIB_VERSION, zlib_start, zlib_run, zlib_clear};
