-- Presents one authentic refresh token of a family, named by its generation. One call, one decision, atomically.
--
-- KEYS[1]  the family
-- ARGV[1]  the generation presented; the caller has checked that the token is authentic
-- ARGV[2]  now, in milliseconds since 1970 on the server's clock
-- Returns  the outcome, and for an outcome that grants the generation to hand out, for 'deferred' the milliseconds to wait
--
-- A family remembers
--   current    the generation handed out last; nobody has presented it yet
--   prev       the one presented last; what lies strictly between prev and current was struck out
--   prevPrev   the one presented before prev (0: none)
--   unsure     generations from here up to prev may have been handed out by a write that the store has lost
--   presented  when prev was presented for the first time
--   issued     when current was handed out for the first time
--   revoked    when the family ended early

local REPEAT_MS = 60000    -- so long may a lost response be asked for again
local DUPLICATE_MS = 10000 -- so much later than it was sent may a copy of a request arrive

local family, generation, now = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])

local f = redis.call('HMGET', family, 'current', 'prev', 'prevPrev', 'unsure', 'presented', 'issued', 'revoked')
if not f[1] then return {'unknown', 0} end
if f[7] then return {'revoked', 0} end
local current, prev, prevPrev, unsure = tonumber(f[1]), tonumber(f[2]), tonumber(f[3]), tonumber(f[4])
local presented, issued = tonumber(f[5]), tonumber(f[6])

if generation == current then
  redis.call('HSET', family, 'current', current + 1, 'prev', current, 'prevPrev', prev, 'unsure', current,
    'presented', now, 'issued', now)
  return {'rotated', current + 1}
end

-- We made this token, yet the store knows nothing of it: a failover lost the writes in between. Which generations they
-- handed out is lost too: the last one before this may be prev, or any from current on.
if generation > current then
  redis.call('HSET', family, 'current', generation + 1, 'prev', generation, 'prevPrev', prev, 'unsure', current,
    'presented', now, 'issued', now)
  return {'fast_forwarded', generation + 1}
end

-- The holder did not get current. Early on it is handed out again, so that parallel requests and retries agree. Later
-- it is struck out, and a fresh one goes out: if somebody did get the struck-out one, there are two holders, and its
-- presentation says so. In between, the request may be a late copy of one that was answered with current: striking that
-- out would cut off an honest holder, so the caller waits until no such copy can be under way.
if generation == prev then
  local age = now - issued
  if age <= REPEAT_MS then
    return {'repeated', current}
  end
  if age <= REPEAT_MS + DUPLICATE_MS then
    return {'deferred', REPEAT_MS + DUPLICATE_MS + 1 - age}
  end
  redis.call('HSET', family, 'current', current + 1, 'issued', now)
  return {'struck_out', current + 1}
end

-- A late copy of a request whose answer has been used since.
local before_prev = generation == prevPrev or (unsure <= generation and generation < prev)
if before_prev and now - presented <= DUPLICATE_MS then
  return {'duplicate', prev}
end

redis.call('HSET', family, 'revoked', now, 'reason', 'replay')
return {prev < generation and 'replayed_struck_out' or 'replayed', 0}
