-- The functions of addresses and codes.
.mode quote
.headers on
.nullvalue NULL
WITH a(ip) AS (VALUES ('10.0.0.5'), ('::ffff:10.0.0.5'), ('8.8.8.8'), ('100.64.0.1'), ('127.0.0.1'), ('169.254.169.254'),
    ('224.0.0.251'), ('255.255.255.255'), ('0.0.0.0'), ('203.0.113.66'), ('198.18.0.1'), ('240.0.0.1'), ('::1'), ('FD00:0::1'), ('fe80::1'), ('FF02::FB'),
    ('2600:1f18:0:0:0:0:0:1'), ('2001:db8::1'), ('64:ff9b::10.0.0.5'), ('64:ff9b:1::1'), ('2002:a00:5::1'), ('5f00::'), ('-'), (NULL))
SELECT ip, ip_family(ip), ip_scope(ip), ip_is_private(ip), ip_text(ip), hex(ip_blob(ip)) FROM a;
SELECT ip_prefix('10.1.2.3', 8), ip_prefix('10.1.2.3', 0), ip_prefix('10.1.2.3', 32), ip_prefix('::ffff:10.1.2.3', 12),
       ip_prefix('2001:db8:1:2:3::', 64), ip_prefix('2001:db8::', 0), ip_prefix('no', 8);
SELECT ip_text(x'0a000005'), ip_text(x'00000000000000000000ffff0a000005'), ip_text(x'20010db8000000000000000000000001'),
       ip_text(x'0a0000'), ip_text(ip_blob('2001:DB8:0:0:1::'));
SELECT protocol_name(6), protocol_name('17'), protocol_name(58.0), protocol_name(61), protocol_name(200), protocol_name('tcp'), protocol_name(6.5);
SELECT port_name(22), port_name(443), port_name(514), port_name(514, 6), port_name(514, 17), port_name(6007), port_name(65535), port_name(NULL);
SELECT tcp_flags(2), tcp_flags(18), tcp_flags(19), tcp_flags(0), tcp_flags(255), tcp_flags(256), tcp_flags(NULL);
WITH RECURSIVE n(code) AS (SELECT 0 UNION ALL SELECT code + 1 FROM n WHERE code < 9) SELECT code, traffic_path(code) FROM n;

-- The functions on the sample.
SELECT ip_scope(srcaddr) AS src, ip_scope(dstaddr) AS dst, tcp_flags(tcp_flags) AS flags, count(*)
  FROM flowlogs('tests/data/AWSLogs') WHERE protocol = 6 GROUP BY 1, 2, 3;
SELECT protocol_name(protocol) AS protocol, port_name(dstport, protocol) AS service, dstport, sum(flows) AS flows
  FROM flowlogs_rollup('tests/data/AWSLogs') GROUP BY 1, 2, 3 ORDER BY flows DESC, 1, 2, 3 LIMIT 10;
SELECT iif(ip_is_private(srcaddr), ip_prefix(srcaddr, 24), 'outside') AS net, sum(flows) AS flows
  FROM flowlogs_rollup('tests/data/AWSLogs') WHERE srcaddr IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT traffic_path(traffic_path) AS path, count(*) FROM flowlogs('tests/data/AWSLogs') GROUP BY 1;

-- What is pushed down when subnets are looked up, by all of their names.
.mode list
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE cidr_match(srcaddr, '10.0.0.0/8');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpInSubnet(srcaddr, '10.0.0.0/8');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv4InSubnet(srcaddr, '10.0.0.0/8');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv6InSubnet(pkt_dstaddr, '2001:db8::/32');
EXPLAIN QUERY PLAN SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE ip_is_private(srcaddr);
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv4InSubnet(srcaddr, '10.0.0.0/8');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv4InSubnet(+srcaddr, '10.0.0.0/8');

-- Errors.
SELECT ip_prefix('10.0.0.5', 64);
SELECT ip_prefix('fd00::', 129);
SELECT ip_prefix('10.0.0.5', '/24');
SELECT cidr_match('10.0.0.0/8', '10.0.0.5');
SELECT isIpv4InSubnet('10.0.0.5', '10.0.0.0/33');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv4InSubnet(srcaddr, '10.0.0.0/33');
SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE isIpv4InSubnet('10.0.0.0/8', srcaddr);
SELECT ip_scope('10.0.0.5', 1);
