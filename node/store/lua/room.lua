-- Room for routes with work: served ones, and those that no node serves, each have their own.

-- Those of each kind, where that was asked for.
local counted = {}

-- Takes a place for a route, at `number` among those that are not served; false if there is none.
local function takePlace(route, served, number)
  local taken = counted[served] or countReady(served)
  if taken >= (served and ROUTES_MAX or UNSERVED_ROUTES_MAX) then return false end
  counted[served] = taken + 1
  call('ZADD', READY, served and 0 or digits(number), route)
  return true
end
