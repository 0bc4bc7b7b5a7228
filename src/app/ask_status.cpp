#include "app/ask_status.hpp"

#include "wampfcgi/fcgi/status_client.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/process/connect.hpp"

#include <chrono>
#include <iostream>
#include <string>

namespace wampfcgi::app {
namespace {

constexpr std::chrono::seconds most_patience{5};
constexpr int not_ready = 1;
constexpr int not_reached = 2;

result<fcgi::pool_report, trouble> ask(const process::listen_address& where, bool as_json)
{
    const auto deadline = std::chrono::steady_clock::now() + most_patience;
    const auto connected = process::connect_to(where, deadline);
    if (!connected)
        return connected.error();
    return fcgi::ask_for_status(connected->get(), as_json ? "json" : "text", deadline);
}

}  // namespace

int ask_status(const process::options& given)
{
    const process::listen_address where = given.status_of.value_or(process::unix_address{process::unit_socket});
    const auto told = ask(where, given.json);
    if (!told) {
        std::cerr << "wamp-fcgi: cannot ask " << log::quote(process::describe(where))
                  << " for its status: " << told.error().text << "\n";
        return not_reached;
    }
    std::cout << told->text;
    return told->is_ready ? 0 : not_ready;
}

}  // namespace wampfcgi::app
