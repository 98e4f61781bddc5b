-- Revokes a family. It stays, revoked, until its end. A repetition writes again.
--
-- KEYS[1]  the family
-- KEYS[2]  the shard's status
-- KEYS[3]… what is revoked of its status lists, the present one first; one or two
-- ARGV[1]  now
-- ARGV[2]  why
-- ARGV[3]  a mark that was never used before
-- ARGV[4]… for each list: its name and when it may go
-- Returns  1; 0 if there is no such family or it was revoked already; -1 if these are no longer its lists: read it again

local f = redis.call('HMGET', KEYS[1], 'g', 'l', 'x', 'L', 'X')
if not f[1] then return 0 end
if f[2] ~= ARGV[4] or (f[4] or nil) ~= ARGV[6] then return -1 end
local lists = {{KEYS[3], f[3], tonumber(ARGV[5]), ARGV[4]}}
if f[4] then lists[2] = {KEYS[4], f[5], tonumber(ARGV[7]), ARGV[6]} end
return revoke(KEYS[1], KEYS[2], lists, tonumber(ARGV[1]), ARGV[2], ARGV[3])
