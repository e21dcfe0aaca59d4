-- What is known of a task: { its text, its end or '', its past or '', its place among
-- the holders or '' }, and nothing at all ({}) where there is no such task. Shared by
-- all that answer with tasks.
local function readTask(id)
  local text = call('HGET', TASKS, id)
  if not text then return {} end
  local ending = call('HGET', ENDS, id)
  local held = not ending and call('HGET', HOLDERS, id)
  return { text, ending or '', call('HGET', PAST, id) or '', held or '' }
end
