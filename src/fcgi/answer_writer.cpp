#include "fcgi/answer_writer.hpp"

#include "fcgi/cgi_header.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace wampfcgi::fcgi {
namespace {

constexpr std::size_t full_record_bytes = 65'528;  // a multiple of 8, so that none needs padding
constexpr std::size_t joined_bytes = 16 * 1024;    // a body up to here is copied behind the header section
constexpr std::size_t usual_head_bytes = 512;      // what comes before the body, and the end of the request
constexpr std::size_t pieces_a_write = 64;

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

std::string_view view(const std::array<char, record_header_bytes>& header)
{
    return {header.data(), header.size()};
}

}  // namespace

answer_writer::answer_writer(unsigned request_id, response what)
    : full_record_(header_of(request_id, full_record_bytes))
{
    const bool joined = what.body.size() <= joined_bytes;
    head_.reserve(usual_head_bytes + (joined ? what.body.size() : 0));
    head_.append(record_header_bytes, '\0');
    append_header_section(head_, what);
    if (joined)
        head_ += what.body;
    else
        body_ = std::move(what.body);
    const auto header = header_of(request_id, head_.size() - record_header_bytes);
    head_.replace(0, header.size(), view(header));
    last_record_ = header_of(request_id, body_.size() % full_record_bytes);
    end_ = view(header_of(request_id, 0));
    end_ += end_request(request_id, protocol_status::request_complete);
    if (!body_.empty())
        return;
    head_ += end_;
    end_.clear();
}

std::size_t answer_writer::full_records() const
{
    return body_.size() / full_record_bytes;
}

// What stands at an offset of the records, up to where something else follows in memory; empty behind the end.
std::string_view answer_writer::piece_at(std::size_t offset) const
{
    constexpr std::size_t stride = sizeof(record_header) + full_record_bytes;
    const std::string_view body = body_;
    if (offset < head_.size())
        return std::string_view(head_).substr(offset);
    offset -= head_.size();
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

answer_writer::progress answer_writer::write(int fd)
{
    while (true) {
        std::array<iovec, pieces_a_write> pieces{};
        msghdr message{};
        message.msg_iov = pieces.data();
        std::size_t offered = 0;
        for (iovec& each : pieces) {
            const std::string_view piece = piece_at(written_ + offered);
            if (piece.empty())
                break;
            each = {const_cast<char*>(piece.data()), piece.size()};  // only read, but iovec serves readv as well
            offered += piece.size();
            ++message.msg_iovlen;
        }
        if (offered == 0)
            return progress::done;
        const ssize_t taken = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return progress::blocked;
        if (taken < 0 && errno != EINTR)
            return progress::failed;
        written_ += taken < 0 ? 0 : static_cast<std::size_t>(taken);
    }
}

}  // namespace wampfcgi::fcgi
