-- The next creation number after `last`: numbers rise with the time, and go on rising
-- through tasks that come faster than the clock.
local function seqAfter(last, now) return math.max(last + 1, (now - SEQ_EPOCH_MS) * SEQ_PER_MS) end
