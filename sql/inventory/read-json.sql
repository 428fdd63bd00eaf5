-- Reads JSON files into temp.json_file, or stops with a message.  The scripts load-....sql that
-- read what the AWS CLI prints begin with it, before their transaction, so that an error leaves
-- none open.
--
--   @json_files   a file, or several as a JSON array of paths; NULL stands for none
--   @json_key     the array that each file must have
--   @json_from    what makes such files, for the message
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @json_files \"'subnets.json'\"" :memory: '.read sql/inventory/read-json.sql'
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@json_key', 'Subnets'),
  ('@json_files', 'tests/data/inventory/subnets-us-east-1.json'),
  ('@json_from', 'aws ec2 describe-subnets');
-- 65279 is a byte order mark.
DROP TABLE IF EXISTS temp.json_file; CREATE TEMP TABLE json_file AS
SELECT value AS file, ltrim(CAST(readfile(value) AS TEXT), char(65279)) AS content
  FROM json_each(iif(json_valid(@json_files), @json_files, json_array(@json_files)))
 WHERE @json_files IS NOT NULL;
DROP TABLE IF EXISTS temp.json_problem; CREATE TEMP TABLE json_problem AS
SELECT file, CASE WHEN content IS NULL THEN 'there is no such file, or it can''t be read'
    WHEN NOT json_valid(content) THEN 'is no JSON in UTF-8'
    WHEN json_type(content, '$.' || @json_key) IS NOT 'array'
      THEN 'has no array ' || @json_key || ': it is not ' || @json_from || '''s'
    WHEN content ->> 'NextToken' IS NOT NULL THEN 'has a NextToken, so it is not all; run '
      || @json_from || ' without --no-paginate and --max-items' END AS problem FROM json_file;
SELECT printable(file) AS file, printable(problem) AS problem
  FROM json_problem WHERE problem IS NOT NULL;
SELECT 1 WHERE NOT flowlogs_require(
  NOT EXISTS (SELECT 1 FROM json_problem WHERE problem IS NOT NULL),
  'flowlogs: nothing was loaded, for the problem above');
