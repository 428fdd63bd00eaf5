-- Which ports are open to the outside, and who has sessions there?  Rules about what comes in end
-- with this script, which makes alerts of temp.came (see parts.sql).  An open port is one alert of
-- medium severity, and each source with a session one of high severity, unless more than @many
-- have one.
--
--   @many   as many sources with sessions have an alert each

INSERT INTO found
WITH told AS (
  SELECT *, session AND sum(session) OVER (PARTITION BY rule, target) <= @many AS alone
    FROM came c
   WHERE rule NOT IN (
           SELECT ifnull(t.rule, c.rule) FROM trusted t WHERE cidr_match(client, cidr))),
keyed AS (
  SELECT *, iif(alone, client, 'outside') || ' -> ' || target AS key,
         first_value(client) OVER (
           PARTITION BY rule, target, alone ORDER BY first_seen, client) AS first FROM told)
SELECT rule, key, iif(max(session), 'high', 'medium'), technique, iif(alone,
         client || ': session with ' || target || ', '
         || CAST(total(bytes) AS INTEGER) || ' bytes',
         target || ' (' || coalesce(service, 'unnamed') || ') is open to the outside: '
         || first || ' came'),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM keyed GROUP BY rule, key;
DELETE FROM came;
