// Owns finding requests in the bytes of a FastCGI connection (FastCGI specification, sections 3 to 5), one request at a
// time: the stream of its CGI variables, checked, and its body. Management records are answered here.
#pragma once

#include "fcgi/records/params_checker.hpp"
#include "fcgi/records/records.hpp"
#include "wampfcgi/core/request.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

/// Follows the records of a connection. Starts where no request is active.
class record_scanner {
public:
    enum class progress {
        incomplete,       ///< all bytes were scanned; nothing to report
        params_complete,  ///< all CGI variables have arrived
        params_read,      ///< and were read at once
        complete,         ///< the body is complete too, of the request or of one that was given up
        refused,          ///< the new request asks for another role; the reply is ready
        aborted,          ///< the web server aborted the request; the reply is ready
        broken,           ///< not FastCGI as web servers send it; why() tells
    };

    /// `max_connections` is reported to a web server that asks.
    explicit record_scanner(std::size_t max_connections) : max_connections_(max_connections) {}

    /// Scans the next bytes of the connection up to something to report. Sets `consumed` to their number; feed the
    /// others again. Appends the stream of CGI variables (FastCGI specification, 3.4) to `variables`, and the body to
    /// `body`, unless they are null. Reads the variables into `whole`, if it is not null, when all of them and their
    /// end are in `bytes`.
    progress feed(std::string_view bytes, std::size_t& consumed, std::string* variables = nullptr,
                  std::string* body = nullptr, request* whole = nullptr);

    /// True when a request has begun since the last call.
    bool take_begun() noexcept;

    bool has_replies() const noexcept { return !replies_.empty(); }

    /// Returns bytes to send to the web server, each once.
    std::string take_replies();

    /// Follows the active request to its end, or to the beginning of the next, but drops its content. If its answer
    /// ended the output only, the reply to its end is END_REQUEST.
    void give_up(answer_end had) noexcept
    {
        is_given_up_ = true;
        answer_ended_ = had;
    }

    /// True when no request is active and the next byte begins a record.
    bool is_idle() const noexcept { return request_id_ == 0 && header_bytes_ == 0 && !in_record_; }

    /// True when some of the consumed bytes do not belong to the request.
    bool has_strays() const noexcept { return has_strays_; }

    /// About the request that began last.
    unsigned request_id() const noexcept { return last_id_; }
    bool keeps_connection() const noexcept { return keeps_connection_; }
    std::size_t params_bytes() const noexcept { return params_.bytes(); }
    std::uint64_t body_bytes() const noexcept { return body_bytes_; }

    std::string_view why() const noexcept { return why_; }

private:
    enum class destiny { dropped, begin, management, params, body, abort };

    std::size_t take_header_bytes(std::string_view bytes);
    bool take_header();
    std::optional<destiny> destiny_of_record();
    std::size_t read_at_once(std::string_view bytes, request& into);
    bool take_content(std::string_view bytes, std::string* variables, std::string* body);
    progress end_record();
    progress end_begin();
    std::size_t content_bytes() const;
    unsigned record_id() const;
    bool fail(std::string_view why);

    std::size_t max_connections_;

    // The current record.
    std::array<std::uint8_t, record_header_bytes> header_{};
    std::size_t header_bytes_ = 0;
    bool in_record_ = false;  // after its header
    destiny meant_for_ = destiny::dropped;
    std::size_t content_left_ = 0;
    std::size_t padding_left_ = 0;
    std::string kept_;  // content that is parsed as a whole

    // The active request.
    unsigned request_id_ = 0;  // 0: none
    bool is_given_up_ = false;
    answer_end answer_ended_ = answer_end::request;  // if given up
    bool params_complete_ = false;

    // The last request.
    unsigned last_id_ = 0;
    bool keeps_connection_ = false;
    params_checker params_;
    std::uint64_t body_bytes_ = 0;

    bool has_begun_ = false;
    bool has_strays_ = false;
    std::string replies_;
    std::string_view why_;
};

}  // namespace wampfcgi::fcgi
