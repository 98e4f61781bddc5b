-- Keeps a code for a device, in place of any other that it has, used or not.
--
-- KEYS[1]  the record, see redeem.lua
-- ARGV[1]  when it may go
-- ARGV[2]… its fields, name and value in turn
-- Returns  1

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1
