// Owns only the wiring: command line, configuration, and the choice of the mode.
#include "app/ask_status.hpp"
#include "app/cgi.hpp"
#include "app/check_places.hpp"
#include "app/check_router.hpp"
#include "app/linking/linking.hpp"
#include "app/own_figures.hpp"
#include "app/pool_watch.hpp"
#include "app/stores.hpp"
#include "app/worker.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/fcgi/libraries.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/metrics/board.hpp"
#include "wampfcgi/process/activation.hpp"
#include "wampfcgi/process/cgi_arguments.hpp"
#include "wampfcgi/process/identity.hpp"
#include "wampfcgi/process/limits.hpp"
#include "wampfcgi/process/listen.hpp"
#include "wampfcgi/process/memory_limit.hpp"
#include "wampfcgi/process/mode.hpp"
#include "wampfcgi/process/options.hpp"
#include "wampfcgi/process/supervisor.hpp"
#include "wampfcgi/wamp/libraries.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace wampfcgi;

namespace {

constexpr int bad_usage = 2;
constexpr int faulty_configuration = 78;  // EX_CONFIG of sysexits.h: a restart would fail too

// A worker about to end by itself must not be killed.
constexpr std::chrono::seconds kill_after_grace{2};

/// Loads the settings. Returns nothing when the file is faulty; every mistake is then on standard error.
std::optional<settings> load_settings(const process::options& given)
{
    auto loaded = config::load_located(given.config_file);
    if (auto* found = std::get_if<settings>(&loaded))
        return std::move(*found);
    for (const std::string& mistake : std::get<config::mistakes>(loaded))
        log::write(log_level::error, mistake);
    return {};
}

/// What each of some workers may hold in memory; a line in the log says so if that is little.
process::buffer_limits limit_buffers(const settings& config, unsigned workers, log_level told_at)
{
    const auto memory = process::find_memory_limit();
    if (const auto lowered = process::lowered_limits(config.limits, memory, workers))
        log::write(told_at, *lowered);
    return process::limits_in_force(config.limits, memory, workers);
}

void log_warnings(const settings& config)
{
    for (const std::string& each : config.warnings)
        log::write(log_level::warning, each);
}

/// Returns false when it fails; the log then says why.
bool become_user(const process::options& given)
{
    const auto changed = process::become(given.user, given.group);
    if (!changed)
        log::write(log_level::error, "cannot become another user: " + changed.error().text);
    return changed.has_value();
}

int check_config(const process::options& given)
{
    const auto config = load_settings(given);
    if (!config)
        return 1;
    log_warnings(*config);
    if (!become_user(given) || !app::check_places(*config))
        return 1;
    std::cout << config::locate(given.config_file) << ": no mistakes found\n";
    return !given.router || app::check_router(*config) ? 0 : 1;
}

/// Directs the log to its configured destination. Returns false, and changes nothing, when that fails; the log then
/// says why. May create the log file, so call it after giving up root.
bool use_log(const settings& config)
{
    const auto configured = log::configure(config.log);
    if (!configured)
        log::write(log_level::error, configured.error().text);
    return configured.has_value();
}

/// Applies the settings, at start or reload. Returns false when they cannot be used; the log then says why, and is
/// unchanged.
bool take_into_use(const settings& config, log_level told_at)
{
    if (const auto tried = app::try_stores(config); !tried) {
        log::write(log_level::error, tried.error().text);
        return false;
    }
    if (!use_log(config))
        return false;
    app::tell_stores(config, told_at);
    return true;
}

/// For modes whose processes stay running.
void warn_of_root(const process::options& given)
{
    if (!given.user && process::is_root())
        log::write(log_level::warning, "workers run as root (add --user USER)");
}

int run_as_cgi(const process::options& given)
{
    process::ignore_write_signals();
    process::forbid_core_dumps();
    const auto config = load_settings(given);
    if (!config)
        return faulty_configuration;
    if (!become_user(given) || !use_log(*config))
        return 1;
    process::forbid_looking_in();
    process::allow_descriptors(config->limits.open_files);
    return app::run_cgi(*config);
}

int run_on_fd0(const process::options& given)
{
    process::ignore_write_signals();
    process::forbid_core_dumps();
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGUSR1, SIG_IGN);  // until the worker handles it
    const auto config = load_settings(given);
    if (!config)
        return faulty_configuration;
    if (!become_user(given) || !take_into_use(*config, log_level::info))
        return 1;
    log_warnings(*config);
    warn_of_root(given);
    process::forbid_looking_in();
    const app::own_figures figures = app::find_own_figures(*config);
    process::pool_link alone;
    alone.slot = figures.slot;
    process::allow_descriptors(config->limits.open_files);
    const auto buffers = limit_buffers(*config, 1, log_level::info);
    return app::run_worker(*config, {.listen_fd = 0, .pool = alone, .counts_on = *figures.place, .buffers = buffers});
}

