-- Reads what the AWS CLI prints, as read-json.sql, which this script reads.
--
--   @json_list   the list: subnets for `aws ec2 describe-subnets`
--   @json_key, @load_table, @load_from   see read-json.sql
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @subnets \"'subnets.json'\"" :memory: \
--           '.read sql/inventory/read-aws.sql'
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@json_list', 'subnets');
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_wanted', 'what aws ec2 describe-' || @json_list || ' prints'),
  ('@load_sample', json_array('tests/data/inventory/' || @json_list || '-us-east-1.json',
                              'tests/data/inventory/' || @json_list || '-eu-central-1.json'));
.read sql/inventory/read-json.sql
