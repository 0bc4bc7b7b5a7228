#include "wampfcgi/process/options.hpp"

#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <system_error>
#include <thread>

namespace wampfcgi::process {

namespace {

using done = result<void, trouble>;

bool is_option(std::string_view argument) noexcept
{
    return argument.starts_with('-');
}

/// Parses the arguments into options.
class reader {
public:
    reader(std::span<const char* const> arguments, unsigned processors) noexcept
        : arguments_(arguments),
          processors_(std::clamp(processors, 1U, max_workers))
    {}

    result<options, trouble> read()
    {
        while (next_ < arguments_.size())
            if (const done read = read_one(arguments_[next_++]); !read)
                return read.error();
        if (socket_option_given_ && !(options_.listen && std::holds_alternative<unix_address>(*options_.listen)))
            return trouble("--socket-mode, --socket-owner and --socket-group need --listen unix:PATH");
        if (options_.router && !options_.check_config)
            return trouble("--router needs --check-config");
        if (options_.json && !options_.status)
            return trouble("--json needs --status");
        return options_;
    }

private:
    done read_one(std::string_view argument)
    {
        if (argument == "-h")
            argument = "--help";
        if (!argument.starts_with("--") && options_.status)
            return read_status_of(argument);
        if (!argument.starts_with("--"))
            return trouble("unexpected argument " + log::quote(argument));
        const auto equals = argument.find('=');
        const std::string_view name = argument.substr(0, equals);
        inline_value_.reset();
        if (equals != std::string_view::npos)
            inline_value_ = argument.substr(equals + 1);

        if (name == "--config")
            return read_config();
        if (name == "--check-config")
            return read_check_config();
        if (name == "--status")
            return read_status();
        if (name == "--json")
            return read_flag(name, options_.json);
        if (name == "--listen")
            return read_address(name, options_.listen);
        if (name == "--workers")
            return read_workers();
        if (name == "--socket-mode")
            return read_socket_mode();
        if (auto* const text = text_option(name))
            return read_name(name, *text);
        if (name == "--router")
            return read_flag(name, options_.router);
        if (name == "--help")
            return read_flag(name, options_.help);
        if (name == "--version")
            return read_flag(name, options_.version);
        return trouble("unknown option " + log::quote(name));
    }

    /// The option's value: after '=', else the next argument unless it is an option. Nothing when absent or empty.
    std::optional<std::string_view> take_value()
    {
        std::optional<std::string_view> value = inline_value_;
        if (!value && next_ < arguments_.size() && !is_option(arguments_[next_]))
            value = arguments_[next_++];
        return value && !value->empty() ? value : std::nullopt;
    }

    done read_flag(std::string_view name, bool& flag)
    {
        if (inline_value_)
            return trouble(std::string(name) + " takes no value");
        flag = true;
        return {};
    }

    done set_config_file(std::string_view file)
    {
        if (options_.config_file)
            return trouble("more than one configuration file is named");
        options_.config_file = file;
        return {};
    }

    done read_config()
    {
        const auto file = take_value();
        return file ? set_config_file(*file) : trouble("--config needs a file");
    }

    done read_check_config()
    {
        options_.check_config = true;
        const bool named = inline_value_.has_value();
        const auto file = take_value();
        if (named && !file)
            return trouble("--check-config= needs a file");
        return file ? set_config_file(*file) : done();
    }

    done read_address(std::string_view name, std::optional<listen_address>& out)
    {
        const auto text = take_value();
        if (!text)
            return trouble(std::string(name) + " needs an address: unix:PATH, HOST:PORT or [IPV6]:PORT");
        if (out)
            return trouble(std::string(name) + " is given twice");
        auto address = parse_listen_address(*text);
        if (!address)
            return trouble(std::string(name) + " " + log::quote(*text) + ": " + address.error().text);
        out = *std::move(address);
        return {};
    }

    done read_status()
    {
        if (options_.status)
            return trouble("--status is given twice");
        options_.status = true;
        return inline_value_ ? read_status_of(*inline_value_) : done();
    }

    done read_status_of(std::string_view address)
    {
        inline_value_ = address;
        return read_address("--status", options_.status_of);
    }

    /// The member for the value of an option that names a user or group; null for another option.
    std::optional<std::string>* text_option(std::string_view name) noexcept
    {
        if (name == "--socket-owner")
            return &options_.socket_owner;
        if (name == "--socket-group")
            return &options_.socket_group;
        if (name == "--user")
            return &options_.user;
        return name == "--group" ? &options_.group : nullptr;
    }

