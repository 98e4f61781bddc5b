-- Keeps a code for a device, in place of any other that it has, used or not.
--
-- KEYS[1]  the record, see redeem.lua
-- ARGV[1]  when it may go
-- ARGV[2]  when the code expires that it is to replace; nothing: there is to be none; '*': whatever there is
-- ARGV[3]… its fields, name and value in turn
-- Returns  1, or 0 if there is another

if ARGV[2] ~= '*' and ARGV[2] ~= (redis.call('HGET', KEYS[1], 'e') or '') then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1
