-- When were the contacts of these? `x` is the place in the period, of 1000.
DROP TABLE IF EXISTS temp.report_beacon_times;
CREATE TEMP TABLE report_beacon_times AS
SELECT client, server, protocol, server_port AS port,
       max(0, min((first_seen - @begin) * 1000 / (@step * @steps), 999)) AS x, count(*) AS contacts
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND idle = 60 AND NOT is_nat_leg AND state <> 'rejected'
   AND client IN (SELECT client FROM report_beacons)
   AND (client, server, protocol, server_port) IN (
         SELECT client, server, protocol, port FROM report_beacons) GROUP BY 1, 2, 3, 4, 5;
