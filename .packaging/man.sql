-- SPDX-License-Identifier: MIT
-- Prints the manual page flowlogs(7) from flowlogs_help, in the macros of man(7):
--
--   sqlite3 -batch -init /dev/null -cmd '.load build/flowlogs' -cmd '.parameter init'
--     -cmd '.parameter set @epoch 1798000000' -cmd ".parameter set @prefix \"'/usr/local'\""
--     -cmd ".parameter set @libdir \"'/usr/local/lib'\"" :memory: <.packaging/man.sql
--
-- @epoch is the time of the page's date. What describes a table, a column, an option or a function
-- comes from flowlogs_help, and so from the tables of the extension; the sentences around it are here.
.mode list
.headers off

CREATE TEMP TABLE help AS SELECT rowid AS id, * FROM flowlogs_help;

-- The texts as man(7) needs them. Backquotes stand around names, so each second part between them is
-- bold. What troff would take for something else is escaped: a backslash, and the characters that it
-- prints as typographic ones.
CREATE TEMP TABLE escaped(raw TEXT PRIMARY KEY, roff TEXT);
INSERT INTO escaped(raw)
  SELECT description FROM help UNION SELECT arguments FROM help WHERE arguments IS NOT NULL
  UNION SELECT example FROM help WHERE example IS NOT NULL
  UNION VALUES (@prefix || '/share/flowlogs/sql'), (@libdir || '/flowlogs');