/// The program of a pool's workers with these settings.
process::worker_program program_for(settings loaded, int listen_fd, metrics::board& board, unsigned workers)
{
    const auto config = std::make_shared<const settings>(std::move(loaded));
    const auto buffers = limit_buffers(*config, workers, log_level::notice);
    process::allow_descriptors(config->limits.open_files);  // workers inherit it
    process::worker_program program;
    program.main = [config, listen_fd, &board, buffers](const process::pool_link& link) {
        return app::run_worker(*config, {.listen_fd = listen_fd, .pool = link, .counts_on = board, .buffers = buffers});
    };
    program.grace = config->shutdown_grace + kill_after_grace;
    if ((program.drain = app::longest_request(*config)))
        *program.drain += kill_after_grace;
    program.ready_within = config->router.connect_timeout + kill_after_grace;
    return program;
}

result<process::listener, trouble> open_listener(const process::options& given)
{
    if (!given.listen)
        return process::take_passed_socket();
    process::socket_access access{given.socket_mode, {}, {}};
    if (given.socket_owner) {
        const auto owner = process::find_user(*given.socket_owner);
        if (!owner)
            return trouble("--socket-owner: " + owner.error().text);
        access.owner = *owner;
    }
    if (given.socket_group) {
        const auto group = process::find_group(*given.socket_group);
        if (!group)
            return trouble("--socket-group: " + group.error().text);
        access.group = *group;
    }
    return process::open_listener(*given.listen, access);
}

int run_pool(const process::options& given)
{
    process::forbid_core_dumps();
    auto config = load_settings(given);
    if (!config)
        return faulty_configuration;
    auto socket = open_listener(given);
    if (!socket) {
        log::write(log_level::error, socket.error().text);
        return 1;
    }
    process::listener& listener = *socket;
    if (!become_user(given) || !take_into_use(*config, log_level::notice)) {
        listener.remove_socket();
        return 1;
    }
    log_warnings(*config);
    warn_of_root(given);
    log::write(log_level::notice, "listening on " + process::describe(listener.fd()) + " with " +
                                      std::to_string(given.workers) + " workers");
    metrics::board board(*config, given.workers);
    app::pool_watch watch(board);
    process::pool_options pool;
    pool.observer = &watch;
    pool.workers = given.workers;
    pool.reopen_log = log::reopen;
    pool.reload = [&]() -> std::optional<process::worker_program> {
        auto changed = load_settings(given);
        if (!changed || !take_into_use(*changed, log_level::notice))
            return {};
        log_warnings(*changed);
        if (!board.take_into_use(*changed))
            log::write(log_level::warning, "status leaves out some services, because reloads have added too many; " +
                                               std::string("restart to count them all"));
        return program_for(std::move(*changed), listener.fd(), board, given.workers);
    };
    const int status = process::run_pool(pool, program_for(std::move(*config), listener.fd(), board, given.workers));
    listener.remove_socket();
    log::finish();
    return status;
}

int refuse_usage(const std::string& mistake)
{
    std::cerr << "wamp-fcgi: " << mistake << "\nUsage: see wamp-fcgi --help\n";
    return bad_usage;
}

int run(int argc, char** argv)
{
    const process::start_facts facts = process::observe_start();
    std::vector<const char*> arguments(argv, argv + argc);
    if (process::is_cgi_program(facts) && argc > 1) {
        const auto own = process::own_arguments({argv + 1, argv + argc}, facts.query);
        if (!own)
            return refuse_usage("refusing options that came from the client's query");
        arguments.resize(1);
        arguments.insert(arguments.end(), own->begin(), own->end());
    }
    const auto parsed =
        process::parse_options(static_cast<int>(arguments.size()), arguments.data(), process::usable_processors());
    if (!parsed)
        return refuse_usage(parsed.error().text);
    const process::options& given = *parsed;
    switch (process::choose_mode(given, facts)) {
    case process::mode::help:
        std::cout << process::usage();
        return 0;
    case process::mode::version:
        std::cout << "wamp-fcgi " WAMPFCGI_VERSION "\n" << wamp::libraries() << fcgi::libraries() << app::linking();
        return 0;
    case process::mode::check_config:
        return check_config(given);
    case process::mode::status:
        return app::ask_status(given);
    case process::mode::pool:
        return run_pool(given);
    case process::mode::worker_on_fd0:
        return run_on_fd0(given);
    case process::mode::cgi:
        return run_as_cgi(given);
    case process::mode::usage:
        break;
    }
    return refuse_usage(given.workers_given
                            ? "--workers needs --listen, or a socket from systemd"
                            : "--listen is missing, and neither a web server nor systemd started the program");
}

}  // namespace

int main(int argc, char** argv)
{
    exit_when_out_of_memory();
    app::prepare_libraries();
    log::prepare();
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        log::write(log_level::error, std::string("cannot go on: ") + error.what());
        return 1;
    }
}
