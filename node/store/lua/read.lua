-- What is known of a task: { its text, its end or '', its past or '', its place among
-- the holders or '' }, and nothing at all ({}) where there is no such task. Shared by
-- all that answer with tasks.
local function readTask(id)
  local texts = call('MGET', taskKey(id), endKey(id), pastKey(id))
  if not texts[1] then return {} end
  local held = not texts[2] and call('HGET', HOLDERS, id)
  return { texts[1], texts[2] or '', texts[3] or '', held or '' }
end
