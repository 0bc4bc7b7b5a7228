// Input: lines with a request's Origin and Host, then the origins allowed by a service. A granted origin must be the
// own host or listed, and fit for a header.
#include "target.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/origin.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace wampfcgi::fuzz {

void run(std::string_view input)
{
    request req;
    req.set(request::variable::origin, take_part(input, "\n"));
    req.set(request::variable::host, take_part(input, "\n"));
    req.set(request::variable::server_port, "8080");
    std::vector<std::string> allowed;
    while (!input.empty()) {
        const auto origin = checks::parse_origin(take_part(input, "\n"));
        if (!origin)
            continue;
        must(checks::parse_origin(*origin) == origin, "an origin that is written again is the same");
        allowed.push_back(*origin);
    }

    const auto grant = checks::check_origin(req, allowed);
    if (!grant) {
        must(grant.error().code == errc::origin_denied, "there is one way to refuse an origin");
        must(std::ranges::find(allowed, "*") == allowed.end() || !checks::parse_origin(std::string(*req.origin())),
             "\"*\" allows every origin");
        return;
    }
    const auto origin = checks::parse_origin(std::string(*req.origin()));
    const bool listed = origin && std::ranges::find(allowed, *origin) != allowed.end();
    must(!grant->listed_by_name || listed, "listed by name is what is on the list");
    must(!grant->listed_by_name || origin->find('*') == std::string::npos, "a wildcard is no name");
    const auto headers = bridge::cors_headers(req, *grant);
    must(headers.empty() != grant->cross_origin, "pages of other origins are told that they may read the answer");
    headers.each([](std::string_view, std::string_view value) {
        must(std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }),
             "a header is one line");
    });
}

}  // namespace wampfcgi::fuzz
