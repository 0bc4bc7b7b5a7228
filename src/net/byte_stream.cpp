#include "wampfcgi/net/byte_stream.hpp"

namespace wampfcgi::net {

byte_stream::byte_stream(plain_stream connected) : stream_(std::move(connected)) {}

byte_stream::byte_stream(tls_stream connected) : stream_(std::move(connected)) {}

plain_stream& byte_stream::socket()
{
    if (auto* encrypted = tls())
        return encrypted->next_layer();
    return std::get<plain_stream>(stream_);
}

void byte_stream::read_some(const some_buffers<boost::asio::mutable_buffer>& into, io_handler done)
{
    std::visit([&](auto& stream) { stream.async_read_some(into, std::move(done)); }, stream_);
}

void byte_stream::write_some(const some_buffers<boost::asio::const_buffer>& from, io_handler done)
{
    std::visit([&](auto& stream) { stream.async_write_some(from, std::move(done)); }, stream_);
}

void beast_close_socket(byte_stream& stream)
{
    boost::system::error_code ignored;
    stream.socket().close(ignored);
}

}  // namespace wampfcgi::net
