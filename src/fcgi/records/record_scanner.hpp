// Owns finding the requests in the bytes of a FastCGI connection (FastCGI specification, sections 3 to 5), which has
// one at a time: libfcgi blocks and believes what it reads, so that of a request it only gets variables that are
// complete, sound and without records of others between their own. What needs no request is answered here.
#pragma once

#include "fcgi/records/params_checker.hpp"
#include "fcgi/records/records.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

/// Follows the records of a connection from one at which no request is active.
class record_scanner {
public:
    enum class progress {
        incomplete,       ///< all bytes were looked at; nothing to report
        params_complete,  ///< all CGI variables are there
        complete,         ///< the body has ended as well: the request's, or that of one that was given up
        refused,          ///< the request that begins asks for another role; the reply is there
        aborted,          ///< the web server gave the request up; the reply is there
        broken,           ///< what no web server sends; why() tells
    };

    /// `max_connections` is what a web server is told that asks.
    explicit record_scanner(std::size_t max_connections) : max_connections_(max_connections) {}

    /// Takes the next bytes of the connection, and looks at them up to what it reports. `consumed` is how many of them
    /// that was: the others are to be fed again. What libfcgi needs of them is added to `own`, unless that is null; of
    /// the body only the content, to `body`, where one is given.
    progress feed(std::string_view bytes, std::size_t& consumed, std::string* own = nullptr,
                  std::string* body = nullptr);

    /// Whether a request has begun since the last time that this was asked.
    bool take_begun() noexcept;

    /// Bytes that the web server is to be sent; each is given once.
    std::string take_replies();

    /// The active request is followed to its end, or to where the next begins, but none of it is wanted any more.
    void give_up() noexcept { is_given_up_ = true; }

    /// No request is active, and the next byte is the first of a record.
    bool is_idle() const noexcept { return request_id_ == 0 && header_bytes_ == 0 && !in_record_; }

    /// Not all that was consumed belongs to the request.
    bool has_strays() const noexcept { return has_strays_; }

    /// These are about the request that has begun last.
    unsigned request_id() const noexcept { return last_id_; }
    bool keeps_connection() const noexcept { return keeps_connection_; }
    std::size_t params_bytes() const noexcept { return params_.bytes(); }
    std::uint64_t body_bytes() const noexcept { return body_bytes_; }

    std::string_view why() const noexcept { return why_; }

private:
    enum class destiny { dropped, begin, management, params, body, abort };

    bool take_header(std::string* own, const std::string* body);
    std::optional<destiny> destiny_of_record();
    bool take_content(std::string_view bytes, std::string* own, std::string* body);
    progress end_record(std::string* own);
    progress end_begin(std::string* own);
    void add_header(std::string& own) const;
    std::size_t content_bytes() const;
    unsigned record_id() const;
    bool fail(std::string_view why);

    std::size_t max_connections_;

    // The present record.
    std::array<std::uint8_t, record_header_bytes> header_{};
    std::size_t header_bytes_ = 0;
    bool in_record_ = false;  // behind its header
    destiny meant_for_ = destiny::dropped;
    std::size_t content_left_ = 0;
    std::size_t padding_left_ = 0;
    std::string kept_;  // content that is looked at as a whole

    // The active request.
    unsigned request_id_ = 0;  // 0: none
    bool is_given_up_ = false;
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
