-- What happened in this script, as it is reported to readers: noted as it happens, and written
-- at the script's end as one entry of the stream. The form of an entry is known here alone, and
-- to the node's event-codec.ts: a line for each set of things that have a letter and some words
-- in common; then a tab; then, for each thing, its own words. Letters rise in the order
-- in which things happen to one task, so that sorted lines are in order. "*" is nothing. About
-- is "round route tags"; and of an attempt, "session number about".
--
--   a route tags | id              accepted: waits        p end attempt | id token          put back: waits
--   b route tags | id due          accepted: not due      q end attempt | id token due      put back: not due
--   c by attempt | id token        asked to end           r about | id due                  opened again; 0: waits
--   d about | id                   due: waits             s attempt | =token id id …        started: tokens rise by one
--   g about | id priority due      changed; due 0: waits  u | JSON                          audit
--   n what | node epoch            a node: see below      v why | session tasks             a session was revoked
--   x about | id                   deleted                z STATE end attempt | id          ended
--
-- The state of a node by now: up, draining, at-risk, left, dead.
--
-- An entry's place in the stream goes by bytes and not by the clock: "bytes-now(ms)", where
-- bytes counts everything that was ever written, including this entry (META has the count). So
-- the stream is cut to its size in one command, a reader can tell whether it has missed
-- anything, and a clock that is put back does not matter.
--
-- Most tasks of a batch have everything but their ids in common. Scripts that see many tasks a
-- second keep the things of their last line at hand, because making the text of a line for each
-- takes as long as everything else here.

local noted, noteLines = {}, {}

-- Returns the things of a line, so that more can be added.
local function thingsOf(line)
  local things = noted[line]
  if not things then
    things = {}
    noted[line], noteLines[#noteLines + 1] = things, line
  end
  return things
end

local function note(line, thing)
  local things = thingsOf(line)
  things[#things + 1] = thing
end

-- Returns the text of the entry, with all that has happened; and its size in the stream,
-- 0 if nothing has.
local entryText
local function closeEvents()
  if #noteLines == 0 then return 0 end
  if #noteLines > 1 then table.sort(noteLines) end
  local text = {}
  for i, line in ipairs(noteLines) do text[i] = line .. '\t' .. table.concat(noted[line], ' ') end
  entryText = #text > 1 and table.concat(text, '\n') or text[1]
  return #entryText + EVENT_ENTRY_BYTES
end

-- Adds the entry. `bytes`: the count including it, as META has it by now.
local function addEntry(bytes, now)
  local added = redis.pcall('XADD', EVENTS, digits(bytes) .. '-' .. digits(now), 'e', entryText)
  if type(added) ~= 'table' or not added.err then return end
  -- The count was lost, or the key is not ours: somebody has interfered. Readers find
  -- out.
  local newest = redis.pcall('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)
  local there = not newest.err and newest[1] and tonumber(string.match(newest[1][1], '^%d+'))
  if not there then call('DEL', EVENTS) end
  bytes = (there or 0) + #entryText + EVENT_ENTRY_BYTES
  call('HSET', META, 'events', digits(bytes))
  call('XADD', EVENTS, digits(bytes) .. '-' .. digits(now), 'e', entryText)
end

-- To be called once a script, unless that writes the count with other values of META.
local function writeEvents(now)
  local size = closeEvents()
  if size > 0 then addEntry(call('HINCRBY', META, 'events', size), now) end
end
