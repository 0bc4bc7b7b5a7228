// Owns a connected stream with or without TLS, behind one type. Code composed of many reads and writes, such as Beast's
// WebSocket, is compiled once instead of once for each kind of stream.
#pragma once

#include "wampfcgi/net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

namespace wampfcgi::net {

/// A completion handler of any type. The handler need not be copyable.
class io_handler {
public:
    template <class Handler>
    explicit io_handler(Handler handler) : held_(std::make_unique<holder<Handler>>(std::move(handler)))
    {}

    void operator()(const boost::system::error_code& error, std::size_t bytes) const { held_->call(error, bytes); }

private:
    struct base {
        virtual ~base() = default;
        virtual void call(const boost::system::error_code& error, std::size_t bytes) = 0;
    };
    template <class Handler>
    struct holder final : base {
        explicit holder(Handler held) : handler(std::move(held)) {}
        void call(const boost::system::error_code& error, std::size_t bytes) override { handler(error, bytes); }
        Handler handler;
    };

    std::unique_ptr<base> held_;
};

/// An asynchronous stream as Asio and Beast want it, for handlers that run on the stream's own executor.
class byte_stream {
public:
    using executor_type = boost::asio::any_io_executor;

    explicit byte_stream(plain_stream connected);
    explicit byte_stream(tls_stream connected);

    executor_type get_executor() { return socket().get_executor(); }
    plain_stream& socket();

    /// The stream with TLS; null without TLS.
    tls_stream* tls() { return std::get_if<tls_stream>(&stream_); }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& into, Handler&& done)
    {
        read_some(first_of<boost::asio::mutable_buffer>(into), io_handler(std::forward<Handler>(done)));
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& from, Handler&& done)
    {
        write_some(first_of<boost::asio::const_buffer>(from), io_handler(std::forward<Handler>(done)));
    }

private:
    /// At most four buffers of a sequence, without empty ones.
    template <class Buffer>
    class some_buffers {
    public:
        void add(Buffer next) { parts_[count_++] = next; }
        bool full() const { return count_ == parts_.size(); }
        auto begin() const { return parts_.begin(); }
        auto end() const { return parts_.begin() + count_; }

    private:
        std::array<Buffer, 4> parts_{};
        std::size_t count_ = 0;
    };

    template <class Buffer, class Buffers>
    static some_buffers<Buffer> first_of(const Buffers& sequence)
    {
        some_buffers<Buffer> some;
        const auto end = boost::asio::buffer_sequence_end(sequence);
        for (auto next = boost::asio::buffer_sequence_begin(sequence); next != end && !some.full(); ++next)
            if (const Buffer buffer(*next); buffer.size() > 0)
                some.add(buffer);
        return some;
    }

    void read_some(const some_buffers<boost::asio::mutable_buffer>& into, io_handler done);
    void write_some(const some_buffers<boost::asio::const_buffer>& from, io_handler done);

    std::variant<plain_stream, tls_stream> stream_;
};

/// Called by Beast to close a stream when a time limit ends.
void beast_close_socket(byte_stream& stream);

}  // namespace wampfcgi::net
