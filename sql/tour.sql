-- A tour: what a folder of flow logs answers at once.  Run it from the top of the tree, or with your own path in the
-- place of tests/data/AWSLogs:
--
--     sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' :memory: '.read sql/tour.sql'

-- The newest records
SELECT start_time, srcaddr, dstaddr, dstport, bytes, action
  FROM flowlogs('tests/data/AWSLogs') WHERE log_status = 'OK' ORDER BY start DESC, srcaddr LIMIT 5;

-- Who sends most
SELECT srcaddr, count(*) AS flows, sum(bytes) AS bytes
  FROM flowlogs('tests/data/AWSLogs') GROUP BY srcaddr ORDER BY bytes DESC LIMIT 5;

-- Rejected inside our own network
SELECT srcaddr, dstaddr, dstport, count(*) AS rejected
  FROM flowlogs('tests/data/AWSLogs')
 WHERE action = 'REJECT' AND srcaddr LIKE '10.%' AND dstaddr LIKE '10.%'
 GROUP BY srcaddr, dstaddr, dstport ORDER BY rejected DESC LIMIT 5;

-- Who knocks on many ports
SELECT srcaddr, count(DISTINCT dstport) AS ports, min(start_time) AS since
  FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT'
 GROUP BY srcaddr HAVING ports >= 20;

-- What lies there, and is it all there
SELECT account_id, region, count(*) AS files, sum(rows) AS records, sum(errors) AS errors,
       datetime(min(min_start), 'unixepoch') AS from_time, datetime(max(max_end), 'unixepoch') AS to_time
  FROM flowlogs_files('tests/data/AWSLogs') GROUP BY account_id, region;
