-- Notes the login that a claim led to. From then on no request begins another.
--
-- KEYS[1]  the record, see redeem.lua
-- ARGV[1]  the claim
-- ARGV[2]  the family
-- ARGV[3]  now
-- Returns  1, or 0 if another request has claimed the code meanwhile, or it was replaced or ended

if redis.call('HGET', KEYS[1], 'c') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'x', ARGV[3])
return 1
