-- The contents of the sample on which tests and examples rely.
.mode list
.separator " | "
SELECT version, count(DISTINCT file) AS files, count(*) FROM flowlogs('tests/data/AWSLogs') GROUP BY version;
SELECT log_status, count(*) FROM flowlogs('tests/data/AWSLogs') GROUP BY log_status;
SELECT type, count(*) FROM flowlogs('tests/data/AWSLogs') GROUP BY type;
SELECT 'transit gateway', count(*) FROM flowlogs('tests/data/AWSLogs') WHERE tgw_id IS NOT NULL;
SELECT 'through NAT', count(*) FROM flowlogs('tests/data/AWSLogs') WHERE pkt_dstaddr <> dstaddr OR pkt_srcaddr <> srcaddr;
SELECT 'ECS', count(*) FROM flowlogs('tests/data/AWSLogs') WHERE ecs_task_id IS NOT NULL;
SELECT 'public access blocked', count(*) FROM flowlogs('tests/data/AWSLogs') WHERE reject_reason = 'BPA';
SELECT 'unknown fields', count(*) FROM flowlogs('tests/data/AWSLogs') WHERE extra IS NOT NULL;
SELECT kind, count(*) FROM flowlogs_files('tests/data/AWSLogs') GROUP BY kind;
