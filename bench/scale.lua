-- One kind of request in many worlds, from each connection in another one each time; the summary as one line of JSON.
function init(args)
  wrk.method = args[1]
  wrk.headers["Content-Type"] = "application/json"
  if args[2] ~= "" then wrk.body = args[2] end
  requests = {}
  for place = 1, 64 do
    wrk.headers["Authorization"] = "Bearer alice-token~" .. args[3] .. place
    requests[place] = wrk.format()
  end
  turn = 0
end

function request()
  turn = turn % 64 + 1
  return requests[turn]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "failed": %d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
