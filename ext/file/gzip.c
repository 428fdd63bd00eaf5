/* SPDX-License-Identifier: MIT */
/*
** A gzip file is a sequence of members.  The state machine has two states, `in_member` or not:
**
**     | header | deflate data | CRC, length |  header | deflate data | CRC, length |  zeros |
**     next_member()  inflate_some()  read_trailer()                       read_padding()
**
** The deflate data are inflated behind the interface of inflate.h; everything around them is read
** here.
**
** When another library than zlib finds a member's data corrupt or cut off, or its checksum or length
** is wrong, read_again() goes back to where the data begin, and zlib inflates them.  What earlier
** calls have delivered is passed over, if it is the same, and what the present call has written is
** written again:
**
**     | delivered by earlier calls | written by this call, not delivered yet | the rest |
**       passed over, CRC compared    again, by zlib ---------------------------------->
**
** What cannot be read again, because it comes from another layer or through a pipe, is inflated by zlib
** at once.
**
** So zlib decides what is damage, how it is called and what comes before it, and a fault of the other
** library gives no wrong answer.  It costs time only where files are damaged.  What the other library
** reads to its end, with the right checksum and length, is taken, although zlib may find a fault in
** it: tables of codes that are not complete, which no writer makes.
**
** The input may end, or be damaged, at every byte.  Therefore each header byte is read with a
** check, and a file that ends within a member is told apart from one that is corrupt.
*/
#include "file/gzip.h"

#include <string.h>
#include <zlib.h>

#include "base/crc.h"

/* Flags of a member's header (RFC 1952, section 2.3.1). */
enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, RESERVED = 0xe0 };

enum err_code gzip_start(struct gzip *g, struct err *e) {
  if (!g->kind) g->kind = inflate_built_in();
  g->in_member = g->by_reference = 0;
  return g->state ? ERR_NONE : g->kind->start(&g->state, e);
}

void gzip_clear(struct gzip *g) {
  if (g->kind) g->kind->clear(&g->state);
  inflate_zlib.clear(&g->reference);
}

static enum err_code start(struct gzip *g, struct err *e) {
  return g->by_reference ? inflate_zlib.start(&g->reference, e) : g->kind->start(&g->state, e);
}

static enum inflate_result run(struct gzip *g) {
  return g->by_reference ? inflate_zlib.run(g->reference, &g->io) : g->kind->run(g->state, &g->io);
}

static const char *name_of(const struct gzip *g) { return g->name ? g->name : "the gzip data"; }

static int corrupt(const struct gzip *g, struct err *e, const char *what) {
  err_set(e, ERR_DAMAGED, 0, "%s is corrupt: %s", name_of(g), what);
  return -1;
}

static int cut_off(const struct gzip *g, struct err *e) {
  err_set(e, ERR_DAMAGED, 0, "%s is cut off", name_of(g));
  return -1;
}

/*
** Returns the next byte of a header and adds it to the CRC; -1 with *e set on an error or at the
** end.
*/
static int get_byte(struct gzip *g, struct input *in, struct err *e) {
  if (e->code || input_fill(in, 1, e)) return -1;
  if (!in->n) return cut_off(g, e);
  g->crc = (uint32_t)crc32(g->crc, in->p, 1);
  in->n--;
  return *in->p++;
}

/* Returns the next two bytes of a header as a number, or 0 with *e set. */
static unsigned get16(struct gzip *g, struct input *in, struct err *e) {
  int low = get_byte(g, in, e), high = get_byte(g, in, e);
  return high < 0 ? 0 : (unsigned)(low | high << 8);
}

/*
** Reads the header of a member (RFC 1952, section 2.3), whose first two bytes were checked by the
** caller.  Returns 0, or -1 with *e set.
*/
static int read_header(struct gzip *g, struct input *in, struct err *e) {
  int fixed[10];
  g->crc = 0;
  for (int i = 0; i < 10; i++) fixed[i] = get_byte(g, in, e);
  if (e->code) return -1;
  if (fixed[2] != 8) return corrupt(g, e, "unknown compression method");
  if (fixed[3] & RESERVED) return corrupt(g, e, "unknown header flags");
  if (fixed[3] & FEXTRA)
    for (unsigned n = get16(g, in, e); n && get_byte(g, in, e) >= 0;) n--;
  for (int flag = FNAME; flag <= FCOMMENT; flag *= 2) /* name and comment end with a zero byte */
    while ((fixed[3] & flag) && get_byte(g, in, e) > 0) continue;
  uint32_t crc = g->crc & 0xffff;
  if ((fixed[3] & FHCRC) && get16(g, in, e) != crc && !e->code) return corrupt(g, e, "wrong checksum of a header");
  return e->code ? -1 : 0;
}

