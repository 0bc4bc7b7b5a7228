#include "config/options.hpp"

#include "config/secret.hpp"
#include "config/values.hpp"
#include "config/webhook.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/codec/body.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

constexpr std::uint64_t max_body_limit = std::uint64_t{1} << 53;  // exact in every JSON parser up to here
constexpr std::uint64_t max_delta_seconds = 1'000'000'000;
constexpr unsigned max_call_seconds = 86'400;
constexpr std::uint64_t max_heartbeat_seconds = 3600;
constexpr std::uint64_t max_stream_seconds = 365 * 86'400;
constexpr std::uint64_t most_rate_requests = 1'000'000;
constexpr std::uint64_t longest_rate_seconds = 31'536'000;
constexpr std::uint64_t longest_kept_seconds = 31'536'000;  // a year; to caches almost the same as for ever (RFC 9111)

// Returns a prefix with "." at its end.
std::optional<std::string> parse_uri_pattern(std::string_view text)
{
    if (text.ends_with(".*"))
        text.remove_suffix(1);
    const std::string_view components = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    // WAMP URIs may contain "*", but here it would look like a pattern that does not exist.
    if (!codec::is_loose_uri(components) || components.find('*') != std::string_view::npos)
        return std::nullopt;
    return std::string{text};
}

std::optional<std::string> read_uri_pattern(const entry& from)
{
    return read_string_as<std::string>(from, "a URI, or the start of one with \".\" or \".*\" at its end",
                                       parse_uri_pattern);
}

std::optional<network> read_network(const entry& from)
{
    return read_string_as<network>(from, "an IPv4 or IPv6 address or network", checks::parse_network);
}

std::optional<std::string> read_origin(const entry& from)
{
    return read_string_as<std::string>(
        from, "an origin such as \"https://app.example.com\" or \"https://*.example.com\", or \"*\"",
        checks::parse_origin);
}

auto procedure_list()
{
    return list_of<std::string>("a list of procedures", read_uri_pattern);
}

auto topic_list()
{
    return list_of<std::string>("a list of topics", read_uri_pattern);
}

std::optional<std::string> read_procedure(const entry& from)
{
    return read_string_as<std::string>(from, "a WAMP URI", [](const std::string& text) {
        return codec::is_loose_uri(text) ? std::optional<std::string>{text} : std::nullopt;
    });
}

/// GET includes HEAD. After a mistake GET counts as given, to avoid further reports.
std::optional<method_set> read_methods(const entry& from)
{
    using member = bool method_set::*;
    const auto items = read_items(from, "a list of methods");
    if (items && items->empty())
        from.refuse("at least one method");
    if (!items || items->empty())
        return method_set{.get = true};
    method_set out;
    for (const entry& item : *items) {
        const auto found =
            one_of<member>({{"GET", &method_set::get}, {"POST", &method_set::post}, {"PUT", &method_set::put}})(item);
        const member method = found.value_or(&method_set::get);
        if (found && out.*method)
            item.refuse("each method once");
        out.*method = true;
    }
    out.head = out.get;
    return out;
}

/// How long, and in which caches, answers to GET may be kept.
void read_caching(section& options, service_options& out)
{
    options.optional("max_age", out.max_age, integer_in<std::chrono::seconds>(0, longest_kept_seconds));
    options.optional("cache", out.cache,
                     one_of<cache_scope>({{"public", cache_scope::shared}, {"private", cache_scope::client}}));
    for (const char* key : {"max_age", "cache"})
        if (options.has(key) && !out.methods.get)
            return options.refuse_missing("methods", std::string("\"GET\" among the methods beside ") + key);
    for (const char* key : {"key", "keys", "require_ip", "rate_limit", "forward"})
        if (options.has(key) && out.cache == cache_scope::shared)
            return options.find("cache").refuse(std::string("\"private\" beside ") + key);
}

void read_fixed_procedure(section& options, service_options& out)
{
    options.optional("procedure", out.procedure, read_procedure);
    if (options.has("procedure") && options.has("procedures"))
        options.find("procedures").refuse("either procedure or procedures", "both");
    options.optional("methods", out.methods, read_methods);
    if (options.has("methods") && !options.has("procedure"))
        options.refuse_missing("procedure", "a procedure beside methods");
    read_caching(options, out);
}

