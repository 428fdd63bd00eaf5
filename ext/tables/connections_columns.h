/* SPDX-License-Identifier: MIT */
/*
** The columns of flowlogs_connections: what they show of the connection at hand, and which of them
** a query uses.
*/
#ifndef TABLES_CONNECTIONS_COLUMNS_H
#define TABLES_CONNECTIONS_COLUMNS_H

#include "connection/connection_scan.h"
#include "functions/inside.h"
#include "functions/port_list.h"
#include "tables/query.h"

struct connections_cursor {
  struct query query;       /* the options in force, the conditions, and the files */
  struct predicate records; /* conditions on records */
  struct predicate wanted;  /* conditions on the ends */
  struct prefix_table *inside;
  struct port_set *servers;
  int is_open;                    /* scan is open */
  const struct connection *found; /* this row; NULL at the end */
  struct flow_key key;            /* its key, and who the client is: */
  struct role role;
  uint64_t sent[2][2]; /* the packets and the bytes that A and B sent, if they have been summed for this row */
  int has_sent;
  struct connection_scan scan;
};

enum end { END_CLIENT, END_SERVER };

/* What the columns show besides the ends. */
enum shown {
  SHOWN_FIRST_SEEN,
  SHOWN_LAST_SEEN,
  SHOWN_SECONDS,
  SHOWN_CLIENT_PACKETS,
  SHOWN_CLIENT_BYTES,
  SHOWN_SERVER_PACKETS,
  SHOWN_SERVER_BYTES,
  SHOWN_RECORDS,
  SHOWN_ACCEPTED,
  SHOWN_REJECTED,
  SHOWN_STATE,
  SHOWN_ROLE_FROM,
  SHOWN_DIRECTION,
  SHOWN_POINTS,
  SHOWN_IS_NAT_LEG,
};

/* Does the query use the column that shows this? */
int connections_columns_use(const struct query *q, enum shown shown);

/*
** Does it use a column about the interface of an end?  Sets used[f] for each field of the records
** that these columns need; used may be NULL.
*/
int connections_columns_use_traits(const struct query *q, uint8_t used[FIELD_COUNT]);

#endif
