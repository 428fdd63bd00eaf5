-- What makes what was found less than it seems: no traffic, networks that are not named, lost
-- records. draw-first.sql reads this script, which prints nothing.
INSERT INTO report_html
SELECT '<p><b>No traffic.</b> None of these records is about a connection, so nothing can '
       || 'be found in them.</p>' WHERE NOT EXISTS (SELECT 1 FROM report_pairs);
INSERT INTO report_html
SELECT '<p><b>Whose networks?</b> Of ' || printf('%,d', n) || ' connections, '
       || printf('%,d', external) || ' are between addresses of which none is in your networks. '
       || 'What is said here leaves them out. Most of them have an end in ' || (
         SELECT net FROM (
           SELECT ip_prefix(client, iif(ip_family(client) = 4, 16, 56)) AS net, n
             FROM report_pairs WHERE direction = 'external' UNION ALL
           SELECT ip_prefix(server, iif(ip_family(server) = 4, 16, 56)), n FROM report_pairs
            WHERE direction = 'external' AND client <> server)
          GROUP BY net ORDER BY sum(n) DESC, net LIMIT 1)
       || '. If that is yours, put it into the table inside of your database, or into @inside, a '
       || 'JSON array.</p>'
  FROM (SELECT sum(n) AS n, total(iif(direction = 'external', n, 0)) AS external FROM report_pairs)
 WHERE external > n / 2;
INSERT INTO report_html
SELECT '<p><b>Records were lost</b> (SKIPDATA) at ' || printf('%,d', count(*))
       || iif(count(*) = 1, ' interface', ' interfaces') || ', ' || printf('%,d', sum(skipdata))
       || iif(sum(skipdata) = 1, ' time', ' times') || ': more may have happened than is here.</p>'
  FROM report_lost HAVING count(*) > 0;