std::optional<int> read_success_status(const entry& from)
{
    const bool is_number = from.value->type == node::kind::number;
    for (const int status : {200, 202})
        if (is_number && from.value->text == std::to_string(status))
            return status;
    from.refuse("200 or 202");
    return std::nullopt;
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>> read_time(const entry& from)
{
    return read_string_as<std::chrono::sys_time<std::chrono::microseconds>>(
        from, "a UTC time such as \"2027-01-01T00:00:00Z\"", checks::parse_timestamp);
}

std::optional<signing_key> read_signing_key(const entry& from)
{
    signing_key out;
    section members{from};
    if (auto secret = read_secret(members))
        out.secret = *std::move(secret);
    if (!has_secret(members))
        members.refuse_missing("secret", "a secret (or secret_file)");
    members.optional("procedures", out.procedures, procedure_list());
    members.optional("topics", out.topics, topic_list());
    members.optional("not_after", out.not_after, read_time);
    members.finish();
    return out;
}

void read_keys(entry from, decltype(service_options::keys)& out)
{
    from.is_secret = true;  // a secret may be here when the object around it was forgotten
    const auto names = named_entries(from);
    if (from.value->type == node::kind::object && names.empty())
        from.refuse("an object of at least one key");
    for (named_entry each : names) {
        each.value.is_secret = true;
        if (each.name.empty())
            each.value.context->add(each.line, each.value.path, "expected the name of a key, got \"\"");
        if (auto key = read_signing_key(each.value))
            out.insert_or_assign(std::string{each.name}, *std::move(key));
    }
}

void read_signing(section& options, service_options& out)
{
    std::optional<std::string> name;
    options.optional("key", name, read_text);
    auto secret = read_secret(options);
    if (options.has("key") && !has_secret(options))
        options.refuse_missing("secret", "a secret (or secret_file) beside key");
    if (!options.has("key") && has_secret(options))
        options.refuse_missing("key", "a key beside the secret");
    if (const entry keys = options.find("keys"); keys.is_present())
        read_keys(keys, out.keys);
    if (name && out.keys.contains(*name))
        options.find("key").refuse("a key that is not in keys as well");
    else if (name && secret)
        out.keys[*name].secret = *std::move(secret);
}

std::optional<std::map<std::string, forward_source>> read_forward(const entry& from)
{
    using enum forward_source;
    const auto read_source = one_of<forward_source>({{"REMOTE_ADDR", remote_addr},
                                                     {"REMOTE_USER", remote_user},
                                                     {"SSL_CLIENT_S_DN", ssl_client_s_dn},
                                                     {"HTTP_USER_AGENT", http_user_agent},
                                                     {"REQUEST_ID", request_id},
                                                     {"SIGNING_KEY", signing_key}});
    std::map<std::string, forward_source> out;
    for (const named_entry& each : named_entries(from))
        if (const auto source = read_source(each.value))
            out.emplace(each.name, *source);
    return out;
}

/// Also reads timestamp_delta_limit. Without keys or a limit, no time is known until which to remember a signature.
/// EventSource repeats its request, so there is no replay protection for events.
void read_freshness(section& options, service_type type, service_options& out)
{
    bool has_limit = options.has("timestamp_delta_limit");
    options.optional("timestamp_delta_limit", out.timestamp_delta_limit, [&](const entry& from) {
        const auto limit = integer_in<std::chrono::seconds>(0, max_delta_seconds)(from);
        has_limit = limit != std::chrono::seconds{0};
        return limit;
    });
    if (type == service_type::events)
        return;
    const bool is_possible = has_limit && (options.has("key") || options.has("keys"));
    out.replay_protection = is_possible;
    options.optional("replay_protection", out.replay_protection, [&](const entry& from) {
        const auto wanted = read_boolean(from);
        if (wanted == true && !is_possible)
            from.refuse("false without a key and a timestamp_delta_limit");
        return wanted;
    });
}

void read_stream_options(section& options, service_options& out)
{
    out.methods = {.get = true};
    options.required("topics", out.topics, topic_list());
    options.optional("max_streams_per_address", out.max_streams_per_address, integer_in<std::size_t>(0, 1'000'000));
    options.optional("heartbeat", out.heartbeat, integer_in<std::chrono::seconds>(1, max_heartbeat_seconds));
    options.optional("max_stream_seconds", out.max_stream, integer_in<std::chrono::seconds>(0, max_stream_seconds));
}

void read_body_limit(section& options, service_options& out)
{
    options.optional("post_body_limit", out.post_body_limit, integer_in<std::uint64_t>(0, max_body_limit));
}

void read_restrictions(section& options, service_options& out)
{
    options.optional("require_ip", out.require_ip, list_of<network>("a list of addresses and networks", read_network));
    options.optional("require_tls", out.require_tls, read_boolean);
    options.optional("debug", out.debug, read_boolean);
}

/// Call it after reading the keys, because "by": "key" requires some.
std::optional<rate_limit> read_rate(const entry& from, const service_options& of)
{
    rate_limit out;
    section limit{from};
    limit.required("requests", out.requests, integer_in<std::uint64_t>(1, most_rate_requests));
    limit.required("seconds", out.period, integer_in<std::chrono::seconds>(1, longest_rate_seconds));
    limit.optional(
        "by", out.by,
        one_of<rate_subject>(
            {{"address", rate_subject::address}, {"key", rate_subject::key}, {"service", rate_subject::service}}));
    if (out.by == rate_subject::key && of.keys.empty())
        limit.find("by").refuse("\"address\" or \"service\" where there are no keys");
    limit.finish();
    return out;
}

void read_rate_limit(section& options, service_options& out)
{
    options.optional("rate_limit", out.rate, [&](const entry& from) { return read_rate(from, out); });
}

void read_call_timeout(section& options, service_options& out)
{
    options.optional("call_timeout", out.call_timeout, seconds_in(0, max_call_seconds));
}

service_options read_options_of_webhook(const entry& from)
{
    service_options out;
    section options{from};
    out.webhook = read_webhook(options);
    read_body_limit(options, out);
    read_restrictions(options, out);
    read_rate_limit(options, out);
    read_call_timeout(options, out);
    options.finish();
    if (out.webhook.verify_by.empty() && !out.require_ip && !out.rate)
        from.context->warn(from.line, from.path,
                           "anybody can publish here: there is no github_secret, verify, require_ip or rate_limit");
    return out;
}

void read_token(section& options, status_options& out)
{
    options.optional("token_file", out.token, read_secret_file);
    options.optional("token_for", out.token_for,
                     one_of<token_scope>({{"all", token_scope::all}, {"figures", token_scope::figures}}));
    if (options.has("token_for") && !options.has("token_file"))
        options.refuse_missing("token_file", "a token_file beside token_for");
}

service_options read_options_without_session(const entry& from, service_type type)
{
    service_options out;
    section options{from};
    read_restrictions(options, out);
    if (type == service_type::status)
        read_token(options, out.status);
    options.finish();
    return out;
}

}  // namespace

