#include "fcgi/records/record_scanner.hpp"

#include "fcgi/cgi/variables.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

// A query for all known variables takes about fifty bytes.
constexpr std::size_t most_management_bytes = 1024;

std::uint8_t octet(const std::string& bytes, std::size_t at)
{
    return static_cast<std::uint8_t>(bytes[at]);
}

}  // namespace

record_scanner::progress record_scanner::feed(std::string_view bytes, std::size_t& consumed, std::string* variables,
                                              std::string* body, request* whole)
{
    consumed = 0;
    while (consumed < bytes.size()) {
        if (!in_record_) {
            consumed += take_header_bytes(bytes.substr(consumed));
            if (header_bytes_ < header_.size())
                break;
            if (!take_header())
                return progress::broken;
            if (meant_for_ == destiny::params && whole != nullptr)
                if (const std::size_t read = read_at_once(bytes.substr(consumed), *whole); read > 0) {
                    consumed += read;
                    return progress::params_read;
                }
        }
        if (const std::string_view content = bytes.substr(consumed, content_left_); !content.empty()) {
            if (!take_content(content, variables, body))
                return progress::broken;
            content_left_ -= content.size();
            consumed += content.size();
        }
        if (padding_left_ > 0) {
            const std::size_t skipped = std::min(padding_left_, bytes.size() - consumed);
            padding_left_ -= skipped;
            consumed += skipped;
        }
        if (content_left_ > 0 || padding_left_ > 0)
            break;
        in_record_ = false;
        header_bytes_ = 0;
        const progress made = end_record();
        if (made != progress::incomplete)
            return made;
    }
    return progress::incomplete;
}

// The steps of feed() are inline: with a call for each step of each record, a small request took 150 instructions more.

/// Returns how many of the bytes belong to the header.
inline std::size_t record_scanner::take_header_bytes(std::string_view bytes)
{
    if (header_bytes_ == 0 && bytes.size() >= header_.size()) {  // as nearly always
        std::memcpy(header_.data(), bytes.data(), header_.size());
        return header_bytes_ = header_.size();
    }
    const std::size_t taken = std::min(header_.size() - header_bytes_, bytes.size());
    std::copy_n(bytes.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(header_bytes_));
    header_bytes_ += taken;
    return taken;
}

inline bool record_scanner::take_header()
{
    content_left_ = content_bytes();
    padding_left_ = header_[6];
    in_record_ = true;
    kept_.clear();
    if (header_[0] != fcgi_version)
        return fail("a FastCGI record of an unknown version");
    const auto meant_for = destiny_of_record();
    if (!meant_for)
        return false;
    meant_for_ = *meant_for;
    const bool is_own = meant_for_ == destiny::params || (meant_for_ == destiny::body && !is_given_up_);
    has_strays_ = has_strays_ || (!is_own && meant_for_ != destiny::begin);
    if (meant_for_ == destiny::body)
        body_bytes_ += content_left_;
    return true;
}

inline std::optional<record_scanner::destiny> record_scanner::destiny_of_record()
{
    const auto type = static_cast<record_type>(header_[1]);
    const unsigned id = record_id();
    const auto broken = [this](std::string_view why) {
        fail(why);
        return std::nullopt;
    };
    if (id == 0) {
        if (content_left_ > most_management_bytes)
            return broken("a management record of more than 1 KiB");
        return destiny::management;
    }
    if (type == record_type::begin_request) {
        if (content_left_ != begin_body_bytes)
            return broken("a BEGIN_REQUEST record of the wrong length");
        if (id == request_id_ && !is_given_up_)
            return broken("a second BEGIN_REQUEST for one request");
        return destiny::begin;
    }
    if (id != request_id_)
        return destiny::dropped;  // FastCGI specification, 3.3: ignore records of an inactive request
    if (type == record_type::abort_request)
        return destiny::abort;
    if (type == record_type::standard_input && params_complete_)
        return destiny::body;
    if (type == record_type::params && !params_complete_)
        return destiny::params;
    return broken("a FastCGI record that is not allowed there");
}

