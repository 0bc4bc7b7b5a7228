#include "wampfcgi/fcgi/status_client.hpp"

#include "fcgi/records/answer_reader.hpp"
#include "fcgi/records/records.hpp"
#include "wampfcgi/core/pairs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include <poll.h>
#include <sys/socket.h>

namespace wampfcgi::fcgi {
namespace {

using time_point = std::chrono::steady_clock::time_point;

std::string record(record_type type, std::string_view content)
{
    std::string made{fcgi_version,
                     static_cast<char>(type),
                     0,
                     1,
                     static_cast<char>(content.size() >> 8U),
                     static_cast<char>(content.size()),
                     0,
                     0};
    return made.append(content);
}

std::string status_request(std::string_view form)
{
    std::string variables;
    append_pair(variables, "WAMP_FCGI_STATUS", form);
    append_pair(variables, "REQUEST_METHOD", "GET");
    const std::array<char, begin_body_bytes> begin{0, responder_role, 0, 0, 0, 0, 0, 0};
    return record(record_type::begin_request, {begin.data(), begin.size()}) + record(record_type::params, variables) +
           record(record_type::params, {}) + record(record_type::standard_input, {});
}

/// Returns false when the socket is not ready by the deadline.
bool wait_for(int fd, short events, time_point deadline)
{
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd state{fd, events, 0};
        const int ready = ::poll(&state, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

bool would_have_to_wait()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

trouble no_answer()
{
    return trouble("no answer in time");
}

result<void, trouble> write_all(int fd, std::string_view bytes, time_point deadline)
{
    while (!bytes.empty()) {
        if (!wait_for(fd, POLLOUT, deadline))
            return no_answer();
        const ssize_t written = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (!would_have_to_wait())
            return trouble("cannot send the request", errno);
    }
    return {};
}

/// Another program, or an older version without this feature, answers without our header.
result<pool_report, trouble> read_report(std::string_view answer)
{
    const std::size_t end = answer.find("\r\n\r\n");
    const std::string_view head = answer.substr(0, end);
    const bool is_ready = head.find("\r\nX-Wamp-Fcgi: ready") != std::string_view::npos;
    const bool is_known = is_ready || head.find("\r\nX-Wamp-Fcgi: not ready") != std::string_view::npos;
    if (end == std::string_view::npos || !is_known)
        return trouble("the program that listens there reports no status: it is not wamp-fcgi, or too old");
    return pool_report{is_ready, std::string(answer.substr(end + 4))};
}

result<pool_report, trouble> read_answer(int fd, time_point deadline)
{
    answer_reader answer;
    std::array<char, 64 * 1024> piece;
    for (;;) {
        if (!wait_for(fd, POLLIN, deadline))
            return no_answer();
        const ssize_t got = ::recv(fd, piece.data(), piece.size(), 0);
        if (got < 0 && would_have_to_wait())
            continue;
        if (got < 0)
            return trouble("cannot read the answer", errno);
        if (got == 0)
            return trouble("it closed the connection without an answer");
        switch (answer.feed({piece.data(), static_cast<std::size_t>(got)})) {
        case answer_reader::state::unfinished:
            break;
        case answer_reader::state::whole:
            return read_report(answer.content());
        case answer_reader::state::malformed:
            return trouble("the program that listens there does not speak FastCGI");
        }
    }
}

}  // namespace

result<pool_report, trouble> ask_for_status(int fd, std::string_view form, time_point deadline)
{
    if (const auto written = write_all(fd, status_request(form), deadline); !written)
        return written.error();
    return read_answer(fd, deadline);
}

}  // namespace wampfcgi::fcgi
