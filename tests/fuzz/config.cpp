// Input: a configuration file. Accepted settings, written to a file again, must stay the same. Mistakes must be lines
// of valid UTF-8 that name the file. The content of a file that the configuration names is the part after the slash of
// its path.
#include "target.hpp"

#include "time_text.hpp"

#include "wampfcgi/codec/transcode.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <variant>

namespace wampfcgi::fuzz {
namespace {

namespace json = boost::json;

result<config::file_content, trouble> read_fake_file(const std::string& path)
{
    if (path.starts_with("/missing"))
        return trouble("No such file or directory");
    return config::file_content{path.substr(1), path.starts_with("/open")};
}

// From here on: writes settings as a configuration file, one function for each section.

void put_unless_empty(json::object& out, json::string_view key, const std::string& value)
{
    if (!value.empty())
        out[key] = value;
}

json::value seconds(std::chrono::milliseconds time)
{
    return static_cast<double>(time.count()) / 1000;
}

std::string written(const network& net)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    must(inet_ntop(AF_INET6, net.address.data(), text.data(), text.size()) != nullptr, "an address can be written");
    return text.data() + ('/' + std::to_string(net.prefix_bits));
}

json::array written(const std::vector<std::string>& texts)
{
    return json::array(texts.begin(), texts.end());
}

std::string in_digits(std::string_view bytes)
{
    std::string digits;
    for (const char c : bytes)
        for (const int shift : {4, 0})
            digits += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 0xF];
    return digits;
}

json::object written(const credentials& login)
{
    static constexpr std::array<const char*, 4> methods{"anonymous", "ticket", "wampcra", "cryptosign"};
    json::object out{{"authmethod", methods.at(static_cast<std::size_t>(login.authmethod))}};
    const bool is_key = login.authmethod == authmethod_kind::cryptosign;
    put_unless_empty(out, "authid", login.authid);
    put_unless_empty(out, "secret", is_key ? in_digits(login.secret) : login.secret);
    if (!login.authextra.empty())
        out["authextra"] = json::parse(codec::message_to_json(login.authextra).value());
    return out;
}

json::object written(const router_settings& router)
{
    json::object out{{"connect_timeout", seconds(router.connect_timeout)}, {"keepalive", router.keepalive.count()}};
    out["serializer"] = router.serializer == serializer_kind::json ? "json" : "msgpack";
    if (router.proxy)
        out["proxy"] = router.proxy->text;
    json::array& urls = out["urls"].emplace_array();
    for (const router_url& url : router.urls)
        urls.emplace_back(url.text);
    json::object& tls = out["tls"].emplace_object();
    const auto put_file = [&](json::string_view key, const std::string& content) {
        put_unless_empty(tls, key, content.empty() ? content : "/" + content);
    };
    put_file("ca_file", router.tls.authorities);
    put_file("certificate_file", router.tls.certificate);
    put_file("key_file", router.tls.key);
    json::object& logins = out["credentials"].emplace_object();
    for (const auto& [role, login] : router.by_role)
        logins[role] = written(login);
    return out;
}

json::object written(const decltype(service_options::keys)& keys)
{
    json::object out;
    for (const auto& [name, key] : keys) {
        json::object& members = out[name].emplace_object();
        members["secret"] = key.secret;
        if (key.procedures)
            members["procedures"] = written(*key.procedures);
        if (key.not_after)
            members["not_after"] = written_time(*key.not_after);
    }
    return out;
}

json::object written(const std::map<std::string, forward_source>& forward)
{
    static constexpr std::array<const char*, 6> sources{"REMOTE_ADDR",     "REMOTE_USER", "SSL_CLIENT_S_DN",
                                                        "HTTP_USER_AGENT", "REQUEST_ID",  "SIGNING_KEY"};
    json::object out;
    for (const auto& [name, source] : forward)
        out[name] = sources.at(static_cast<std::size_t>(source));
    return out;
}

