-- Puts back what the store has lost of a status list: a failover, a restored backup or a deleted key took it.
--
-- KEYS[1]  the shard's status
-- KEYS[2]  the indexes taken of the list
-- KEYS[3]  the indexes revoked of the list
-- ARGV[1]  the list's field in the shard's status
-- ARGV[2]  so many indexes a list gives out
-- ARGV[3]  milliseconds from now until the list may go
-- ARGV[4]  the new value of v
-- ARGV[5]… the indexes to set
-- Returns  how many of them were not set

-- A list of which the store knows nothing gives out no index any more: whose it was already, nobody knows.
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
local restored = 0
for i = 5, #ARGV do
  redis.call('SETBIT', KEYS[2], ARGV[i], 1)
  restored = restored + 1 - redis.call('SETBIT', KEYS[3], ARGV[i], 1)
end
redis.call('HSET', KEYS[1], 'v', ARGV[4])
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
end
return restored