std::optional<service_options> read_options(const entry& from, service_type type)
{
    using enum status_style;
    if (type == service_type::webhook)
        return read_options_of_webhook(from);
    if (!has_session(type))
        return read_options_without_session(from, type);
    service_options out;
    section options{from};
    read_signing(options, out);
    const bool has_body = type != service_type::events;
    if (has_body)
        read_body_limit(options, out);
    read_freshness(options, type, out);
    read_restrictions(options, out);
    read_rate_limit(options, out);
    read_call_timeout(options, out);
    switch (type) {
    case service_type::caller:
        options.optional("procedures", out.procedures, procedure_list());
        read_fixed_procedure(options, out);
        break;
    case service_type::publisher:
        options.optional("topics", out.topics, topic_list());
        options.optional("success_status", out.success_status, read_success_status);
        break;
    case service_type::events:
        read_stream_options(options, out);
        break;
    case service_type::webhook:
    case service_type::status:
    case service_type::console:
        break;
    }
    options.optional("allowed_origins", out.allowed_origins, list_of<std::string>("a list of origins", read_origin));
    if (has_body) {
        options.optional("status_codes", out.status_codes,
                         one_of<status_style>({{"crossbar", crossbar}, {"http", http}}));
        options.optional("forward", out.forward, read_forward);
    }
    options.finish();
    return out;
}

}  // namespace wampfcgi::config
