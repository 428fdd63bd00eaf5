/* SPDX-License-Identifier: MIT */
/*
** SQLite's interface for a loadable extension: the one place that includes it.  Only the upper layer, the modules that
** the Makefile names UPPER, includes this header; the lower layer's objects have no sqlite3_ symbol.
*/
#ifndef SQLITE_SQLITE_H
#define SQLITE_SQLITE_H

#include <stddef.h>

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3

#endif
