#include "net/proxy_answer.hpp"

#include "wampfcgi/core/text/authority.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::net {
namespace {

constexpr std::string_view status_line_form = "HTTP/1.# ###";  // # is a digit; then a space and a reason, or nothing

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool begins_status_line(std::string_view text)
{
    return std::equal(status_line_form.begin(), status_line_form.end(), text.begin(), text.end(),
                      [](char form, char c) { return form == '#' ? is_digit(c) : form == c; });
}

}  // namespace

std::string connect_request(std::string_view host, std::uint16_t port)
{
    const std::string place = bracketed(host) + ':' + std::to_string(port);
    return "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\nUser-Agent: wamp-fcgi\r\n\r\n";
}

std::size_t proxy_answer::feed(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && state_ == state_kind::incomplete)
        take(bytes[used++]);
    return used;
}

void proxy_answer::take(char next)
{
    if (++taken_ > max_bytes)
        return fail("the proxy's answer is longer than 16 KiB");
    if (next == '\n')
        return end_line();
    line_ += next;
    // Another protocol may never end a line.
    if (!in_fields_ && line_.size() == status_line_form.size() && !begins_status_line(line_))
        fail("the proxy's answer is not HTTP/1.1: " + log::quote(line_));
}

// A lone line feed ends a line too (RFC 9112, 2.2).
void proxy_answer::end_line()
{
    if (line_.ends_with('\r'))
        line_.pop_back();
    if (!in_fields_)
        return read_status_line();
    if (line_.empty())
        end_head();
    line_.clear();
}

void proxy_answer::read_status_line()
{
    const std::string_view line = line_;
    const std::string_view reason = line.substr(std::min(line.size(), status_line_form.size()));
    if (!begins_status_line(line.substr(0, status_line_form.size())) || !(reason.empty() || reason.starts_with(' ')))
        return fail("the proxy's answer is not HTTP/1.1: " + log::quote(line));
    const std::string_view digits = line.substr(status_line_form.size() - 3, 3);
    status_ = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    reason_ = reason.substr(reason.empty() ? 0 : 1);
    in_fields_ = true;
    line_.clear();
}

void proxy_answer::end_head()
{
    in_fields_ = false;
    if (status_ >= 100 && status_ < 200 && status_ != 101)
        return;  // an interim answer (RFC 9110, 15.2)
    if (status_ >= 200 && status_ < 300) {
        state_ = state_kind::connected;  // such an answer has no body, whatever its fields say (RFC 9110, 9.3.6)
        return;
    }
    std::string why = "the proxy refused the tunnel with HTTP status " + std::to_string(status_);
    if (!reason_.empty())
        why += ' ' + log::quote(reason_);
    if (status_ == 407)
        why += " (wamp-fcgi cannot log in at a proxy)";
    fail(std::move(why));
}

std::string proxy_answer::cut_short() const
{
    if (taken_ == 0)
        return "the proxy closed the connection without an answer";
    return "the proxy closed the connection in the middle of its answer, at " + log::quote(line_);
}

void proxy_answer::fail(std::string why)
{
    state_ = state_kind::failed;
    failure_ = std::move(why);
}

}  // namespace wampfcgi::net
