#include "fcgi/records/answer_records.hpp"

#include "fcgi/cgi/header.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

constexpr std::size_t full_record_bytes = 65'528;      // a multiple of 8, so no padding is needed
constexpr std::size_t joined_bytes = 16 * 1024;        // a body up to this size is copied after the header section
constexpr std::size_t worth_moving_bytes = 64 * 1024;  // of a stream: move the rest when this much was sent
constexpr std::size_t usual_head_bytes = 512;          // everything before the body, and the end of the request

std::array<char, record_header_bytes> header_of(unsigned request_id, std::size_t content_bytes)
{
    return {fcgi_version,
            static_cast<char>(record_type::standard_output),
            static_cast<char>(request_id >> 8U),
            static_cast<char>(request_id),
            static_cast<char>(content_bytes >> 8U),
            static_cast<char>(content_bytes),
            0,
            0};
}

template <std::size_t Bytes>
std::string_view view(const std::array<char, Bytes>& record)
{
    return {record.data(), record.size()};
}

/// The end of the output, and of the request.
auto end_of_answer(unsigned request_id)
{
    std::array<char, record_header_bytes + sizeof(end_record)> both;
    const auto after_output = std::ranges::copy(header_of(request_id, 0), both.begin()).out;
    std::ranges::copy(end_request_record(request_id, protocol_status::request_complete), after_output);
    return both;
}

}  // namespace

answer_records::answer_records(unsigned request_id, std::string&& memory)
    : request_id_(request_id),
      head_(std::move(memory)),
      full_record_(header_of(request_id, full_record_bytes))
{}

answer_records::answer_records(unsigned request_id, response&& what, std::string_view id, answer_end with,
                               std::string&& memory)
    : answer_records(request_id, std::move(memory))
{
    const bool joined = what.body.size() <= joined_bytes;
    head_.reserve(usual_head_bytes + (joined ? what.body.size() : 0));
    head_.assign(view(header_of(request_id, 0)));
    append_header_section(head_, what, id);
    if (joined) {
        head_ += what.body;
    } else {
        body_ = std::move(what.body);
        last_record_ = header_of(request_id, body_.size() % full_record_bytes);
    }
    std::ranges::copy(header_of(request_id, head_.size() - record_header_bytes), head_.begin());
    std::string& end = joined ? head_ : end_;
    const auto whole_end = end_of_answer(request_id);
    end.append(view(whole_end).substr(0, with == answer_end::request ? whole_end.size() : record_header_bytes));
}

std::size_t answer_records::full_records() const
{
    return body_.size() / full_record_bytes;
}

// whole_piece_at() for what follows head_.
std::string_view answer_records::piece_of_rest_at(std::size_t offset) const
{
    constexpr std::size_t stride = sizeof(record_header) + full_record_bytes;
    const std::string_view body = body_;
    const bool in_full_record = offset / stride < full_records();
    const std::size_t record = in_full_record ? offset / stride : full_records();
    const std::string_view content = body.substr(record * full_record_bytes, full_record_bytes);
    offset -= record * stride;
    if (!content.empty()) {
        if (offset < sizeof(record_header))
            return view(in_full_record ? full_record_ : last_record_).substr(offset);
        offset -= sizeof(record_header);
        if (offset < content.size())
            return content.substr(offset);
        offset -= content.size();
    }
    return std::string_view(end_).substr(offset);
}

answer_records answer_records::stream(unsigned request_id, const response& head, std::string_view id)
{
    answer_records begun(request_id);
    std::string section;
    append_stream_header_section(section, head, id);
    begun.add_record(section);
    return begun;
}

void answer_records::append(std::string_view body_piece)
{
    if (sent_ == head_.size() || sent_ >= worth_moving_bytes)
        head_.erase(0, std::exchange(sent_, 0));
    for (; !body_piece.empty(); body_piece.remove_prefix(std::min(body_piece.size(), full_record_bytes)))
        add_record(body_piece.substr(0, full_record_bytes));
}

void answer_records::finish()
{
    head_.append(view(end_of_answer(request_id_)));
}

void answer_records::advance(std::size_t bytes)
{
    sent_ += bytes;
    written_ += bytes;
}

void answer_records::add_record(std::string_view content)
{
    head_.append(view(header_of(request_id_, content.size()))).append(content);
}

}  // namespace wampfcgi::fcgi
