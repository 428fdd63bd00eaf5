-- The declared columns. The first 14 are shown, and the arguments come first among the hidden ones.
SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_xinfo('flowlogs') WHERE hidden = 0;
SELECT group_concat(name, ' ') FROM pragma_table_xinfo('flowlogs') WHERE hidden = 1;
SELECT group_concat(name || ' ' || type || iif(hidden, ' hidden', ''), ', ') FROM pragma_table_xinfo('flowlogs_files');
SELECT group_concat(name || ' ' || type || iif(hidden, ' hidden', ''), ', ') FROM pragma_table_xinfo('flowlogs_errors');
SELECT count(*) FROM pragma_table_xinfo('flowlogs');
SELECT flowlogs_version() GLOB '[0-9]*.[0-9]*.[0-9]*';
