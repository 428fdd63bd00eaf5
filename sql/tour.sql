-- A tour of what a folder of flow logs can answer. Run it from the top of the tree, or write your
-- own folder in the place of tests/data/AWSLogs:
--
--     sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' :memory: '.read sql/tour.sql'

-- Who was refused, and on which port?
SELECT srcaddr, dstport, count(*) AS refused, max(start_time) AS last
  FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT'
 GROUP BY srcaddr, dstport ORDER BY refused DESC LIMIT 5;

-- Who was refused inside our own network?
SELECT srcaddr, dstaddr, dstport, count(*) AS refused
  FROM flowlogs('tests/data/AWSLogs')
 WHERE action = 'REJECT' AND srcaddr LIKE '10.%' AND dstaddr LIKE '10.%'
 GROUP BY srcaddr, dstaddr, dstport ORDER BY refused DESC LIMIT 5;

-- Who tries many ports?
SELECT srcaddr, count(DISTINCT dstport) AS ports, min(start_time) AS since
  FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT'
 GROUP BY srcaddr HAVING ports >= 20;

-- Who talks most, and how much does each end send?
SELECT client, server, count(*) AS connections,
       sum(client_bytes) AS sent, sum(server_bytes) AS received
  FROM flowlogs_connections('tests/data/AWSLogs') WHERE NOT is_nat_leg
 GROUP BY client, server
 ORDER BY sum(client_bytes + server_bytes) DESC, client, server LIMIT 5;

-- Which files are there, and could all of them be read?
SELECT region, count(*) AS files, sum(rows) AS records, sum(errors) AS errors,
       date(min(min_start), 'unixepoch') AS first_day,
       date(max(max_end), 'unixepoch') AS last_day
  FROM flowlogs_files('tests/data/AWSLogs') GROUP BY region;
