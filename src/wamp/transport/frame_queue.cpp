#include "wamp/transport/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::wamp::rawsocket {
namespace {

constexpr std::size_t kept_piece_bytes = 2 * frame_queue::long_payload_bytes;

}  // namespace

void frame_queue::add(frame_type type, std::string&& payload)
{
    std::string& piece = begin_frame(type, payload.size());
    if (payload.size() < long_payload_bytes)
        piece += payload;
    else
        pieces_.push_back(std::move(payload));
}

void frame_queue::add(std::string_view head, wampfcgi::payload&& rest)
{
    begin_frame(frame_type::message, head.size() + rest.bytes()) += head;
    for (std::string* const each : {&rest.args, &rest.kwargs})
        if (!each->empty())
            pieces_.push_back(std::move(*each));
}

/// Returns the piece with the header, which may get the beginning of the payload as well.
std::string& frame_queue::begin_frame(frame_type type, std::size_t payload_bytes)
{
    const auto header = frame_header(type, payload_bytes);
    size_.add(header.size() + payload_bytes);
    const bool may_share = pieces_.size() > being_written_ && pieces_.back().size() < long_payload_bytes;
    if (!may_share)
        pieces_.push_back(std::move(spare_));  // empty then
    return pieces_.back().append(header.data(), header.size());
}

std::size_t frame_queue::begin_write()
{
    return being_written_ = std::min(pieces_.size(), max_pieces);
}

void frame_queue::end_write()
{
    if (being_written_ == 0)
        return;
    if (pieces_.front().capacity() <= kept_piece_bytes) {
        size_.subtract(pieces_.front().size());
        spare_ = std::move(pieces_.front());
        spare_.clear();
        pieces_.pop_front();
        --being_written_;
    }
    for (; being_written_ > 0; --being_written_) {
        size_.subtract(pieces_.front().size());
        pieces_.pop_front();
    }
}

}  // namespace wampfcgi::wamp::rawsocket
