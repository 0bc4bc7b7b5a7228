#include "fcgi/record_scanner.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

enum record_type : std::uint8_t { begin_request = 1, abort_request = 2, params = 4, standard_input = 5 };

constexpr std::uint8_t version_1 = 1;
constexpr std::size_t begin_body_bytes = 8;

}  // namespace

record_scanner::progress record_scanner::feed(std::string_view bytes, std::size_t& consumed)
{
    consumed = 0;
    while (consumed < bytes.size()) {
        if (content_left_ > 0) {
            const std::size_t skipped = std::min(content_left_, bytes.size() - consumed);
            content_left_ -= skipped;
            consumed += skipped;
            if (content_left_ == 0 && reached_ != progress::incomplete)
                return std::exchange(reached_, progress::incomplete);
            continue;
        }
        header_[header_bytes_++] = static_cast<std::uint8_t>(bytes[consumed++]);
        if (header_bytes_ < header_.size())
            continue;
        header_bytes_ = 0;
        const progress made = take_header();
        if (made == progress::superseded) {
            if (consumed < header_.size())
                return progress::broken;  // a part of the header has been consumed before
            consumed -= header_.size();
            return made;
        }
        if (made == progress::broken || made == progress::aborted)
            return made;
        if (made != progress::incomplete && content_left_ == 0)
            return made;
        reached_ = made;  // once the record's padding has come
    }
    return progress::incomplete;
}

record_scanner::progress record_scanner::take_header()
{
    const std::uint8_t type = header_[1];
    const unsigned id = header_[2] * 256U + header_[3];
    const std::size_t content = header_[4] * 256U + header_[5];
    const std::size_t padding = header_[6];
    content_left_ = content + padding;
    if (header_[0] != version_1)
        return progress::broken;
    if (request_id_ == 0) {
        if (type != begin_request || id == 0 || content != begin_body_bytes)
            return progress::broken;
        request_id_ = id;
        return progress::incomplete;
    }
    if (type == begin_request)
        return progress::superseded;
    if (id != request_id_)
        return progress::broken;  // management records and multiplexing, which no web server uses within a request
    switch (type) {
    case abort_request:
        return progress::aborted;
    case params:
        params_bytes_ += content;
        if (params_complete_ || params_bytes_ > max_params_bytes)
            return progress::broken;
        params_complete_ = content == 0;
        return params_complete_ ? progress::params_complete : progress::incomplete;
    case standard_input:
        body_bytes_ += content;
        if (!params_complete_)
            return progress::broken;
        return content == 0 ? progress::complete : progress::incomplete;
    default:
        return progress::broken;
    }
}

}  // namespace wampfcgi::fcgi
