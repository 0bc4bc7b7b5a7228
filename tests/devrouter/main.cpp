// wamp-devrouter: a small WAMP router with built-in procedures, for development, demonstrations and tests.

#include "address.hpp"
#include "listener.hpp"
#include "options.hpp"
#include "router.hpp"
#include "tls.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace devrouter = wampfcgi::devrouter;

void serve(const devrouter::options& options)
{
    devrouter::router shared(options);  // outlives the connections, which end with the io_context
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](boost::system::error_code, int) { io.stop(); });

    auto tls = devrouter::make_tls_context(options);
    std::vector<std::unique_ptr<devrouter::listener>> listeners;
    for (const auto& text : options.listen)
        listeners.push_back(
            std::make_unique<devrouter::listener>(io, shared, tls ? &*tls : nullptr, devrouter::parse_address(text)));
    for (const auto& listening : listeners) {
        listening->start();
        std::cout << "listening " << listening->url() << std::endl;
    }
    io.run();
}

}  // namespace

int main(int count, char** arguments)
try {
    const auto options = devrouter::parse_options({arguments + 1, arguments + count});
    if (options.help)
        std::cout << devrouter::usage();
    else
        serve(options);
    return 0;
} catch (const std::invalid_argument& mistake) {
    std::cerr << "wamp-devrouter: " << mistake.what() << std::endl;
    return 2;
} catch (const std::exception& trouble) {
    std::cerr << "wamp-devrouter: " << trouble.what() << std::endl;
    return 1;
}
