-- Starts a family and gives it an index in a status list, in one step, so that nothing can stay for ever or be given twice.
--
-- KEYS[1]  the family
-- KEYS[2]  the shard's status
-- KEYS[3]  the indexes taken of the list
-- ARGV[1]  now
-- ARGV[2]  the family's end
-- ARGV[3]  the list
-- ARGV[4]  when the list may go
-- ARGV[5]  the oldest period whose lists still count
-- ARGV[6]  candidates for the index, with spaces between
-- ARGV[7]… the family's fields, name and value in turn, without l and x
-- Returns  'started' and the index; or 'exists', 'full' (take the next list) or 'again' (with other candidates) and 0

if redis.call('EXISTS', KEYS[1]) == 1 then return {'exists', 0} end
local now, list = tonumber(ARGV[1]), ARGV[3]
local index, why = allocate(KEYS[2], KEYS[3], list, tonumber(ARGV[4]), now, tonumber(ARGV[5]), ARGV[6])
if not index then return {why, 0} end
redis.call('HSET', KEYS[1], 'l', list, 'x', index, unpack(ARGV, 7))
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return {'started', index}
