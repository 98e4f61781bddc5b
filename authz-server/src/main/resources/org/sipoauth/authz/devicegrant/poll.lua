-- Answers one poll of a phone, atomically. All times are in milliseconds since 1970 on the server's clock.
--
-- A record, device-code:<id>, is a hash that is gone some minutes after its codes have expired. Its fields:
--   h  hash of the device code's secret      c  client
--   n  the phone's name                      a  the address that it asked from
--   b  begun                                 e  when the codes expire
--   d  APPROVED or DENIED (absent: nobody has decided)      u  the subscriber who did
--   v  when they did (absent: an earlier release wrote it)
--   t  last poll                             w  how long to wait between polls (absent: as long as the phone was told)
--   k  the poll that claimed the request     x  when it did, or when its login was noted
--   f  the family that the request led to
--
-- KEYS[1]  the record
-- ARGV[1]  now
-- ARGV[2]  hash of the secret presented
-- ARGV[3]  the client that presents it
-- ARGV[4]  a claim that was never used before
-- ARGV[5]  how long the phone was told to wait between polls
-- Returns  the outcome; for 'claimed', 'again' and 'replayed' the subscriber and the phone, then the family if there is one, or
--          for 'claimed' when it was allowed

local SLOWER_MS = 5000    -- RFC 8628 §3.5
local SLOWEST_MS = 60000  -- no more than this is ever asked of a phone
local JITTER_MS = 1000    -- by so much two requests of an obedient phone may move together on their way
local LEASE_MS = 15000    -- so long a poll may take to begin the login; longer than the store's time-outs let it
local AGAIN_MS = 60000    -- so long may a lost answer be asked for again, as with refresh tokens

local now = tonumber(ARGV[1])
local f = redis.call('HMGET', KEYS[1], 'h', 'c', 'e', 'd', 'u', 'n', 't', 'w', 'k', 'x', 'f', 'v', 'b')

-- The id follows from the user code, which others see: only the secret may move or reveal anything.
if f[1] ~= ARGV[2] then return {'unknown'} end
if f[2] ~= ARGV[3] then return {'wrong_client'} end

-- The answer that told of the login may have been lost. The phone that asks again gets the same login, not a second one.
if f[11] then
  return {now - tonumber(f[10]) <= AGAIN_MS and 'again' or 'replayed', f[5], f[6], f[11]}
end

if now >= tonumber(f[3]) then return {'expired'} end
if f[4] == 'DENIED' then return {'denied'} end

-- Of parallel polls one begins the login, the others are asked to come again. Should it die on the way, its claim lapses.
if f[4] == 'APPROVED' then
  if f[9] and now - tonumber(f[10]) < LEASE_MS then return {'pending'} end
  redis.call('HSET', KEYS[1], 'k', ARGV[4], 'x', now)
  return {'claimed', f[5], f[6], f[12] or f[13]}
end

-- The pace matters only while there is nothing to give: a phone that cannot slow down gets its tokens all the same. Who
-- waits as told is forgiven; who does not is asked for no more than SLOWEST_MS.
local told = tonumber(ARGV[5])
local wait = tonumber(f[8] or told)
local early = f[7] and now - tonumber(f[7]) < wait - JITTER_MS
redis.call('HSET', KEYS[1], 't', now)
if early then
  redis.call('HSET', KEYS[1], 'w', math.max(told, math.min(wait + SLOWER_MS, SLOWEST_MS)))
  return {'too_early'}
end
redis.call('HDEL', KEYS[1], 'w')
return {'pending'}
