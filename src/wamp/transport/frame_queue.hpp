// Owns the RawSocket frames to write, in order, as the pieces of memory that they are written from. Owns no stream.
#pragma once

#include "wamp/transport/queue_size.hpp"
#include "wamp/transport/rawsocket.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace wampfcgi::wamp::rawsocket {

class frame_queue {
public:
    /// The most pieces of one write.
    static constexpr std::size_t max_pieces = 16;

    /// Payloads shorter than this are copied, so that many frames are written from one piece.
    static constexpr std::size_t long_payload_bytes = 64 * 1024;

    /// Also counts the queued bytes in `also`, unless null.
    explicit frame_queue(bridge::cell* also) : size_(also) {}

    /// Adds a frame. Takes the memory of a long payload, and leaves that of another to the caller.
    void add(frame_type type, std::string&& payload);

    /// Adds the frame of a message that is `head` with `rest` behind it. Takes the memory of the rest.
    void add(std::string_view head, wampfcgi::payload&& rest);

    /// All bytes of frames, until the write with their last byte has ended.
    std::size_t bytes() const noexcept { return size_.bytes(); }

    bool is_empty() const noexcept { return pieces_.empty(); }
    std::size_t pieces() const noexcept { return pieces_.size(); }
    std::string_view piece(std::size_t index) const { return pieces_[index]; }

    /// Decides what is written next: returns the number of pieces, the first ones, which stay as they are until
    /// end_write().
    std::size_t begin_write();

    /// The number of pieces that are being written; 0: none.
    std::size_t being_written() const noexcept { return being_written_; }

    /// Drops the pieces that were being written.
    void end_write();

private:
    std::string& begin_frame(frame_type type, std::size_t payload_bytes);

    std::deque<std::string> pieces_;  // headers with short payloads, and long payloads
    std::string spare_;               // memory for the next piece
    queue_size size_;
    std::size_t being_written_ = 0;
};

}  // namespace wampfcgi::wamp::rawsocket
