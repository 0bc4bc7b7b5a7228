// Owns the pieces of a frame_queue as buffers of Asio.
#pragma once

#include "wamp/transport/frame_queue.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace wampfcgi::wamp::rawsocket {

inline boost::asio::const_buffer buffer_of(std::string_view bytes)
{
    return {bytes.data(), bytes.size()};
}

/// The pieces that are being written, as a sequence of buffers.
class frame_buffers {
public:
    explicit frame_buffers(const frame_queue& of) : count_(of.being_written())
    {
        for (std::size_t i = 0; i < count_; ++i)
            buffers_[i] = buffer_of(of.piece(i));
    }

    auto begin() const { return buffers_.begin(); }
    auto end() const { return begin() + count_; }

    /// Leaves out the first `bytes`, which have been written.
    void skip(std::size_t bytes)
    {
        for (boost::asio::const_buffer& each : buffers_) {
            const std::size_t skipped = std::min(bytes, each.size());
            each += skipped;
            bytes -= skipped;
        }
    }

private:
    std::array<boost::asio::const_buffer, frame_queue::max_pieces> buffers_;
    std::size_t count_;
};

}  // namespace wampfcgi::wamp::rawsocket
