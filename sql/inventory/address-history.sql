-- Makes the table address_history, if there is none.  load-history.sql and history-snapshot.sql
-- read this script in their transaction.
--
--   sqlite3 my.db '.read sql/inventory/address-history.sql'
CREATE TABLE IF NOT EXISTS address_history (
  id INTEGER PRIMARY KEY, cidr TEXT NOT NULL, name TEXT NOT NULL, owner TEXT,
  valid_from TEXT NOT NULL,             -- UTC
  valid_to TEXT,                        -- the first second after the period; NULL: still
  UNIQUE (cidr, valid_from));
