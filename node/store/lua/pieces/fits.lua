-- Whether a task fits a filter. That is a table of what it asks for: type, queue, tags (a list), nodes
-- (a list of ids), sinceMs (created then or later) and beforeMs (created earlier), endedByMs,
-- attemptMin, moved (true), idPrefix, notId and notPrefix, texts (a list: one of them is in the
-- payload, the result or the error).

local filter, nodes = {}, nil

local function openFilter(asked)
  filter = asked
  for _, node in ipairs(filter.nodes or {}) do
    nodes = nodes or {}
    nodes[node] = true
  end
end

local function beginsWith(text, beginning) return string.sub(text, 1, #beginning) == beginning end

local function fitsId(id)
  if filter.idPrefix and not beginsWith(id, filter.idPrefix) then return false end
  if filter.notId == id then return false end
  return not (filter.notPrefix and beginsWith(id, filter.notPrefix))
end

local function fitsRoute(route)
  local queue, type = string.match(route, '^([^|]*)|([^|]*)|')
  return (not filter.queue or queue == filter.queue) and (not filter.type or type == filter.type)
end

-- Returns between which creation numbers such tasks can be. These follow the clock, but stay ahead of
-- it for a while if it is put back, or if many tasks come at once.
local function seqsOf(asked)
  local oldest, newest = 0, SEQ_SPAN
  if asked.sinceMs then oldest = math.max(0, (asked.sinceMs - SEQ_EPOCH_MS) * SEQ_PER_MS) end
  if asked.beforeMs then
    local ahead = FIND_AHEAD_MS + (call('HGET', META, 'back') or 0)
    newest = math.max(0, (asked.beforeMs - SEQ_EPOCH_MS + ahead) * SEQ_PER_MS)
  end
  return oldest, newest
end

local function fitsTime(created)
  return (not filter.sinceMs or created >= filter.sinceMs) and (not filter.beforeMs or created < filter.beforeMs)
end

local function hasTags(options)
  for _, tag in ipairs(filter.tags) do
    if not string.find(options, '"' .. tag .. '"', 1, true) then return false end
  end
  local isJson, known = pcall(cjson.decode, options)
  local has = {}
  for _, tag in ipairs(isJson and type(known) == 'table' and known.tags or {}) do has[tag] = true end
  for _, tag in ipairs(filter.tags) do
    if not has[tag] then return false end
  end
  return true
end

-- Whether a task's text fits, except for the payload. Only what is asked for is read, as there are many.
local function fitsText(text)
  if filter.queue or filter.type then
    local route = string.match(text, '^[^ ]+ [^ ]+ [^ ]+ [^ ]+ ([^\n]+)')
    if not route or not fitsRoute(route) then return false end
  end
  if filter.sinceMs or filter.beforeMs then
    local created = tonumber(string.match(text, '^[^ ]+ [^ ]+ ([^ ]+)') or '')
    if not created or not fitsTime(created) then return false end
  end
  return not filter.tags or hasTags(string.match(text, '^[^\n]*\n([^\n]*)') or '')
end
