-- Decides on a request, once: a user code is good for one decision.
--
-- KEYS[1]  the record, see poll.lua
-- ARGV[1]  now
-- ARGV[2]  APPROVED or DENIED
-- ARGV[3]  the subscriber who decides
-- Returns  DONE, UNKNOWN, EXPIRED or DECIDED

local f = redis.call('HMGET', KEYS[1], 'e', 'd')
if not f[1] then return 'UNKNOWN' end
if f[2] then return 'DECIDED' end
if tonumber(ARGV[1]) >= tonumber(f[1]) then return 'EXPIRED' end
redis.call('HSET', KEYS[1], 'd', ARGV[2], 'u', ARGV[3], 'v', ARGV[1])
return 'DONE'
