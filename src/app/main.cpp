// Owns nothing but the wiring: command line, configuration, and which mode is run.
#include "app/worker.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/process/listen.hpp"
#include "wampfcgi/process/mode.hpp"
#include "wampfcgi/process/options.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>

using namespace wampfcgi;

namespace {

constexpr int bad_usage = 2;

/// The settings, or nothing when the file is faulty; every mistake is then on standard error.
std::optional<settings> load_settings(const process::options& given)
{
    auto loaded = config::load(config::locate(given.config_file));
    if (auto* found = std::get_if<settings>(&loaded))
        return std::move(*found);
    for (const std::string& mistake : std::get<config::mistakes>(loaded))
        log::write(log_level::error, mistake);
    return {};
}

/// The settings, with the log already as they say; nothing when there is a reason not to start.
std::optional<settings> start_with_settings(const process::options& given)
{
    auto config = load_settings(given);
    if (!config)
        return {};
    if (const auto why_not = log::configure(config->log)) {
        log::write(log_level::error, *why_not);
        return {};
    }
    return config;
}

int check_config(const process::options& given)
{
    if (!load_settings(given))
        return 1;
    std::cout << config::locate(given.config_file) << ": no mistakes found\n";
    return 0;
}

int run_on_fd0(const process::options& given)
{
    process::ignore_sigpipe();
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGUSR1, SIG_IGN);  // until the worker looks out for it
    const auto config = start_with_settings(given);
    return config ? app::run_worker(*config, 0) : 1;
}

int run_pool(const process::options& given)
{
    const auto config = start_with_settings(given);
    if (!config)
        return 1;
    auto opened = process::open_listener(*given.listen);
    if (const auto* why_not = std::get_if<std::string>(&opened)) {
        log::write(log_level::error, *why_not);
        return 1;
    }
    auto& listener = std::get<process::listener>(opened);
    log::write(log_level::notice, "listening on " + process::describe(listener.fd()) + " with " +
                                      std::to_string(given.workers) + " workers");
    process::pool_options pool;
    pool.workers = given.workers;
    pool.grace = std::chrono::seconds(5);
    const int status = process::run_pool(pool, [&] {
        std::signal(SIGUSR1, SIG_IGN);
        return app::run_worker(*config, listener.fd());
    });
    listener.remove_socket();
    log::finish();
    return status;
}

int run(int argc, char** argv)
{
    const auto parsed = process::parse_options(argc, argv, process::usable_processors());
    if (const auto* mistake = std::get_if<std::string>(&parsed)) {
        std::cerr << "wamp-fcgi: " << *mistake << '\n' << process::usage();
        return bad_usage;
    }
    const auto& given = std::get<process::options>(parsed);
    switch (process::choose_mode(given, process::observe_start(argc))) {
    case process::mode::help:
        std::cout << process::usage();
        return 0;
    case process::mode::version:
        std::cout << "wamp-fcgi " WAMPFCGI_VERSION "\n";
        return 0;
    case process::mode::check_config:
        return check_config(given);
    case process::mode::pool:
        return run_pool(given);
    case process::mode::worker_on_fd0:
        return run_on_fd0(given);
    case process::mode::cgi:
    case process::mode::usage:
        break;
    }
    std::cerr << process::usage();
    return bad_usage;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        log::write(log_level::error, std::string("cannot go on: ") + error.what());
        return 1;
    }
}
