-- SPDX-License-Identifier: MIT
-- The host LuaSQL.  It has no way to allow loading, so this program shows its error only.
local driver = require "luasql.sqlite3"
local environment = driver.sqlite3()
local db = assert(environment:connect(":memory:"))

-- The first value of a query, or nil and the error, which comes with the query or with its first row.
local function value(query)
  local cursor, message = db:execute(query)
  if not cursor then return nil, message end
  local found, first = pcall(cursor.fetch, cursor)
  cursor:close()
  if found then return first end
  return nil, first
end

print("host " .. driver._VERSION)
print("sqlite " .. value("SELECT sqlite_version()"))
print("refused " .. select(2, value("SELECT load_extension('" .. arg[1] .. "')")))
db:close()
environment:close()
print("closed")
