// Owns a client for tests: takes the answer to one request, and holds the exchange until then, like fcgi/.
#pragma once

#include "wampfcgi/bridge/service.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wampfcgi {

class fake_client final : public bridge::response_sink {
public:
    explicit fake_client(request its_request) : asked(std::move(its_request)) {}

    /// Asks `to` to admit the request, then to serve it.
    void ask(bridge::service& to)
    {
        admitted = {};
        if (auto final_answer = to.admit(asked, admitted))
            return respond(*std::move(final_answer));
        if (auto begun = to.serve(std::move(admitted), asked, *this))
            under_way = std::move(begun);
    }

    /// The client disconnects.
    void leave() { under_way.reset(); }

    void respond(bridge::answer&& whole) override
    {
        const auto finished = std::move(under_way);
        ++answers;
        given = std::move(whole);
    }

    void begin(response head) override { stream_head = std::move(head); }

    std::size_t write(std::string_view piece) override
    {
        stream += piece;
        untaken += piece.size();
        untaken -= std::min(untaken, room);
        return untaken;
    }

    void end(bridge::request_report how) override
    {
        const auto finished = std::move(under_way);
        ++answers;
        stream_end = std::move(how);
    }

    request asked;
    bridge::admission admitted;
    std::unique_ptr<bridge::exchange> under_way;
    int answers = 0;
    std::optional<bridge::answer> given;
    std::optional<response> stream_head;
    std::string stream;
    std::optional<bridge::request_report> stream_end;
    std::size_t room = std::numeric_limits<std::size_t>::max();  ///< bytes accepted at each write
    std::size_t untaken = 0;
};

}  // namespace wampfcgi
