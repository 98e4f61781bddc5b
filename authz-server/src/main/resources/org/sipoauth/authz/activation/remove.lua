-- Ends the code of a device. One that has been used is kept, so that its replay is seen.
--
-- KEYS[1]  the record, see redeem.lua
-- ARGV[1]  now
-- Returns  1, or 0 if there is none that could still be used

local f = redis.call('HMGET', KEYS[1], 'e', 'f')
if not f[1] or f[2] then return 0 end
redis.call('DEL', KEYS[1])
return tonumber(ARGV[1]) < tonumber(f[1]) and 1 or 0
