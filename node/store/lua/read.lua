-- A task's fields (flat list), with `run`, its place among the holders, where it has
-- one; empty where there is no such task. Shared by all that answer with tasks.
local function readTask(id)
  local fields = call('HGETALL', taskKey(id))
  local held = #fields > 0 and call('HGET', HOLDERS, id)
  if held then
    fields[#fields + 1] = 'run'
    fields[#fields + 1] = held
  end
  return fields
end
