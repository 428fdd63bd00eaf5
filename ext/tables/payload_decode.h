/* SPDX-License-Identifier: MIT */
/*
** From what a stream hands over to lines: the argument of flowlogs_payload.  It takes, told apart by their bytes,
**
**     {"awslogs":{"data":"BASE64"}}                    what a subscription gives a Lambda function
**     {"Records":[{"kinesis":{"data":"BASE64"}}, …]}   the same through Kinesis; {"Records":[{"Data":…}]} of its API
**     {"records":[{"data":"BASE64"}, …]}               through Firehose, for a function that transforms
**     {"messageType":"DATA_MESSAGE","logEvents":[{"message":"2 …"}, …], …}   what is in the BASE64, behind gzip
**     {"events":[{"message":"2 …"}, …]}                get-log-events and filter-log-events
**     {"message":"2 …"}                                flow logs that go straight to Firehose
**     2 123456789010 eni-…                             lines
**
** and any of these in gzip (members one behind the other), in base64, or both; JSON values one behind the other, in an
** array, or as JSON strings.  What is in BASE64 may be all but one more event with BASE64.  SQLite's JSON functions
** read the JSON.
**
** Lines of a log stream are named GROUP:STREAM, all others PAYLOAD_DECODE_NAME.  A message that is no single line is a problem.
** A CONTROL_MESSAGE gives no lines.
**
** payload_decoder_new() for a cursor, payload_decode() for each value, payload_decoder_free().  By the thread that owns the connection.
*/
#ifndef TABLES_PAYLOAD_DECODE_H
#define TABLES_PAYLOAD_DECODE_H

#include "sqlite/interrupt.h"
#include "file/payload.h"
#include "scan/reader.h"
#include "sqlite/sqlite.h"

#define PAYLOAD_DECODE_NAME "payload"

/* What can be given, for messages. */
#define PAYLOAD_DECODE_TAKES                                                                                           \
  "flowlogs_payload takes the event of a Lambda function, Kinesis or Firehose, its base64 data, gzip, CloudWatch's "   \
  "JSON, or lines"

/* The same for what seems to be a path. */
#define PAYLOAD_DECODE_TAKES_PATH                                                                                      \
  PAYLOAD_DECODE_TAKES "; to read a file, write flowlogs(path), or flowlogs_payload(readfile(path))"

/* Keeps statements and buffers from value to value.  NULL: no memory.  The interrupt must outlive it. */
struct payload_decoder *payload_decoder_new(struct interrupt *interrupt);
void payload_decoder_free(struct payload_decoder *u); /* NULL is fine */

/*
** Adds the lines in n bytes at p to the payload.  With POLICY_SKIP, what can't be used is left out; otherwise it is an
** error.  SQLite codes, with the message in *pzErr.
*/
int payload_decode(struct payload_decoder *u, const char *p, size_t n, enum policy policy, struct payload *payload,
                   char **pzErr);

#endif
