// Owns a server on a Unix socket that answers like a Valkey, in the test's event loop.
#pragma once

#include "store/valkey/protocol.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::store {

class fake_server {
public:
    using socket = boost::asio::local::stream_protocol::socket;

    fake_server(boost::asio::io_context& loop, const std::string& path)
        : acceptor_(loop, boost::asio::local::stream_protocol::endpoint(path))
    {
        accept();
    }

    /// Answers to commands after the login; empty: none.
    std::function<std::string(const valkey_reply& command)> answer = [](const valkey_reply&) { return "+OK\r\n"; };

    std::string marker = "1000000";

    /// Reads, but does not answer until release().
    void hold() { is_held_ = true; }

    void release()
    {
        is_held_ = false;
        for (const auto& each : connections_)
            write(*each);
    }

    /// Closes all connections.
    void drop()
    {
        for (const auto& each : connections_)
            each->stream.close();
        connections_.clear();
    }

    /// Also refuses new connections.
    void stop()
    {
        drop();
        acceptor_.close();
    }

    std::vector<std::vector<std::string>> read{};  ///< for each read: the names of the commands

private:
    struct connection {
        explicit connection(socket its_stream) : stream(std::move(its_stream)) {}
        socket stream;
        valkey_reader reader;
        std::array<char, 65'536> in{};
        std::string out;
    };

    void accept()
    {
        acceptor_.async_accept([this](boost::system::error_code error, socket accepted) {
            if (error)
                return;
            connections_.push_back(std::make_shared<connection>(std::move(accepted)));
            receive(connections_.back());
            accept();
        });
    }

    void receive(const std::shared_ptr<connection>& from)
    {
        from->stream.async_read_some(boost::asio::buffer(from->in),
                                     [this, from](boost::system::error_code error, std::size_t n) {
                                         if (error)
                                             return;
                                         take(*from, {from->in.data(), n});
                                         if (!is_held_)
                                             write(*from);
                                         receive(from);
                                     });
    }

    static void write(connection& to)
    {
        boost::system::error_code gone;
        boost::asio::write(to.stream, boost::asio::buffer(to.out), gone);
        to.out.clear();
    }

    void take(connection& from, std::string_view bytes)
    {
        from.reader.feed(bytes);
        auto& names = read.emplace_back();
        while (const auto command = from.reader.next()) {
            names.push_back(command->elements.at(0).text);
            from.out += reply_to(*command);
        }
    }

    std::string reply_to(const valkey_reply& command) const
    {
        const std::string& name = command.elements.at(0).text;
        if (name == "CLIENT")
            return "+OK\r\n";
        if (name == "INFO")
            return "$42\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n\r\n";
        if (name == "TIME")
            return "*2\r\n$4\r\n1000\r\n$1\r\n0\r\n";
        if (name == "GET")
            return "$" + std::to_string(marker.size()) + "\r\n" + marker + "\r\n";
        return answer(command);
    }

    bool is_held_ = false;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::vector<std::shared_ptr<connection>> connections_{};
};

}  // namespace wampfcgi::store