/// After the header of a PARAMS record: reads the variables if this record has all of them, and their end follows, as
/// nearly always. Returns how many bytes that takes: 0 when something is missing or wrong, which take_content() finds.
std::size_t record_scanner::read_at_once(std::string_view bytes, request& into)
{
    if (params_.bytes() > 0 || content_left_ == 0)
        return 0;
    const std::size_t end_at = content_left_ + padding_left_;
    if (bytes.size() < end_at + record_header_bytes)
        return 0;
    std::array<std::uint8_t, record_header_bytes> end = header_;  // of the same version, type and request
    end[4] = end[5] = 0;
    if (std::memcmp(bytes.data() + end_at, end.data(), 6) != 0)
        return 0;
    const std::size_t all = end_at + record_header_bytes + static_cast<std::uint8_t>(bytes[end_at + 6]);
    if (bytes.size() < all || !read_variables(into, bytes.substr(0, content_left_), bytes.size() - all))
        return 0;
    params_.skip(content_left_);
    params_complete_ = true;
    content_left_ = padding_left_ = 0;
    in_record_ = false;
    header_bytes_ = 0;
    return all;
}

inline bool record_scanner::take_content(std::string_view bytes, std::string* variables, std::string* body)
{
    switch (meant_for_) {
    case destiny::begin:
    case destiny::management:
        kept_ += bytes;
        return true;
    case destiny::params:
        if (const auto wrong = params_.feed(bytes); !wrong.empty())
            return fail(wrong);
        if (variables != nullptr)
            *variables += bytes;
        return true;
    case destiny::body:
        if (body != nullptr && !is_given_up_)
            *body += bytes;
        return true;
    case destiny::abort:
    case destiny::dropped:
        break;
    }
    return true;
}

inline record_scanner::progress record_scanner::end_record()
{
    switch (meant_for_) {
    case destiny::dropped:
        return progress::incomplete;
    case destiny::begin:
        return end_begin();
    case destiny::management:
        replies_ += header_[1] == static_cast<std::uint8_t>(record_type::get_values)
                        ? values_result(kept_, max_connections_)
                        : unknown_type(header_[1]);
        return progress::incomplete;
    case destiny::params:
        if (content_bytes() > 0)
            return progress::incomplete;
        params_complete_ = true;
        why_ = params_.finish();
        return why_.empty() ? progress::params_complete : progress::broken;
    case destiny::body:
        if (content_bytes() > 0)
            return progress::incomplete;
        request_id_ = 0;
        if (is_given_up_ && answer_ended_ == answer_end::output)
            replies_ += end_request(last_id_, protocol_status::request_complete);
        return progress::complete;
    case destiny::abort:
        request_id_ = 0;
        if (!is_given_up_ || answer_ended_ == answer_end::output)
            replies_ += end_request(last_id_, protocol_status::request_complete);
        return is_given_up_ ? progress::complete : progress::aborted;
    }
    return progress::incomplete;
}

inline record_scanner::progress record_scanner::end_begin()
{
    const unsigned role = octet(kept_, 0) * 256U + octet(kept_, 1);
    if (request_id_ != 0 && !is_given_up_) {
        has_strays_ = true;
        replies_ += end_request(record_id(), protocol_status::cannot_multiplex);
        return progress::incomplete;
    }
    request_id_ = 0;
    keeps_connection_ = (octet(kept_, 2) & keep_connection_flag) != 0;
    if (role != responder_role) {
        has_strays_ = true;
        replies_ += end_request(record_id(), protocol_status::unknown_role);
        return progress::refused;
    }
    request_id_ = last_id_ = record_id();
    is_given_up_ = false;
    params_complete_ = false;
    params_ = {};
    body_bytes_ = 0;
    has_begun_ = true;
    return progress::incomplete;
}

inline std::size_t record_scanner::content_bytes() const
{
    return header_[4] * 256U + header_[5];
}

inline unsigned record_scanner::record_id() const
{
    return header_[2] * 256U + header_[3];
}

bool record_scanner::take_begun() noexcept
{
    return std::exchange(has_begun_, false);
}

std::string record_scanner::take_replies()
{
    return std::exchange(replies_, {});
}

bool record_scanner::fail(std::string_view why)
{
    why_ = why;
    return false;
}

}  // namespace wampfcgi::fcgi
