-- Gives a family whose end moves to another period an index in a list of that period. It keeps the former one as well,
-- which older access tokens name.
--
-- KEYS[1]  the family
-- KEYS[2]  the shard's status
-- KEYS[3]  the indexes taken of the new list
-- ARGV[1]  now
-- ARGV[2]  the list that the family has now
-- ARGV[3]  the new list
-- ARGV[4]  when that may go
-- ARGV[5]  the oldest period whose lists still count
-- ARGV[6]  candidates for the index, with spaces between
-- Returns  'moved' and the index; or 'other' (it is gone, or has another list by now: read it again), 'full' (take the
--          next list) or 'again' (with other candidates) and 0

local f = redis.call('HMGET', KEYS[1], 'l', 'x')
if f[1] ~= ARGV[2] then return {'other', 0} end
local index, why =
  allocate(KEYS[2], KEYS[3], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[1]), tonumber(ARGV[5]), ARGV[6])
if not index then return {why, 0} end
redis.call('HSET', KEYS[1], 'L', f[1], 'X', f[2], 'l', ARGV[3], 'x', index)
return {'moved', index}
