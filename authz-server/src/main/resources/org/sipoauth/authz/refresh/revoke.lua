-- Revokes a family. It stays, revoked, until its absolute end.
--
-- KEYS[1]  the family
-- ARGV[1]  now, in milliseconds since 1970
-- ARGV[2]  why
-- Returns  1, or 0 if there is no such family or it is revoked already

if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'revoked') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'revoked', ARGV[1], 'reason', ARGV[2])
return 1
