#include "wampfcgi/fcgi/cgi.hpp"

#include "fcgi/cgi/access_log.hpp"
#include "fcgi/cgi/header.hpp"
#include "fcgi/cgi/limits.hpp"
#include "fcgi/cgi/variables.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <poll.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds soak_limit{5};  // for the web server to send more of an unwanted body

enum class input_end { wanted, stream, stalled, failed };

/// Reads up to `most_bytes` and passes them on in pieces. Returns why it stopped; errno is set for failed.
template <class Take>
input_end read_input(int fd, std::uint64_t most_bytes, std::chrono::milliseconds stall, Take take)
{
    std::array<char, 64 * 1024> piece;
    while (most_bytes > 0) {
        pollfd state{fd, POLLIN, 0};
        const int ready = ::poll(&state, 1, static_cast<int>(stall.count()));
        if (ready == 0)
            return input_end::stalled;
        const auto wanted = std::min<std::uint64_t>(piece.size(), most_bytes);
        const ssize_t got = ready < 0 ? -1 : ::read(fd, piece.data(), wanted);
        if (got == 0)
            return input_end::stream;
        if (got > 0) {
            most_bytes -= static_cast<std::uint64_t>(got);
            take(std::string_view(piece.data(), static_cast<std::size_t>(got)));
        } else if (errno != EINTR && errno != EAGAIN) {
            return input_end::failed;
        }
    }
    return input_end::wanted;
}

bool write_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd state{fd, POLLOUT, 0};
            ::poll(&state, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/// The request, and the sink for its answer.
class cgi_request final : public bridge::response_sink {
public:
    cgi_request(bridge::service& to, const cgi_place& place, std::function<void(bool)> finished)
        : to_(to),
          place_(place),
          finished_(std::move(finished))
    {}

    void run()
    {
        request_ = read_variables(place_.variables);
        const auto announced = checks::check_announced_length(request_, 0);
        input_left_ = announced && *announced ? **announced : std::numeric_limits<std::uint64_t>::max();
        checked_from_ = clock::now();
        bridge::admission admitted;
        auto final_answer = to_.admit(request_, admitted);
        counted_in_ = admitted.counted_in;
        if (final_answer)
            return respond(*std::move(final_answer));

        auto body =
            admitted.body == bridge::body_use::read ? read_body_with_memory(admitted.body_limit_bytes) : result<void>();
        checked_from_ = clock::now();
        if (!body)
            return respond(to_.refuse(admitted, body.error()));
        under_way_ = to_.serve(std::move(admitted), request_, *this);
    }

    void give_up()
    {
        if (!finished_)
            return;
        if (log::enabled(log_level::info))
            log::write(log_level::info, "call given up: the web server ends the program",
                       {log::token("id", std::string(request_.id()))});
        const auto given_up = std::move(under_way_);
        if (counted_in_ != nullptr)
            counted_in_->counted.clients_left.add();
        if (log::wants_access())
            log_given_up(request_, given_up ? given_up->report() : bridge::request_report(), times());
        ::close(place_.output_fd);
        ::close(place_.input_fd);
        std::exchange(finished_, nullptr)(false);
    }

    void respond(bridge::answer&& whole) override
    {
        const auto finished = std::move(under_way_);
        leave_body_out(request_, whole.http);
        const std::uint64_t body_bytes = whole.http.body.size();
        bridge::count_answer(counted_in_, {whole.http.status, body_bytes, clock::now() - began_}, whole.report);
        const bool written =
            write_head(whole.http, append_header_section) && write_all(place_.output_fd, whole.http.body);
        const request_times when = times();
        log_answer(request_, {whole.http.status, body_bytes}, whole.report, when);
        if (const auto call = watch_call(request_, whole.http.status, whole.report, when))
            log_if_slow(*call, when.ended);
        finish(written);
    }

    void begin(response head) override
    {
        stream_status_ = head.status;
        bridge::count_stream_begun(counted_in_, head.status);
        is_written_ = write_head(head, append_stream_header_section);
    }

    // After a write error, reports an endless backlog.
    std::size_t write(std::string_view piece) override
    {
        stream_bytes_ += piece.size();
        if (counted_in_ != nullptr)
            counted_in_->counted.sent_bytes.add(piece.size());
        is_written_ = is_written_ && write_all(place_.output_fd, piece);
        return is_written_ ? 0 : std::numeric_limits<std::size_t>::max();
    }

    void end(bridge::request_report how) override
    {
        const auto finished = std::move(under_way_);
        bridge::count_stream_ended(counted_in_, how);
        log_answer(request_, {stream_status_, stream_bytes_}, how, times());
        finish(is_written_);
    }

private:
    result<void> read_body_with_memory(std::uint64_t own_limit_bytes)
    try {
        const bad_alloc_scope here;
        return read_body(own_limit_bytes);
    } catch (const std::bad_alloc&) {
        request_.drop_body();
        return failure{errc::overloaded, "not enough memory for a body of this size"};
    }

    // Only the announced length may be read (RFC 3875, 4.2). One byte over the limit is enough to refuse the request.
    result<void> read_body(std::uint64_t own_limit_bytes)
    {
        const std::uint64_t limit = body_limit(own_limit_bytes);
        std::string& memory = request_.body_memory();
        const auto end = read_input(place_.input_fd, std::min(input_left_, limit + 1), stall_limit,
                                    [&](std::string_view piece) { memory += piece; });
        input_left_ = end == input_end::stream ? 0 : input_left_ - request_.body().size();
        if (end == input_end::stalled)
            return failure{errc::body_truncated, "the web server sent nothing for a minute"};
        if (end == input_end::failed)
            return failure{errc::body_truncated, std::string("cannot read the body: ") + std::strerror(errno)};
        if (request_.body().size() > limit)
            return failure{errc::body_too_large, "body of more than " + std::to_string(limit) + " bytes"};
        return {};
    }

    // mod_cgid drops the response unless it can write the complete body first, even an unwanted one.
    void soak_up_input()
    {
        read_input(place_.input_fd, std::min(input_left_, most_body_bytes), soak_limit, [](std::string_view) {});
        ::close(place_.input_fd);
    }

    bool write_head(const response& what, void (*append)(std::string&, const response&, std::string_view))
    {
        std::string section;
        append(section, what, request_.id());
        return write_all(place_.output_fd, section);
    }

    void finish(bool written)
    {
        ::close(place_.output_fd);  // the web server waits for this
        soak_up_input();
        std::exchange(finished_, nullptr)(written);
    }

    request_times times() const { return {began_, checked_from_, clock::now()}; }

    bridge::service& to_;
    const cgi_place place_;
    std::function<void(bool)> finished_;
    request request_;
    clock::time_point began_ = clock::now();
    clock::time_point checked_from_;  // when everything for the next checks was there
    std::uint64_t input_left_ = 0;    // the most bytes that the web server may still send
    bridge::service_cells* counted_in_ = nullptr;
    int stream_status_ = 0;
    std::uint64_t stream_bytes_ = 0;
    bool is_written_ = false;                      // all of the stream so far
    std::unique_ptr<bridge::exchange> under_way_;  // uses the members above
};

}  // namespace

std::function<void()> serve_cgi(bridge::service& to, const cgi_place& place, std::function<void(bool written)> finished)
{
    const auto begun = std::make_shared<cgi_request>(to, place, std::move(finished));
    begun->run();
    return [begun] { begun->give_up(); };
}

}  // namespace wampfcgi::fcgi
