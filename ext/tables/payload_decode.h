/* SPDX-License-Identifier: MIT */
/*
** Decodes what a stream delivers, the argument of flowlogs_payload, to lines.  It may be any container
** (container/container.h) or lines, in gzip (also in several members), in base64, or both:
**
**     {"awslogs":{"data":"BASE64"}}                    what a subscription gives a Lambda function
**     {"Records":[{"kinesis":{"data":"BASE64"}}, …]}   the same through Kinesis
**     {"records":[{"data":"BASE64"}, …]}               through Firehose, for a function that transforms
**     {"messageType":"DATA_MESSAGE","logEvents":[{"message":"2 …"}, …], …}   what is in the BASE64, behind gzip
**     {"message":"2 …"}                                flow logs that go straight to Firehose
**     2 123456789010 eni-…                             lines
**
** The lines of a log stream get the name GROUP:STREAM, all others PAYLOAD_DECODE_NAME.
**
** Call payload_decoder_new() for a cursor, payload_decode() for each value, and
** payload_decoder_free() at the end, by the thread that owns the connection.
*/
#ifndef TABLES_PAYLOAD_DECODE_H
#define TABLES_PAYLOAD_DECODE_H

#include "sqlite/interrupt.h"
#include "file/payload.h"
#include "scan/reader.h"
#include "sqlite/sqlite.h"

#define PAYLOAD_DECODE_NAME "payload"

/* The forms that are accepted, for messages. */
#define PAYLOAD_DECODE_TAKES                                                                                           \
  "flowlogs_payload takes the event of a Lambda function, Kinesis or Firehose, its base64 data, gzip, CloudWatch's "   \
  "JSON and CSV, or lines"

/* The same for a value that seems to be a path. */
#define PAYLOAD_DECODE_TAKES_PATH                                                                                      \
  PAYLOAD_DECODE_TAKES "; to read a file, write flowlogs(path), or flowlogs_payload(readfile(path))"

/*
** A decoder keeps its buffers from value to value.  NULL: no memory.  The
** interrupt must outlive it.
*/
struct payload_decoder *payload_decoder_new(struct interrupt *interrupt);
void payload_decoder_free(struct payload_decoder *u); /* NULL is fine */

/*
** Adds the lines in the n bytes at p to the payload.  With POLICY_SKIP, what cannot be used is
** left out; otherwise it is an error.  Returns an SQLite code, with the message in *pzErr.
*/
int payload_decode(struct payload_decoder *u, const char *p, size_t n, enum policy policy, struct payload *payload,
                   char **pzErr);

#endif
