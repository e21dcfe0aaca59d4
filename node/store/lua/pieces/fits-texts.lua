-- Whether a text that a filter (fits.lua) looks for occurs in a task.

-- How many characters were searched so far, over all texts that are looked for.
local searched = 0

-- Whether a text that is looked for begins between these places.
local function isIn(text, from, to)
  local part = string.sub(text, from, to + FIND_TEXT_BYTES_MAX)
  for _, wanted in ipairs(filter.texts) do
    if string.find(part, wanted, 1, true) then return true end
  end
  searched = searched + #filter.texts * #part
  return false
end

-- Whether a text that is looked for is in its payload, or in its result or error. A long text is
-- searched in several steps: then it returns nil, and from which part and place to go on.
local function fitsTexts(known, part, at)
  if not filter.texts then return true end
  for i = part, 2 do
    local _, last = string.find(known[i], i == 1 and '^[^\n]*\n[^\n]*\n' or '^[^\n]*\n')
    local from = math.max(at, (last or 0) + 1)
    while from <= #known[i] do
      if searched > FIND_SEARCH_BYTES_MAX then return nil, i, from end
      if isIn(known[i], from, from + FIND_SPAN_BYTES - 1) then return true end
      from = from + FIND_SPAN_BYTES
    end
    at = 1
  end
  return false
end
