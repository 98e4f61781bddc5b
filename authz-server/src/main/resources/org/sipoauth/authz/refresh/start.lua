-- Starts a family: its fields and its end in one step, so that none can stay for ever.
--
-- KEYS[1]  the family
-- ARGV[1]  its absolute end, in milliseconds since 1970
-- ARGV[2]… its fields, name and value in turn
-- Returns  1, or 0 if there is such a family already

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1
