-- rejected-inside: who inside the VPC tries what the security groups and network ACLs forbid?  The
-- rejected attempts of the internet, which never end, are left out.
--   MITRE ATT&CK T1046, Network Service Discovery
--
--   @logs   files, a folder or a pattern
--   @many   a source with more targets than this has one alert for all of them
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-rejected-inside.sql'
--
-- A source is inside if its address is in the table inside (see setup.sql), or if the record says
-- that an interface sent it (flow-direction is egress).
--
-- Left out are:
--   * answers, which a network ACL may stop although it let the question in, and packets that
--     arrive after their connection was closed.  Where the logs have tcp-flags, that is all TCP
--     traffic but a SYN; elsewhere, what goes from a server's port to a high one;
--   * ICMP to the outside, which may be an answer, because flow logs do not contain the ICMP type;
--   * multicast and broadcast, because they are sent without anybody's intention.
--
-- @period_since and @period_until are set by ../report.sql only.
--
-- The rule reads records, because a connection does not tell whose packets were rejected: the
-- client's, or the answers to them.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.read sql/alerts/setup.sql

INSERT INTO tried
SELECT 'rejected-inside', coalesce(pkt_srcaddr, srcaddr) AS src,
       coalesce(pkt_dstaddr, dstaddr) || ' '
       || coalesce(lower(protocol_name(protocol)), protocol, 'ip') || coalesce('/' || dstport, '')
       AS dst, NULL, 'medium', 'T1046 Network Service Discovery',
       'was rejected at', 'high', 'targets', sum(flows), NULL, min(first_seen), max(last_seen)
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE @logs <> '[]' AND since = @period_since AND until = @period_until
   AND action = 'REJECT' AND action IS NOT NULL     -- a field that logs may lack
   AND (cidr_lookup('inside', 'cidr', coalesce(pkt_srcaddr, srcaddr)) OR flow_direction = 'egress'
          AND interface_id IS NOT NULL AND coalesce(pkt_srcaddr, srcaddr) = srcaddr)
   AND ip_scope(dstaddr) NOT IN ('multicast', 'broadcast', 'loopback', 'link-local')
   AND ip_scope(srcaddr) NOT IN ('unspecified', 'loopback', 'link-local')
   AND NOT coalesce(protocol = 17 AND dstport IN (137, 138) AND dstaddr LIKE '%.255', 0)
   AND CASE WHEN protocol IN (1, 58) THEN cidr_lookup('inside', 'cidr', dstaddr)
            WHEN protocol = 6 AND tcp_flags IS NOT NULL THEN tcp_flags & 18 = 2
            ELSE coalesce(NOT ((srcport < 1024 AND port_name(srcport) IS NOT NULL
                                OR srcport IN (SELECT port FROM servers))
                               AND dstport >= 1024 OR srcport < 32768 AND dstport >= 32768), 1) END
 GROUP BY src, dst HAVING src || dst IS NOT NULL AND min(first_seen) + max(last_seen) IS NOT NULL;
.read sql/alerts/many.sql
.read sql/alerts/show.sql
