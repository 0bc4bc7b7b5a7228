// Owns finding the end of a request in the bytes of a FastCGI connection (FastCGI specification, sections 3 to 5),
// without keeping them: libfcgi reads a request by blocking, so it only gets one that is complete.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wampfcgi::fcgi {

/// Follows the records of one request.
class record_scanner {
public:
    /// Most bytes of name-value pairs that a request may have.
    static constexpr std::size_t max_params_bytes = 256 * 1024;

    enum class progress {
        incomplete,
        params_complete,  ///< all CGI variables are there; reported once
        complete,         ///< the body has ended as well
        broken,           ///< no FastCGI, not what a responder is sent, or too many variables
        aborted,          ///< the web server gave the request up
        superseded,       ///< another request begins; its first record is not consumed
    };

    /// Takes the next bytes of the connection, and looks at them up to the end of the variables, then of the request.
    /// `consumed` is how many of them that was: the others are to be fed again.
    progress feed(std::string_view bytes, std::size_t& consumed);

    /// Bytes of the request's body so far.
    std::uint64_t body_bytes() const noexcept { return body_bytes_; }

private:
    progress take_header();

    std::array<std::uint8_t, 8> header_{};
    std::size_t header_bytes_ = 0;
    std::size_t content_left_ = 0;             // content and padding of the present record that are still to come
    progress reached_ = progress::incomplete;  // to be reported once the present record has ended
    unsigned request_id_ = 0;                  // 0: no request has begun
    std::size_t params_bytes_ = 0;
    std::uint64_t body_bytes_ = 0;
    bool params_complete_ = false;
};

}  // namespace wampfcgi::fcgi
