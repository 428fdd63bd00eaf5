/* SPDX-License-Identifier: MIT */
/*
** Calls of the system and of the allocator that fail on purpose.
**
** faulty_calls.c defines open(), read(), stat() and others.  Whether it is linked into a program
** (with -rdynamic) or preloaded as a library, its functions are found before those of the C
** library, which they call.  Only calls on files below one folder are counted, so that the host's
** own files are left alone.
**
** One failure is planned at a time: call number `at` of a kind fails, or that one and all after
** it.  Any thread may make calls.  A plan may be made only while no other thread runs.
*/
#ifndef FAULTY_CALLS_H
#define FAULTY_CALLS_H

enum faulty_call {
  FAULTY_NONE,
  FAULTY_ALLOC, /* SQLite's allocator, if it is wrapped with faulty_alloc() */
  FAULTY_OPEN,
  FAULTY_READ, /* pread(), too */
  FAULTY_FSTAT,
  FAULTY_STAT, /* fstatat(), too */
  FAULTY_LSTAT,
  FAULTY_FDOPENDIR,
  FAULTY_READDIR,
  FAULTY_REALPATH,
  FAULTY_THREAD,    /* pthread_create(), of whatever thread */
  FAULTY_CONDITION, /* pthread_cond_init() */
  FAULTY_CALLS
};

/* In the place of errno: read() returns one byte, and pread() does. */
#define FAULTY_SHORT (-1)

struct faulty_plan {
  enum faulty_call call; /* FAULTY_NONE: nothing fails */
  int error;             /* errno, or FAULTY_SHORT */
  long at;               /* the first call that fails: 1, 2, ... */
  int forever;           /* all later calls fail, too */
};

/* The names of the calls, as "open". */
extern const char *const faulty_names[FAULTY_CALLS];

/*
** Only files below this folder, and the folder itself, are counted, whether a call names them as
** below `folder` or below its absolute path.  The text is not copied.
*/
void faulty_below(const char *folder);

/* Replaces the plan, and counts from 0 again.  NULL: nothing fails. */
void faulty_arm(const struct faulty_plan *plan);

/* Has a call failed since faulty_arm()?  *path is the file of the last one, or "". */
int faulty_hit(const char **path);

/* Shall this allocation fail?  Counts it. */
int faulty_alloc(void);

/* How many calls of a kind there were since faulty_arm(). */
long faulty_count(enum faulty_call call);

/* The descriptors below the folder that are open. */
int faulty_open_files(void);

#endif
