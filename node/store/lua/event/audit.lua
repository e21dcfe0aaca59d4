-- Records what somebody did to the cluster.
-- ARGV    what, as one line of JSON
note('u', ARGV[1])
writeEvents(readClock())
return 1