json::object written(const service_options& options)
{
    json::object out{{"post_body_limit", options.post_body_limit},
                     {"timestamp_delta_limit", options.timestamp_delta_limit.count()},
                     {"replay_protection", options.replay_protection},
                     {"require_tls", options.require_tls},
                     {"debug", options.debug},
                     {"call_timeout", seconds(options.call_timeout)},
                     {"allowed_origins", written(options.allowed_origins)},
                     {"status_codes", options.status_codes == status_style::http ? "http" : "crossbar"}};
    out["forward"] = written(options.forward);
    if (!options.keys.empty())
        out["keys"] = written(options.keys);
    if (options.procedures)
        out["procedures"] = written(*options.procedures);
    if (options.require_ip)
        for (json::array& list = out["require_ip"].emplace_array(); const network& net : *options.require_ip)
            list.emplace_back(written(net));
    return out;
}

json::object written(const log_settings& log)
{
    static constexpr std::array<const char*, 5> levels{"error", "warning", "notice", "info", "debug"};
    static constexpr std::array<const char*, 4> targets{"stderr", "file:", "syslog", "journal"};
    json::object out{{"format", log.format == log_format::json ? "json" : "text"},
                     {"level", levels.at(static_cast<std::size_t>(log.level))},
                     {"target", targets.at(static_cast<std::size_t>(log.target)) + log.file},
                     {"access", log.access}};
    if (log.timestamps)
        out["timestamps"] = *log.timestamps;
    return out;
}

json::object written(const limits_settings& limits)
{
    json::object out{{"open_files", limits.open_files}};
    const auto put = [&](json::string_view key, const std::optional<std::uint64_t>& bytes) {
        if (bytes)
            out[key] = *bytes;
    };
    put("request_buffers", limits.request_buffers);
    put("response_buffers", limits.response_buffers);
    put("router_queue", limits.router_queue);
    return out;
}

std::string written(const settings& all)
{
    json::object out{{"router", written(all.router)},          {"max_in_flight", all.max_in_flight},
                     {"max_requests", all.max_requests},       {"shutdown_grace", seconds(all.shutdown_grace)},
                     {"replay_capacity", all.replay_capacity}, {"log", written(all.log)},
                     {"limits", written(all.limits)}};
    put_unless_empty(out, "mount", all.mount);
    put_unless_empty(out, "state_dir", all.state_dir);
    json::object& paths = out["paths"].emplace_object();
    for (const service_settings& each : all.services)
        if (has_session(each.type))
            paths[each.path] = {
                {"type", "caller"}, {"realm", each.realm}, {"role", each.role}, {"options", written(each.options)}};
        else
            paths[each.path] = {{"type", each.type == service_type::status ? "status" : "console"}};
    return json::serialize(out);
}

void look_at_mistakes(const config::mistakes& found)
{
    must(!found.empty(), "a file without settings has a mistake");
    unsigned long last_line = 1;
    for (const std::string& mistake : found) {
        must(mistake.starts_with("f:"), "a mistake begins with the file");
        const unsigned long line = std::strtoul(mistake.c_str() + 2, nullptr, 10);
        must(line >= last_line, "mistakes are in the order of the lines");
        last_line = line;
        must(is_utf8(mistake), "a mistake is valid UTF-8");
        must(std::ranges::none_of(mistake, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }),
             "a mistake is one line");
    }
}

}  // namespace

void run(std::string_view input)
{
    const auto parsed = config::parse(input, "f", read_fake_file);
    if (const auto* const found = std::get_if<config::mistakes>(&parsed))
        return look_at_mistakes(*found);

    const std::string text = written(std::get<settings>(parsed));
    const auto again = config::parse(text, "f", read_fake_file);
    must(std::holds_alternative<settings>(again), "settings that are written again are accepted");
    must(written(std::get<settings>(again)) == text, "settings that are written again are the same");
}

}  // namespace wampfcgi::fuzz