    done read_name(std::string_view name, std::optional<std::string>& out)
    {
        const auto text = take_value();
        if (!text)
            return trouble(std::string(name) + " needs a name");
        if (out)
            return trouble(std::string(name) + " is given twice");
        out = *text;
        socket_option_given_ = socket_option_given_ || name.starts_with("--socket-");
        return {};
    }

    done read_socket_mode()
    {
        const std::string_view text = take_value().value_or("");
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, options_.socket_mode, 8);
        if (error != std::errc{} || stop != end || options_.socket_mode > 0777)
            return trouble("--socket-mode: expected 0 to 0777 in octal digits, got " + log::quote(text));
        socket_option_given_ = true;
        return {};
    }

    done read_workers()
    {
        const std::string_view text = take_value().value_or("");
        if (options_.workers_given)
            return trouble("--workers is given twice");
        options_.workers_given = true;
        if (text == "auto") {
            options_.workers = processors_;
            return {};
        }
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, options_.workers);
        if (error != std::errc{} || stop != end || options_.workers < 1 || options_.workers > max_workers)
            return trouble("--workers: expected 1.." + std::to_string(max_workers) + " or auto, got " +
                           log::quote(text));
        return {};
    }

    std::span<const char* const> arguments_;
    unsigned processors_;
    std::size_t next_ = 0;
    std::optional<std::string_view> inline_value_;  ///< the part after '=' of the current option
    bool socket_option_given_ = false;
    options options_;
};

}  // namespace

result<options, trouble> parse_options(int argc, const char* const* argv, unsigned processors)
{
    const auto count = static_cast<std::size_t>(std::max(argc, 0));
    const std::span<const char* const> all(argv, count);
    return reader(all.subspan(std::min<std::size_t>(count, 1)), processors).read();
}

unsigned usable_processors() noexcept
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, max_workers);
}

std::string_view usage() noexcept
{
    return R"(wamp-fcgi connects HTTP clients to a WAMP router, by FastCGI.

Usage:
  wamp-fcgi [--config FILE] --listen ADDRESS [--workers N]
                               listen, with N worker processes; a socket unit of
                               systemd replaces --listen
  wamp-fcgi [--config FILE]    started by a web server or spawn-fcgi, with a
                               listening socket as descriptor 0: one worker;
                               as a CGI program: one request
  wamp-fcgi --check-config [FILE] [--router]
  wamp-fcgi --status [ADDRESS] [--json]
  wamp-fcgi --help | --version

Options:
  --config FILE          configuration file
  --check-config [FILE]  report every mistake in the configuration, and exit
                         with 0 (none) or 1; with --user, check as that user
  --router               with --check-config: also join and leave each session;
                         exit with 0 if all were joined
  --status [ADDRESS]     print the status of the pool that listens there (default
                         unix:/run/wamp-fcgi/wamp-fcgi.sock, as under systemd);
                         exit with 0 (ready), 1 (not ready) or 2 (not reached)
  --json                 with --status: as JSON
  --listen ADDRESS       unix:PATH, HOST:PORT or [IPV6]:PORT
  --socket-mode MODE     mode of the Unix socket in octal digits (default 0660)
  --socket-owner USER    owner of the Unix socket (needs root)
  --socket-group GROUP   group of the Unix socket
  --workers N            worker processes: 1 to 1024, or "auto" for one per
                         processor (default 1)
  --user USER            become this user, with its groups, after opening the
                         socket and reading the configuration
  --group GROUP          become this group instead of the user's own
  -h, --help             print this text
  --version              print the versions of the program and its libraries

Environment:
  WAMP_FCGI_CONFIG       configuration file, if no option names one

Files, if neither an option nor the environment names one; the first one counts:
  ~/.config/wamp-fcgi/config.json   home directory from the password database
  /etc/wamp-fcgi/config.json

Signals, with --listen:
  SIGTERM, SIGINT        finish the requests, then end
  SIGHUP                 reload the configuration: new workers replace the old
                         ones, and no request is lost. A faulty configuration
                         is reported, and the old one stays in use
  SIGUSR1                reopen the log file

Exit status: 0 success, 1 failure, 2 wrong usage, 78 no start because of a faulty
configuration. The log goes to standard error by default.
)";
}

}  // namespace wampfcgi::process
