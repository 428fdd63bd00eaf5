-- Reads JSON files into temp.json_item, a row for each element of an array in them, or stops with
-- a message.  The scripts load-....sql that read such files begin with it, before their
-- transaction, so that an error leaves none open.
--
--   @json_key      the array that each file must have
--   @load_table, @load_from, @load_wanted, @load_sample
--                  see load-begin.sql, which this script reads
--
-- v is the element, tags a JSON object of its tags, and account_id its owner.  An element with
-- Instances, as a reservation is one, stands for these.  char(65279) is a byte order mark.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @subnets \"'subnets.json'\"" :memory: \
--           '.read sql/inventory/read-json.sql'
.read sql/inventory/load-begin.sql
DROP TABLE IF EXISTS temp.json_file;
CREATE TEMP TABLE json_file AS
  SELECT *, CASE
      WHEN content IS NULL THEN 'there is no such file, or it can''t be read'
      WHEN NOT json_valid(content) THEN 'is no JSON in UTF-8'
      WHEN json_type(content, '$.' || @json_key) IS NOT 'array'
        THEN 'has no array ' || @json_key || ': it is not ' || @load_wanted
      WHEN content ->> 'NextToken' IS NOT NULL
        THEN 'has a NextToken, so it is not all; load all pages, without --max-items'
    END AS problem
    FROM (SELECT value AS file, ltrim(CAST(readfile(value) AS TEXT), char(65279)) AS content
            FROM json_each(iif(json_valid(@load_files), @load_files, json_array(@load_files)))
           WHERE @load_files IS NOT NULL);
SELECT printable(file) AS file, printable(problem) AS problem FROM json_file WHERE problem <> '';
SELECT 1 WHERE NOT flowlogs_require(NOT EXISTS (SELECT 1 FROM json_file WHERE problem IS NOT NULL),
  'flowlogs: nothing was loaded, for the problem above');
DROP TABLE IF EXISTS temp.json_item;
CREATE TEMP TABLE json_item AS
  SELECT i.value AS v, e.value ->> 'OwnerId' AS account_id, (
           SELECT json_group_object(value ->> 'Key', value ->> 'Value')
             FROM json_each(coalesce(i.value -> 'Tags', i.value -> 'TagSet', '[]'))) AS tags
    FROM json_file, json_each(content, '$.' || @json_key) e,
         json_each(ifnull(e.value -> 'Instances', '[' || e.value || ']')) i;
SELECT 1 WHERE NOT flowlogs_require(EXISTS (SELECT 1 FROM json_item) OR @load_files IS NULL AND (
  @load_optional OR EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = @load_table)), @empty);
