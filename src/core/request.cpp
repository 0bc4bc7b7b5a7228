#include "wampfcgi/core/request.hpp"

namespace wampfcgi {

std::size_t request::add(std::string_view bytes)
{
    const std::size_t offset = memory_.size();
    memory_ += bytes;
    body_at_ = memory_.size();
    return offset;
}

void request::place_pairs(std::size_t offset, std::size_t bytes) noexcept
{
    pairs_ = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(bytes), true};
}

void request::drop_body()
{
    constexpr std::size_t worth_giving_back_bytes = 1024;
    if (memory_.capacity() <= body_at_ + worth_giving_back_bytes)
        memory_.resize(body_at_);
    else
        std::string(memory_, 0, body_at_).swap(memory_);
}

}  // namespace wampfcgi