UPDATE escaped SET roff = replace(replace(replace(replace(replace(replace(
    raw, '\', '\e'), '-', '\-'), '''', '\(aq'), '^', '\(ha'), '~', '\(ti'), '.  ', '. ');
UPDATE escaped SET roff = (
  SELECT group_concat(CASE WHEN key % 2 THEN '\fB' || value || '\fR' ELSE value END, '')
    FROM (SELECT key, value FROM json_each('["' || replace(substr(json_quote(roff), 2, length(json_quote(roff)) - 2), '`', '","') || '"]')
           ORDER BY key))
 WHERE raw LIKE '%`%`%';
UPDATE escaped SET roff = '\&' || roff WHERE substr(roff, 1, 1) = '.';

-- A column that another table has, too, is described with the first of them, unless it means
-- something else there. A field of AWS is a column of flowlogs.
CREATE TEMP TABLE told AS
  SELECT c.id, c.arguments AS of_table, c.name, c.type, c.description, c.example,
         (SELECT f.arguments FROM help f
           WHERE f.kind = 'column' AND f.id < c.id AND f.name = c.name AND f.description = c.description LIMIT 1) AS as_in
    FROM help c WHERE c.kind = 'column';

SELECT '.\" Generated from flowlogs_help by .packaging/man.sql.
.TH FLOWLOGS 7 "' || date(@epoch, 'unixepoch') || '" "flowlogs ' || flowlogs_version() || '" "Extensions of SQLite"
.SH NAME
flowlogs \- AWS VPC flow log files as SQL tables in SQLite
.SH SYNOPSIS
.nf
\fB.load flowlogs\fR
\fBSELECT\fR \fIcolumns\fR \fBFROM flowlogs(\(aq\fR\fIpath\fR\fB\(aq) WHERE\fR \fIconditions\fR\fB;\fR
.fi
.SH DESCRIPTION
flowlogs is an extension for SQLite that makes AWS VPC flow log files a table that can be queried with SQL. It reads the files where they are: there is no import, no server, and no call
to a cloud.
.PP
In the
.BR sqlite3 (1)
shell, \fB.load flowlogs\fR loads the extension; where the dynamic linker does not find it, the command
is \fB.load ' || (SELECT roff FROM escaped WHERE raw = @libdir || '/flowlogs') || '\fR. A line with this
command in \fI\(ti/.sqliterc\fR loads it in each session. Other programs load it with the function of
their library that loads extensions.
.PP
A \fIpath\fR is ' || (SELECT e.roff FROM help JOIN escaped e ON e.raw = arguments WHERE kind = 'option' AND name = 'path') || '.
The content of a file decides how it is read. Everything that could make a result incomplete
ends the query with the file, the line and what to write; with \fBon_error = \(aqskip\(aq\fR the query
gives what can be read, and \fBflowlogs_errors\fR lists the rest.
.PP
This page is also a table: \fBSELECT * FROM flowlogs_help\fR.
.SH TABLES';

SELECT '.SS ' || name || coalesce('(' || arguments || ')', '') || char(10) || d.roff || '
.PP
.nf
.RS 4
' || e.roff || '
.RE
.fi' || coalesce((
    SELECT char(10) || '.PP' || char(10) || 'Columns:' || char(10) || group_concat(
             '.TP 4' || char(10) || '\fB' || t.name || '\fR' || coalesce(' (' || t.type || ')', '') || char(10) || cd.roff, char(10))
      FROM (SELECT * FROM told ORDER BY id) t JOIN escaped cd ON cd.raw = t.description
     WHERE t.of_table = help.name AND as_in IS NULL), '')
  || coalesce((
    SELECT group_concat(char(10) || '.PP' || char(10) || 'The same columns as in \fB' || as_in || '\fR: ' || names || '.', '')
      FROM (SELECT as_in, group_concat(name, ', ') AS names FROM (SELECT * FROM told ORDER BY id)
             WHERE of_table = help.name AND as_in IS NOT NULL GROUP BY as_in ORDER BY min(id))), '')
  FROM help JOIN escaped d ON d.raw = description LEFT JOIN escaped e ON e.raw = example
 WHERE kind = 'table' ORDER BY id;

SELECT '.SH OPTIONS
An option is a hidden column, given in the WHERE clause, or an argument of CREATE VIRTUAL TABLE.';
SELECT '.TP 4' || char(10) || '\fB' || name || '\fR: ' || a.roff || char(10) || d.roff || '
.RS 4
.PP
.nf
' || e.roff || '
.fi
.RE'
  FROM help JOIN escaped a ON a.raw = arguments JOIN escaped d ON d.raw = description JOIN escaped e ON e.raw = example
 WHERE kind = 'option' ORDER BY id;

SELECT '.SH FUNCTIONS';
SELECT '.TP 4' || char(10) || '\fB' || name || '\fR(' || coalesce(a.roff, '') || ')' || coalesce(' (' || type || ')', '')
       || char(10) || d.roff || '
.RS 4
.PP
.nf
' || e.roff || '
.fi
.RE'
  FROM help LEFT JOIN escaped a ON a.raw = arguments JOIN escaped d ON d.raw = description JOIN escaped e ON e.raw = example
 WHERE kind = 'function' ORDER BY id;

SELECT '.SH ENVIRONMENT
.TP 4
\fBFLOWLOGS_ROOT\fR
The one folder that queries may read. It is for programs that run SQL of other people.
.TP 4
\fBFLOWLOGS_PROGRESS\fR
The default of the option \fBprogress\fR: \fBauto\fR, \fBon\fR or \fBoff\fR.
.SH FILES
.TP 4
\fI' || s.roff || '\fR
Scripts for the
.BR sqlite3 (1)
shell, which \fB.read\fR runs in any folder: \fIinvestigate\fR answers questions, \fIreport\fR prints a
page with pictures, \fIalerts\fR finds what is new and suspicious, \fIinventory\fR joins the logs with lists
of your own, and \fIexport\fR copies the records
elsewhere. The comment at the head of a script describes its parameters.
.SH EXAMPLES
Who was refused, and on which port?
.PP
.nf
.RS 4
SELECT srcaddr, dstport, count(*) AS refused
  FROM flowlogs(\(aqAWSLogs\(aq) WHERE action = \(aqREJECT\(aq
 GROUP BY srcaddr, dstport ORDER BY refused DESC LIMIT 5;
.RE
.fi
.PP
The same from a script:
.PP
.nf
.RS 4
sqlite3 \-cmd \(aq.load flowlogs\(aq \-cmd \(aq.parameter init\(aq \-cmd ".parameter set @logs \e"\(aqAWSLogs\(aq\e"" \e
  :memory: \(aq.read ' || s.roff || '/investigate/rejects.sql\(aq
.RE
.fi
.SH SEE ALSO
.BR sqlite3 (1)'
  FROM escaped s WHERE s.raw = @prefix || '/share/flowlogs/sql';
