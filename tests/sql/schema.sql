-- The declared columns. The first 14 are shown, and the arguments come first among the hidden ones. Names with '-' are
-- traps, behind the columns.
SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_xinfo('flowlogs') WHERE hidden = 0;
SELECT group_concat(name, ' ') FROM pragma_table_xinfo('flowlogs') WHERE hidden = 1 AND name NOT LIKE '%-%';
SELECT group_concat(name || ' ' || type || iif(hidden, ' hidden', ''), ', ') FROM pragma_table_xinfo('flowlogs_files') WHERE name NOT LIKE '%-%';
SELECT group_concat(name || ' ' || type || iif(hidden, ' hidden', ''), ', ') FROM pragma_table_xinfo('flowlogs_errors') WHERE name NOT LIKE '%-%';
SELECT count(*) FILTER (WHERE name NOT LIKE '%-%'), count(*) FILTER (WHERE name LIKE '%-%'), min(hidden) FILTER (WHERE name LIKE '%-%'),
       max(cid) FILTER (WHERE name NOT LIKE '%-%') < min(cid) FILTER (WHERE name LIKE '%-%')
  FROM pragma_table_xinfo('flowlogs');
SELECT flowlogs_version() GLOB '[0-9]*.[0-9]*.[0-9]*';
