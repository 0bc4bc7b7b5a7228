-- The load of wrk: the body in the file of the first argument, sent to the paths in that of the second in turn. Prints
-- one line of JSON at the end.
local paths, turn = {}, 0

function init(args)
    local body = io.open(args[1], "rb")
    wrk.method, wrk.body = "POST", body:read("*a")
    wrk.headers["Content-Type"] = "application/json"
    body:close()
    for path in io.lines(args[2]) do
        paths[#paths + 1] = wrk.format(nil, path)
    end
end

function request()
    turn = turn % #paths + 1
    return paths[turn]
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format(
        '{"requests": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "closed": %d, "failed": %d}', summary.requests,
        summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.read + errors.write, errors.connect + errors.status + errors.timeout))
end
