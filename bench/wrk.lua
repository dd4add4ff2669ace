-- One fixed request for every connection; the summary as one line of JSON. No response() hook: it would slow wrk.
function init(args)
  wrk.method = args[1]
  if args[2] ~= "" then wrk.headers["Authorization"] = "Bearer " .. args[2] end
  if args[3] ~= "" then
    wrk.body = args[3]
    wrk.headers["Content-Type"] = "application/json"
  end
  local worlds, world = tonumber(args[4]), 0
  if worlds > 0 then
    request = function()
      world = (world + 1) % worlds
      wrk.headers["Authorization"] = "Bearer " .. args[2] .. "~w" .. world
      return wrk.format()
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
