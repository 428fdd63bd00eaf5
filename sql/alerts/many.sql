-- What did a source do to its targets?  Rules about targets end with this script, which makes
-- alerts of temp.tried (see parts.sql).  A source with more targets than @many has one alert for
-- all of them; those of earlier runs that have alerts count, too.
--
--   @many   as many targets as this have an alert each

INSERT INTO found
WITH counted AS (
  SELECT t.*, first_value(t.target) OVER (of_source ORDER BY first_seen, t.target) AS first,
         sum(k.n IS NULL) OVER of_source + (SELECT total(n) FROM known
            WHERE (rule, source) = (t.rule, t.source)) > @many AS many
    FROM tried t
    LEFT JOIN known k ON (k.rule, k.source, k.target) = (t.rule, t.source, t.target)
   WHERE t.rule NOT IN (SELECT ifnull(x.rule, t.rule) FROM trusted x WHERE cidr_match(trust, cidr))
  WINDOW of_source AS (PARTITION BY t.rule, t.source))
SELECT rule, source || ' -> ' || iif(many, 'many', target) AS key,
       iif(many, severity_many, severity), technique,
       source || ' ' || did || ' ' || iif(NOT many, target,
         'more than ' || @many || ' ' || things || ', one of them ' || first)
       || iif(count(bytes), ', ' || CAST(total(bytes) AS INTEGER) || ' bytes', ''),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM counted GROUP BY rule, key;
DELETE FROM tried;
