-- Reads all access tokens, and those that were revoked not long ago.
-- Returns { now (ms), version of all (0: there never was one), a list of names and lines (see
--         access.lua), a list of names and hours of last use (ms) }
return { readClock(), call('HGET', META, 'access') or '0', call('HGETALL', ACCESS), call('HGETALL', ACCESS_USED) }
