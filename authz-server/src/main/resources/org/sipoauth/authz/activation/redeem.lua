-- Uses the code of a device up, atomically. All times are in milliseconds since 1970 on the server's clock.
--
-- A record, activation-code:<device>, is a hash that is gone some minutes after its code has expired. Its fields:
--   h  the code's hash                 k  the key that made it
--   o  whose the device was            e  when the code expires
--   c  the request that claimed it     x  when it did, or when its login was noted
--   n  the client that did             f  the family that it led to
--
-- KEYS[1]  the record
-- ARGV[1]  now
-- ARGV[2]  the hash of the code presented; the caller has compared it before, but the code may have been replaced since
-- ARGV[3]  whose the device is now, or nothing if it may not be signed in
-- ARGV[4]  the client that presents it
-- ARGV[5]  a claim that was never used before
-- Returns  the outcome; for 'again' and 'replayed' the family, too

local LEASE_MS = 15000    -- so long a request may take to begin the login; longer than the store's time-outs let it
local AGAIN_MS = 60000    -- so long may a lost answer be asked for again, as with refresh tokens

local now = tonumber(ARGV[1])
local f = redis.call('HMGET', KEYS[1], 'h', 'o', 'e', 'c', 'x', 'n', 'f')

if f[1] ~= ARGV[2] then return {'wrong'} end
if f[2] ~= ARGV[3] then return {'other_owner'} end

-- The answer that told of the login may have been lost. The phone that asks again gets the same login, not a second one.
if f[7] then
  local again = f[6] == ARGV[4] and now - tonumber(f[5]) <= AGAIN_MS
  return {again and 'again' or 'replayed', f[7]}
end

-- Of parallel requests one begins the login, the others are asked to come again. Should it die on the way, its claim
-- lapses; until then not even the end of the code's life takes back what has begun.
if f[4] and now - tonumber(f[5]) < LEASE_MS then return {'busy'} end
if now >= tonumber(f[3]) then return {'expired'} end

redis.call('HSET', KEYS[1], 'c', ARGV[5], 'x', now, 'n', ARGV[4])
return {'claimed'}
