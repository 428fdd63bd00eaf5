-- No view or trigger that is stored in a database may read files. The user's TEMP views may.
CREATE VIEW spy AS SELECT * FROM flowlogs('tests/data/edge/crlf.log');
SELECT count(*) FROM spy;
CREATE VIEW list AS SELECT * FROM flowlogs_files('tests/data/edge');
SELECT count(*) FROM list;
CREATE VIEW wrong AS SELECT * FROM flowlogs_errors('tests/data/edge');
SELECT count(*) FROM wrong;
CREATE TEMP VIEW mine AS SELECT * FROM flowlogs('tests/data/edge/crlf.log');
SELECT count(*) FROM mine;
CREATE TABLE log(n);
CREATE TRIGGER sneak AFTER INSERT ON log BEGIN INSERT INTO log SELECT count(*) FROM flowlogs('tests/data/edge/crlf.log'); END;
INSERT INTO log VALUES (1);
-- The pure functions may be used anywhere.
CREATE VIEW version AS SELECT flowlogs_version() IS NOT NULL AS ok;
SELECT ok FROM version;
-- The tables cannot be written to.
INSERT INTO flowlogs(srcaddr) VALUES ('10.0.0.1');
DELETE FROM flowlogs WHERE path = 'tests/data/edge/crlf.log';
