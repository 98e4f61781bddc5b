-- Enters a login in one bucket of an index, so that the logins of a user or on a device are found without a scan.
--
-- KEYS[1]  the bucket, a hash: '<name> <family>' to the end of the login, in seconds since 1970
-- ARGV[1]  now, in seconds since 1970
-- ARGV[2]  the entry
-- ARGV[3]  the end of the login, in seconds since 1970
-- ARGV[4]  a random number from 0 on
-- Returns  1 if the entry is new, 0 if it was there

local DAY = 86400 -- a login whose end moves is entered again at most a day later
-- To throw out what has ended, a bucket is read whole. In a large one that takes long, so not every login does it: each
-- pays for as many entries as this on average.
local READ_FOR_EACH = 16

local bucket, now, till = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
local new = redis.call('HSET', bucket, ARGV[2], ARGV[3])
if new == 1 and tonumber(ARGV[4]) % redis.call('HLEN', bucket) < READ_FOR_EACH then
  local entries = redis.call('HGETALL', bucket)
  for at = 1, #entries, 2 do
    if tonumber(entries[at + 1]) < now - DAY then redis.call('HDEL', bucket, entries[at]) end
  end
end
if redis.call('PTTL', bucket) < (till + DAY - now) * 1000 then redis.call('PEXPIREAT', bucket, (till + DAY) * 1000) end
return new