/*
** Reads the trailer of a member and checks its CRC and its length.  Returns 0, or -1 with *e set.
*/
static int read_trailer(struct gzip *g, struct input *in, struct err *e) {
  uint32_t value[2] = {0, 0};
  if (input_fill(in, 8, e)) return -1;
  if (in->n < 8) return cut_off(g, e);
  for (int i = 7; i >= 0; i--) value[i / 4] = value[i / 4] << 8 | in->p[i];
  in->p += 8;
  in->n -= 8;
  if (value[0] != g->crc) return corrupt(g, e, "wrong checksum");
  return value[1] != (uint32_t)g->length ? corrupt(g, e, "wrong length") : 0;
}

/*
** Checks what follows the last member.  Zero bytes up to the end of the file are padding (0);
** anything else is an error (-1).
*/
static int read_padding(const struct gzip *g, struct input *in, struct err *e) {
  if (in->n == 1 && in->p[0] == 0x1f) return cut_off(g, e); /* the file ends after the first byte of a member */
  while (in->n) {
    for (size_t i = 0; i < in->n; i++)
      if (in->p[i]) {
        err_set(e, ERR_DAMAGED, 0, "%s is followed by something that is not gzip", name_of(g));
        return -1;
      }
    in->n = 0;
    if (input_fill(in, 1, e)) return -1;
  }
  return 0;
}

/* What of the member has been read so far will have been delivered when the call has found damage. */
static void note_delivered(struct gzip *g) {
  g->delivered.length = g->length;
  g->delivered.crc = g->crc;
  g->delivered.out = g->io.out;
}

/*
** Starts the next member and returns 1; returns 0 at the end of the file, and -1 with *e set when
** something else follows.
*/
static int next_member(struct gzip *g, struct input *in, struct err *e) {
  if (input_fill(in, 2, e)) return -1;
  if (in->n < 2 || in->p[0] != 0x1f || in->p[1] != 0x8b) return read_padding(g, in, e);
  if (read_header(g, in, e)) return -1;
  if (!input_can_seek(in)) g->by_reference = 1; /* it could not be read again */
  if (start(g, e)) return -1;
  g->in_member = 1;
  g->crc = 0;
  g->length = 0;
  g->data_at = input_tell(in);
  note_delivered(g);
  return 1;
}

/*
** Inflates once, after making sure that there is input.  Where that fails, bytes may still come of what
** was read before, for which there was no room; the error then comes in the next call.  Returns 0, or -1
** with *e set.
*/
static int inflate_some(struct gzip *g, struct input *in, struct err *e) {
  struct inflate_io *io = &g->io;
  struct err why;
  why.code = ERR_NONE;
  input_fill(in, 1, &why);
  unsigned char *out = io->out;
  io->in = in->p;
  io->n_in = in->n;
  enum inflate_result result = run(g);
  in->p = io->in;
  in->n = io->n_in;
  g->crc = crc_update(g->crc, out, (size_t)(io->out - out));
  g->length += (uint64_t)(io->out - out);
  switch (result) {
  case INFLATE_END: g->in_member = 0; return read_trailer(g, in, e);
  case INFLATE_NOMEM: return err_nomem(e), -1;
  case INFLATE_FAILED: return corrupt(g, e, io->why);
  case INFLATE_MORE: break;
  }
  if (why.code && io->out == out) return err_set(e, why.code, 0, "%s", why.text), -1;
  return in->at_eof && !in->n && io->n_out ? cut_off(g, e) : 0;
}

/* --- what zlib decides ------------------------------------------------------------------------ */

/* Inflates what has been delivered, n bytes, and compares it.  Returns 0, or -1 with *e set. */
static int pass_over(struct gzip *g, struct input *in, uint64_t n, struct err *e) {
  unsigned char dropped[8192];
  while (g->length < n) {
    uint64_t rest = n - g->length;
    g->io.out = dropped;
    g->io.n_out = rest < sizeof dropped ? (size_t)rest : sizeof dropped;
    if (inflate_some(g, in, e)) return -1;
    if (!g->in_member) break;
  }
  return g->length == n && g->crc == g->delivered.crc ? 0 : corrupt(g, e, "wrong checksum");
}

/*
** *e is the error of the member at hand.  If another library than zlib has inflated it, its data are
** read again: returns 1 when the call can go on, and 0 with *e set when it has failed again.
*/
static int read_again(struct gzip *g, struct input *in, struct err *e) {
  if (e->code != ERR_DAMAGED || g->by_reference || g->kind == &inflate_zlib) return 0;
  unsigned char *end = g->io.out + g->io.n_out;
  memset(e, 0, sizeof *e);
  g->by_reference = g->in_member = 1;
  g->crc = 0;
  g->length = 0;
  int failed = input_seek(in, g->data_at, e) || start(g, e) || pass_over(g, in, g->delivered.length, e);
  g->io.out = g->delivered.out;
  g->io.n_out = (size_t)(end - g->io.out);
  return !failed;
}

size_t gzip_read(struct gzip *g, struct input *in, char *p, size_t n, struct err *e) {
  g->io.out = (unsigned char *)p;
  g->io.n_out = n;
  note_delivered(g);
  while (g->io.n_out) {
    if (!g->in_member && next_member(g, in, e) <= 0) break;
    if (inflate_some(g, in, e) && !read_again(g, in, e)) break;
  }
  return n - g->io.n_out;
}
