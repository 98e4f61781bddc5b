-- Presents one authentic refresh token of a family, named by its generation. One call, one decision, atomically.
--
-- KEYS[1]  the family
-- KEYS[2]  the shard's status
-- KEYS[3]… what is revoked of its status lists, the present one first; one or two
-- ARGV[1]  now
-- ARGV[2]  the generation presented; the caller has checked that the token is authentic
-- ARGV[3]  a mark that was never used before
-- ARGV[4]  the end that the family has from now on, if that is later than the one it has
-- ARGV[5]… for each list: its name and when it may go
-- Returns  the outcome, and for an outcome that grants the generation to hand out, for 'deferred' the milliseconds to
--          wait; 'moved' if these are no longer its lists: read it again

local REPEAT_MS = 60000    -- so long may a lost response be asked for again
local DUPLICATE_MS = 10000 -- so much later than it was sent may a copy of a request arrive

local family, now, generation = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])

local f = redis.call('HMGET', family, 'g', 'p', 'q', 'n', 't', 'i', 'r', 'l', 'x', 'L', 'X', 'e')
if not f[1] then return {'unknown', 0} end
if f[7] then return {'revoked', 0} end
if f[8] ~= ARGV[5] or (f[10] or nil) ~= ARGV[7] then return {'moved', 0} end
local lists = {{KEYS[3], f[9], tonumber(ARGV[6]), ARGV[5]}}
if f[10] then lists[2] = {KEYS[4], f[11], tonumber(ARGV[8]), ARGV[7]} end

-- A failover may have lost the record of a revocation whose bit was put back from a served list: the bit is the truth.
for _, list in ipairs(lists) do
  if redis.call('GETBIT', list[1], list[2]) == 1 then
    redis.call('HSET', family, 'r', now, 'y', 'status list')
    return {'revoked', 0}
  end
end

local current, prev, prevPrev, presented = tonumber(f[1]), tonumber(f[2]), tonumber(f[3]), tonumber(f[5])
local unsure, issued = tonumber(f[4] or prev), tonumber(f[6] or presented)

-- Its end moves when a generation is used for the first time. Not when a lost one is struck out: so no token is taken for
-- longer than from its making to its end, and from its use to the next, whatever is lost.
local function advance()
  if tonumber(ARGV[4]) > tonumber(f[12]) then
    redis.call('HSET', family, 'e', ARGV[4])
    redis.call('PEXPIREAT', family, ARGV[4])
  end
end

if generation == current then
  redis.call('HSET', family, 'g', current + 1, 'p', current, 'q', prev, 't', now)
  redis.call('HDEL', family, 'n', 'i')
  advance()
  return {'rotated', current + 1}
end

-- We made this token, yet the store knows nothing of it: a failover lost the writes in between. Which generations they
-- handed out is lost too: the last one before this may be prev, or any from current on.
if generation > current then
  redis.call('HSET', family, 'g', generation + 1, 'p', generation, 'q', prev, 'n', current, 't', now)
  redis.call('HDEL', family, 'i')
  advance()
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
  redis.call('HSET', family, 'g', current + 1, 'i', now)
  return {'struck_out', current + 1}
end

-- A late copy of a request whose answer has been used since.
local before_prev = generation == prevPrev or (unsure <= generation and generation < prev)
if before_prev and now - presented <= DUPLICATE_MS then
  return {'duplicate', prev}
end

revoke(family, KEYS[2], lists, now, 'replay', ARGV[3])
return {prev < generation and 'replayed_struck_out' or 'replayed', 0}
