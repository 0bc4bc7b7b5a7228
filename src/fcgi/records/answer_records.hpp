// Owns an answer to the web server as FastCGI records (FastCGI specification, sections 3.3 and 5), and how much of it
// was written. Does not copy large bodies.
#pragma once

#include "fcgi/records/records.hpp"
#include "wampfcgi/core/response.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::fcgi {

class answer_records {
public:
    /// A complete answer. `id` is for the header section, `memory` to be used again, whatever it holds.
    answer_records(unsigned request_id, response&& what, std::string_view id, answer_end with = answer_end::request,
                   std::string&& memory = {});

    /// An answer whose body follows in pieces; only status and headers of `head` are used.
    static answer_records stream(unsigned request_id, const response& head, std::string_view id);

    /// Appends a piece of a stream's body, or its end.
    void append(std::string_view body_piece);
    void finish();

    /// The bytes to write at `offset` after those already written, up to the end of one contiguous piece; empty at the
    /// end.
    std::string_view piece_at(std::size_t offset) const { return whole_piece_at(sent_ + offset); }

    /// Records that `bytes` more were written.
    void advance(std::size_t bytes);

    /// Memory for another answer. Call it last.
    std::string&& take_memory() noexcept { return std::move(head_); }

    /// The number of bytes written so far.
    std::uint64_t written_bytes() const noexcept { return written_; }

    /// The number of bytes of a stream not written yet.
    std::size_t waiting_bytes() const noexcept { return head_.size() - sent_; }

private:
    using record_header = std::array<char, record_header_bytes>;

    explicit answer_records(unsigned request_id, std::string&& memory = {});

    /// The bytes at an offset of all records, up to the end of one contiguous piece; empty at the end.
    std::string_view whole_piece_at(std::size_t offset) const
    {
        if (offset < head_.size())
            return std::string_view(head_).substr(offset);
        return end_.empty() ? std::string_view() : piece_of_rest_at(offset - head_.size());
    }
    std::string_view piece_of_rest_at(std::size_t offset) const;
    std::size_t full_records() const;
    void add_record(std::string_view content);

    unsigned request_id_;
    std::string head_;  // record with the header section, and a small body; of a stream everything not yet sent
    std::string body_;  // empty if the body is in head_
    record_header full_record_;
    record_header last_record_{};  // the rest of the body after the full records
    std::string end_;              // end of the stream, and of the request; empty if that is in head_
    std::size_t sent_ = 0;         // of the bytes still stored
    std::uint64_t written_ = 0;    // in total
};

}  // namespace wampfcgi::fcgi
