// Owns an answer on its way to the web server: the FastCGI records it is made of (FastCGI specification, sections 3.3
// and 5), and how much of them has been written. Nothing of a large body is copied for it.
#pragma once

#include "fcgi/records/records.hpp"
#include "wampfcgi/core/response.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

class answer_records {
public:
    /// A whole answer.
    answer_records(unsigned request_id, response what);

    /// An answer whose body follows piece by piece; of `head` only status and headers count.
    static answer_records stream(unsigned request_id, const response& head);

    /// Adds a piece of a stream's body, or its end.
    void append(std::string_view body_piece);
    void finish();

    /// What is to be written next from `offset` bytes behind what was written, up to where something else follows in
    /// memory; empty behind the end.
    std::string_view piece_at(std::size_t offset) const { return whole_piece_at(sent_ + offset); }

    /// So many more bytes have been written.
    void advance(std::size_t bytes);

    /// How much has been written, until now.
    std::uint64_t written_bytes() const noexcept { return written_; }

    /// How much of a stream that is there has not been written.
    std::size_t waiting_bytes() const noexcept { return head_.size() - sent_; }

private:
    using record_header = std::array<char, record_header_bytes>;

    explicit answer_records(unsigned request_id);

    std::string_view whole_piece_at(std::size_t offset) const;
    std::size_t full_records() const;
    void add_record(std::string_view content);

    unsigned request_id_;
    std::string head_;  // record with the header section, and the body where that is small; of a stream all that waits
    std::string body_;  // empty then
    record_header full_record_;
    record_header last_record_{};  // with what full ones leave of the body
    std::string end_;              // of the stream, and of the request
    std::size_t sent_ = 0;         // of what is here
    std::uint64_t written_ = 0;    // in all
};

}  // namespace wampfcgi::fcgi
