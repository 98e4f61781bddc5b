-- Notes the login that a claim led to. From then on no poll begins another.
--
-- KEYS[1]  the record, see poll.lua
-- ARGV[1]  the claim
-- ARGV[2]  the family
-- ARGV[3]  now
-- Returns  1, or 0 if another poll has claimed the request meanwhile or the record is gone

if redis.call('HGET', KEYS[1], 'k') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'x', ARGV[3])
return 1
