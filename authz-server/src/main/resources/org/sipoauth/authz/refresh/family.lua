-- What the store holds of a login, and what the scripts share: this file is put in front of each of them. All keys of a
-- script have the hash tag of the family's shard. Times are in milliseconds since 1970 on the server's clock.
--
-- A family, {sNN}:f:<id>, is a hash that is gone at the login's end. Its fields have short names, for there are millions:
--   u  user              d  device (or absent)    c  client            s  scopes, with spaces between
--   b  begun             e  end                   k  secret
--   f  what its tokens are bound to, as jkt:<132 bits of the thumbprint>, or x5t:… for a certificate (or absent)
--   g  the generation handed out last; nobody has presented it yet
--   p  the one presented last; what lies strictly between p and g was struck out
--   q  the one presented before p (0: none)
--   n  generations from here up to p may have been handed out by a write that the store has lost (absent: none, as p)
--   t  when p was presented for the first time
--   i  when g was handed out for the first time (absent: at t)
--   l  its status list, <period>.<number>         x  its index there
--   L  the list it had before (or absent)         X  its index there
--   r  when it was revoked (or absent)            y  why
--
-- {sNN}:status is a hash: for each list how many indexes are given out, under v a mark that changes at each revocation.
-- {sNN}:taken:<list> and {sNN}:revoked:<list> are bitmaps of the indexes that are given out, and of those revoked.

local LIST_BITS = 65536
local LIST_CAPACITY = 49152

-- Lets a key live until then, or longer if it does already.
local function keep(key, till, now)
  if redis.call('PTTL', key) < till - now then redis.call('PEXPIREAT', key, till) end
end

-- Gives out an index of a list: the first candidate that is free. Returns the index, or nil and 'full' or, if every
-- candidate is taken, 'again'. Forgets the lists before the oldest period that still counts.
local function allocate(status, taken, list, till, now, oldest, candidates)
  local given = tonumber(redis.call('HGET', status, list) or 0)
  if given >= LIST_CAPACITY then return nil, 'full' end
  if given == 0 then
    for _, field in ipairs(redis.call('HKEYS', status)) do
      local period = tonumber(string.match(field, '^(%d+)%.'))
      if period and period < oldest then redis.call('HDEL', status, field) end
    end
    redis.call('SETBIT', taken, LIST_BITS - 1, redis.call('GETBIT', taken, LIST_BITS - 1)) -- its full size at once
  end
  for index in string.gmatch(candidates, '%d+') do
    if redis.call('SETBIT', taken, index, 1) == 0 then
      redis.call('HINCRBY', status, list, 1)
      redis.call('PEXPIREAT', taken, till)
      keep(status, till, now)
      return tonumber(index)
    end
  end
  return nil, 'again'
end

-- Revokes a family, in its record and in each of its lists. Done again for one that is revoked already, so that its
-- replicas confirm it. A list is {key, index, till, name}; one of which the shard's status has lost everything gives out
-- no index any more, for whose they are nobody knows. Returns 1, or 0 if it was revoked already.
local function revoke(family, status, lists, now, why, mark)
  local fresh = redis.call('HSETNX', family, 'r', now)
  redis.call('HSETNX', family, 'y', why)
  redis.call('HSET', status, 'v', mark)
  for _, list in ipairs(lists) do
    local key, index, till, name = list[1], list[2], list[3], list[4]
    if redis.call('EXISTS', key) == 0 then
      redis.call('SETBIT', key, LIST_BITS - 1, 0)
    end
    redis.call('SETBIT', key, index, 1)
    redis.call('PEXPIREAT', key, till)
    redis.call('HSETNX', status, name, LIST_CAPACITY)
    keep(status, till, now)
  end
  return fresh
end
