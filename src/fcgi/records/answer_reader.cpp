#include "fcgi/records/answer_reader.hpp"

#include "fcgi/records/records.hpp"

namespace wampfcgi::fcgi {
namespace {

constexpr auto standard_error = std::uint8_t{7};  // FCGI_STDERR is not part of the answer

std::size_t number_at(std::string_view bytes, std::size_t offset)
{
    return static_cast<unsigned char>(bytes[offset]) * std::size_t{256} + static_cast<unsigned char>(bytes[offset + 1]);
}

}  // namespace

answer_reader::state answer_reader::feed(std::string_view bytes)
{
    unread_ += bytes;
    while (state_ == state::unfinished && take_record()) {}
    return state_;
}

/// Returns false when there is no complete record.
bool answer_reader::take_record()
{
    if (unread_.size() < record_header_bytes)
        return false;
    const auto type = static_cast<std::uint8_t>(unread_[1]);
    const bool is_expected = type == static_cast<std::uint8_t>(record_type::standard_output) ||
                             type == static_cast<std::uint8_t>(record_type::end_request) || type == standard_error;
    if (static_cast<std::uint8_t>(unread_[0]) != fcgi_version || number_at(unread_, 2) != 1 || !is_expected) {
        state_ = state::malformed;
        return false;
    }
    const std::size_t content = number_at(unread_, 4);
    const std::size_t whole = record_header_bytes + content + static_cast<unsigned char>(unread_[6]);
    if (unread_.size() < whole)
        return false;
    if (type == static_cast<std::uint8_t>(record_type::standard_output))
        content_.append(unread_, record_header_bytes, content);
    else if (type == static_cast<std::uint8_t>(record_type::end_request))
        state_ = state::whole;
    if (content_.size() > most_bytes)
        state_ = state::malformed;
    unread_.erase(0, whole);
    return true;
}

}  // namespace wampfcgi::fcgi
