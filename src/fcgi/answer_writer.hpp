// Owns an answer on its way to the web server: the FastCGI records it is made of (FastCGI specification, sections 3.3
// and 5), and how much of them has been written. Nothing of a large body is copied for it.
#pragma once

#include "fcgi/records.hpp"
#include "wampfcgi/core/response.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

class answer_writer {
public:
    enum class progress { done, blocked, failed };

    answer_writer(unsigned request_id, response what);

    /// Writes as much as a socket takes without blocking. `failed`: the web server has gone.
    progress write(int fd);

    /// How much of it that was, until now.
    std::size_t written_bytes() const noexcept { return written_; }

private:
    using record_header = std::array<char, record_header_bytes>;

    std::string_view piece_at(std::size_t offset) const;
    std::size_t full_records() const;

    std::string head_;  // record with the header section, and the body where that is small
    std::string body_;  // empty then
    record_header full_record_;
    record_header last_record_;  // with what full ones leave of the body
    std::string end_;            // of the stream, and of the request
    std::size_t written_ = 0;
};

}  // namespace wampfcgi::fcgi
