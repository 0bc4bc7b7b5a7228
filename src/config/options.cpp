#include "options.hpp"

#include "secret.hpp"
#include "values.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/codec/body.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::config {
namespace {

constexpr std::uint64_t max_body_limit = std::uint64_t{1} << 53;  // every JSON reader takes integers up to here
constexpr std::uint64_t max_delta_seconds = 1'000'000'000;
constexpr unsigned max_call_seconds = 86'400;

// A prefix comes back with "." at its end.
std::optional<std::string> parse_procedure(std::string_view text)
{
    if (text.ends_with(".*"))
        text.remove_suffix(1);
    const std::string_view components = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    // WAMP's URIs may have a "*", but who writes one here expects a pattern that there is not.
    if (!codec::is_loose_uri(components) || components.find('*') != std::string_view::npos)
        return std::nullopt;
    return std::string{text};
}

std::optional<std::string> read_procedure(const entry& from)
{
    return read_string_as<std::string>(from, "a URI, or the start of one with \".\" or \".*\" at its end",
                                       parse_procedure);
}

std::optional<network> read_network(const entry& from)
{
    return read_string_as<network>(from, "an IPv4 or IPv6 address or network", checks::parse_network);
}

std::optional<std::string> read_origin(const entry& from)
{
    return read_string_as<std::string>(from, "an origin such as \"https://app.example.com\", or \"*\"",
                                       checks::parse_origin);
}

void read_signing(section& options, const file_reader& read_file, service_options& out)
{
    options.optional("key", out.key, read_text);
    out.secret = read_secret(options, read_file);
    if (options.has("key") && !has_secret(options))
        options.refuse_missing("secret", "a secret (or secret_file) beside key");
    if (!options.has("key") && has_secret(options))
        options.refuse_missing("key", "a key beside the secret");
}

}  // namespace

std::optional<service_options> read_options(const entry& from, const file_reader& read_file)
{
    using enum status_style;
    service_options out;
    section options{from};
    read_signing(options, read_file, out);
    options.optional("post_body_limit", out.post_body_limit, integer_in<std::uint64_t>(0, max_body_limit));
    options.optional("timestamp_delta_limit", out.timestamp_delta_limit,
                     integer_in<std::chrono::seconds>(0, max_delta_seconds));
    options.optional("require_ip", out.require_ip, list_of<network>("a list of addresses and networks", read_network));
    options.optional("require_tls", out.require_tls, read_boolean);
    options.optional("debug", out.debug, read_boolean);
    options.optional("call_timeout", out.call_timeout, seconds_in(0, max_call_seconds));
    options.optional("procedures", out.procedures, list_of<std::string>("a list of procedures", read_procedure));
    options.optional("allowed_origins", out.allowed_origins, list_of<std::string>("a list of origins", read_origin));
    options.optional("status_codes", out.status_codes, one_of<status_style>({{"crossbar", crossbar}, {"http", http}}));
    options.finish();
    return out;
}

}  // namespace wampfcgi::config
