-- Keeps the request of a phone, unless its user code is in use.
--
-- KEYS[1]  the record
-- ARGV[1]  its life in milliseconds
-- ARGV[2]… its fields, name and value in turn
-- Returns  1, or 0 if the user code is in use

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
