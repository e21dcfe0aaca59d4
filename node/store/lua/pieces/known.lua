-- What the answer to a submission says about the task that has its id: a result of readTask without
-- what may be large. The payload is in it only if it is as long as the submitted one, of `size`
-- bytes; otherwise it differs anyway. So an answer is no longer than its question, whatever is kept.
local function readKnown(id, size)
  local text = readText(id)
  if not text then return {} end
  local brief = string.match(text, '^[^\n]*\n[^\n]*\n')
  if brief and #text - #brief ~= size then text = brief end
  local ending = call('HGET', ENDS, id)
  if ending then stepBytes = stepBytes + #ending end
  local held = not ending and call('HGET', HOLDERS, id)
  local known = { text, ending and string.match(ending, '^[^\n]*\n') or ending or '', '', held or '' }
  if not ending and not held and call('ZSCORE', DUE, id) then known[5] = '1' end
  return known
end
