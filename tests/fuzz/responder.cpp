// Input: everything that the responder receives, without sockets: CGI variables, each ended by a zero byte; after two
// zero bytes the body; after two more the router's answer, a message in JSON if it begins with a bracket, else in
// MessagePack. A RESULT is also sent as a progressive result if requested, and an EVENT to every listener. Every
// response must be fit for HTTP. It must be JSON or a stream of JSON, except for answers to OPTIONS and of webhooks. A
// refusal must not call or publish, and must contain nothing but its name.
#include "target.hpp"

#include "strict_json.hpp"

#include "fcgi/cgi/header.hpp"
#include "fcgi/cgi/variables.hpp"
#include "support/fake_client.hpp"
#include "support/fake_rates.hpp"
#include "support/fake_session.hpp"
#include "support/fake_store.hpp"
#include "support/fake_timers.hpp"
#include "wamp/session/messages.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/checks/path.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/codec/transcode.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/headers.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view configuration = R"({
    "router": {"url": "rs://router:8081"},
    "paths": {
        "/": {"type": "caller", "realm": "r", "role": "f"},
        "signed": {"type": "caller", "realm": "r", "role": "f",
                   "options": {"key": "k", "secret": "s", "timestamp_delta_limit": 300, "status_codes": "http",
                               "keys": {"l": {"secret": "t", "procedures": ["p"], "not_after": "2024-01-01T00:00:00Z"},
                                        "m": {"secret": "u", "not_after": "2023-12-31T23:59:59.999999Z"}}}},
        "told": {"type": "caller", "realm": "r", "role": "f",
                 "options": {"forward": {"who": "REMOTE_USER", "with": "HTTP_USER_AGENT", "from": "REMOTE_ADDR"}}},
        "pages": {"type": "caller", "realm": "r", "role": "f",
                  "options": {"allowed_origins": ["https://app.example.com"], "post_body_limit": 64}},
        "live": {"type": "events", "realm": "r", "role": "f", "options": {"topics": ["com.news", "com.orders."]}},
        "all": {"type": "caller", "realm": "r", "role": "f", "options": {"allowed_origins": ["*"]}},
        "search": {"type": "caller", "realm": "r", "role": "f",
                   "options": {"procedure": "com.example.search", "methods": ["GET", "POST"], "max_age": 60,
                               "cache": "public", "allowed_origins": ["https://app.example.com"]}},
        "link": {"type": "caller", "realm": "r", "role": "f",
                 "options": {"procedure": "com.example.search", "methods": ["GET"], "key": "k", "secret": "s"}},
        "strict": {"type": "caller", "realm": "r", "role": "f",
                   "options": {"require_tls": true, "require_ip": ["192.0.2.0/24", "2001:db8::/32"],
                               "procedures": ["com.example.add2", "com.example.orders."], "status_codes": "http"}},
        "publish": {"type": "publisher", "realm": "r", "role": "f", "options": {"topics": ["com.example."]}},
        "hook": {"type": "webhook", "realm": "r", "role": "f", "options": {"topic": "com.hook"}},
        "github": {"type": "webhook", "realm": "r", "role": "f", "options": {"topic": "com.hook", "github_secret": "s"}}
    }
})";

const settings& services()
{
    static const settings parsed = std::get<settings>(config::parse(configuration, "f", {}));
    return parsed;
}

request request_of(std::string_view variables, std::string_view body)
{
    std::vector<std::string> pairs;
    while (!variables.empty())
        pairs.emplace_back(take_part(variables, "\0"sv));
    std::vector<const char*> pointers;
    for (const std::string& pair : pairs)
        pointers.push_back(pair.c_str());
    pointers.push_back(nullptr);
    request req = fcgi::read_variables(pointers.data());
    req.body_memory() += body;
    return req;
}

/// Converts to MessagePack.
std::string message_of(std::string_view text)
{
    return text.starts_with('[') ? codec::message_from_json(text).bytes : std::string(text);
}

/// `message` must outlive the outcome.
outcome outcome_of(const std::string& message)
{
    const auto fields = wamp::split_message(message);
    auto answer = fields ? wamp::read_answer(*fields) : std::nullopt;
    return answer ? std::move(answer->how) : outcome{failure{errc::connection_lost, message}};
}

bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

bool is_token(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) { return is_plain(c) && c != '_' && c != '.'; });
}

bool asks_by_query(const request& req)
{
    return req.method() == "GET" || req.method() == "HEAD";
}

/// The value of a header; empty when there is none.
std::string value_of(const response& http, std::string_view name)
{
    std::string found;
    http.headers.each([&](std::string_view each, std::string_view value) {
        if (each == name)
            found = value;
    });
    return found;
}

bool is_kept(const response& http)
{
    return !value_of(http, "ETag").empty();
}

void look_at_header(const response& http)
{
    http.headers.each([](std::string_view name, std::string_view value) {
        must(is_token(name), "a header has a name");
        must(std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }),
             "a header has one line");
    });
    std::string text;
    fcgi::append_header_section(text, http, "1-2");
    must(text.find("Unknown") == std::string::npos, "a status is one of those that are documented");
    must(text.find("\r\n\r\n") == text.size() - 4, "the header ends once");
}

// A refusal must not contain text of the peer or the router.
void look_at_refusal(const bridge::answer& given)
{
    const errc_info& row = describe(given.report.why->code);
    must(given.http.status == row.status_crossbar || given.http.status == row.status_http, "a refusal has its status");
    const std::string& parameter = given.report.why->parameter;
    must(parameter.size() <= 64 && std::ranges::all_of(parameter, [](char c) { return is_plain(c); }),
         "a parameter at fault has a short and plain name");
    must(given.http.body == codec::refusal_body({given.report.why->code, {}, {}, parameter}),
         "a refusal has a fixed body");
}

std::string service_of(const request& req)
{
    const service_settings* const found = checks::find_service(req, {}, services().services);
    return found == nullptr ? std::string() : found->path;
}

/// Each line with data in a stream must hold a JSON object.
void look_at_stream(const request& req, const fake_client& client)
{
    look_at_header(*client.stream_head);
    must(client.stream_head->status == 200, "a stream has status 200");
    must(service_of(req) == "live" || checks::wanted_media(req.accept()) != checks::media::json,
         "a stream is asked for");
    std::string_view rest = client.stream;
    must(rest.ends_with('\n'), "a stream ends with a whole event");
    while (!rest.empty()) {
        std::string_view line = take_part(rest, "\n"sv);
        if (line.starts_with("data: "))
            line.remove_prefix(6);
        else if (!line.starts_with('{'))
            continue;
        const auto object = strict_json(line);
        must(object && object->is_object(), "an event has a JSON object in valid UTF-8");
    }
}

/// True for a plain text answer, as webhooks give.
bool is_text(const bridge::answer& given)
{
    return value_of(given.http, "Content-Type").starts_with("text/plain");
}

void look_at_text(const request& req, const bridge::answer& given)
{
    const std::string service = service_of(req);
    must(service == "hook" || service == "github", "only webhooks answer by a text");
    must(given.report.called_at.has_value(), "before a publication there are only refusals");
    must((given.http.status == 202 && given.http.body == "OK") ||
             (given.http.status == 500 && given.http.body == "NOT OK"),
         "there are two texts");
}

void look_at_answer(const request& req, const bridge::answer& given)
{
    look_at_header(given.http);
    if (is_text(given))
        return look_at_text(req, given);
    const bool was_called = given.report.called_at.has_value();
    if (given.report.why)
        look_at_refusal(given);
    if (!given.report.why && !was_called) {
        must(given.http.body.empty(), "what is answered without a call has no body");
        must(req.method() == (given.http.status == 204 ? "GET" : "OPTIONS"), "only OPTIONS is answered without a call");
        must(given.http.status != 204 || req.last_event_id(), "but for streams that are over");
        return;
    }
    must(!is_kept(given.http) ||
             (asks_by_query(req) && was_called && !given.report.why && given.report.error_uri.empty()),
         "only results of GET are kept");
    if (given.http.status == 304) {
        must(is_kept(given.http) && !req.if_none_match().empty() && given.http.body.empty(),
             "a client has only what it was given");
        return;
    }
    const auto body = strict_json(given.http.body);
    must(body && body->is_object(), "a response is a JSON object in valid UTF-8");
}

// The fact that the callee must receive; null when the variable is missing or not UTF-8.
boost::json::value expected_value(std::optional<std::string_view> variable)
{
    if (!variable || !is_utf8(*variable))
        return nullptr;
    return boost::json::value(*variable);
}

boost::json::object kwargs_of(const call& made)
{
    if (made.arguments.kwargs.empty())
        return {};
    return strict_json(codec::message_to_json(made.arguments.kwargs).value()).value().as_object();
}

void look_at_forwarded(const request& req, const call& made)
{
    const auto told = kwargs_of(made).at("_http").as_object();
    must(told.size() == 3 && told.at("who") == expected_value(req.remote_user()) &&
             told.at("with") == expected_value(req.user_agent()) &&
             told.at("from") == expected_value(req.remote_addr()),
         "the callee is told what the web server said");
}

void look_at_signed(const request& req, const call& made)
{
    std::string decoded;
    const auto given = checks::parse_query(req.query(), decoded);
    must(given.key && given.timestamp && given.seq && given.nonce && given.signature, "a signed request is whole");
    must(*given.key == "k" || (*given.key == "l" && made.procedure == "p"), "a key is good for what it may");
}

// Checks a call against the options of its service, independently of the tested code.
void look_at_service(const request& req, const std::string& service, const call& made)
{
    if (service == "signed" || service == "link")
        look_at_signed(req, made);
    if (service == "search" || service == "link")
        must(made.procedure == "com.example.search", "a service with a procedure of its own calls no other");
    else
        must(!asks_by_query(req), "others take no GET");
    if (service == "told")
        look_at_forwarded(req, made);
    else
        must(!kwargs_of(made).contains("_http"), "nobody else can tell the callee about the request");
    if (service == "pages")
        must(req.body().size() <= 64, "a body is within the service's limit");
    if (service == "strict") {
        must(req.https() == "1" ||
                 (req.https().size() == 2 && (req.https()[0] | 32) == 'o' && (req.https()[1] | 32) == 'n'),
             "a service that requires TLS takes requests over TLS");
        must(made.procedure == "com.example.add2" || made.procedure.starts_with("com.example.orders."),
             "only procedures of the service are called");
        must(req.remote_addr().find("192.0.2.") != std::string::npos ||
                 req.remote_addr().find(':') != std::string::npos,
             "only the addresses of the service may call");
    }
}

void look_at_call(const request& req, const call& made)
{
    must(codec::is_loose_uri(made.procedure), "what is called is a URI");
    if (!asks_by_query(req)) {
        must(req.method() == "POST" || req.method() == "PUT", "no other method makes calls");
        const auto body = strict_json(req.body());
        must(body && body->is_object(), "a body is an object");
        const auto* const named = body->get_object().if_contains("procedure");
        must(named != nullptr ? *named == boost::json::value(made.procedure) : service_of(req) == "search",
             "what is called is what the body names, or the service");
    }
    for (const std::string& argument : {made.arguments.args, made.arguments.kwargs})
        must(argument.empty() || codec::value_length(argument) == argument.size(), "arguments are MessagePack");
}

void look_at_subscription(const request& req, const subscription& made)
{
    must(req.method() == "GET", "only GET listens");
    must(made.topic.starts_with("com.orders.") || (made.topic == "com.news" && made.match == topic_match::exact),
         "only topics of the service are listened to");
}

/// The router confirms a client's subscriptions and sends an event; then the client disconnects.
void listen(fake_session& router, fake_client& client, std::string_view message)
{
    const std::size_t topics = router.subscriptions.size();
    for (std::size_t id = 1; id <= topics; ++id)
        router.confirm(id);
    const auto fields = wamp::split_message(message);
    const auto event = fields ? wamp::read_event(*fields) : std::nullopt;
    const auto* const what = event ? std::get_if<topic_event>(&event->what) : nullptr;
    for (std::size_t id = 1; what != nullptr && id <= topics; ++id)
        router.deliver(id, *what);
    for (std::size_t id = 1; id <= topics; ++id)
        router.refuse(id, outcome_of(std::string(message)));
    must(client.answers == 1, "a stream whose topics have ended has ended");
}

void look_at_publication(const request& req, const publication& made)
{
    must(req.method() == "POST" || req.method() == "PUT", "only POST and PUT publish");
    for (const std::string& part : {made.arguments.args, made.arguments.kwargs, made.options})
        must(part.empty() || codec::value_length(part) == part.size(), "arguments and options are MessagePack");
    const std::string service = service_of(req);
    must(service == "publish" ? made.topic.starts_with("com.example.") : made.topic == "com.hook",
         "a topic is allowed");
    must(service == "publish" || is_utf8(req.body()), "an event is text");
    must(service != "github" || find_header(req, "X-Hub-Signature-256") || find_header(req, "X-Hub-Signature"),
         "what has to be signed is");
}

}  // namespace

void run(std::string_view input)
{
    const std::string_view variables = take_part(input, "\0\0"sv);
    const std::string_view body = take_part(input, "\0\0"sv);
    const request req = request_of(variables, body);
    fake_session router;
    const auto now = [] { return std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}; };
    fake_store remembered(now);
    fake_rates counted;
    fake_timers timers;
    bridge::unread_meter figures;
    bridge::gateway gateway{services(),
                            {[&](const service_settings&) -> bridge::session& { return router; },
                             [&](std::chrono::seconds) -> bridge::store& { return remembered; },
                             [&](const service_settings&) -> bridge::rate_counter& { return counted; }},
                            timers,
                            figures,
                            now,
                            bridge::gateway::lifetime::many_requests};
    fake_client client(req);
    client.ask(gateway);
    const std::string message = message_of(input);
    if (!router.subscriptions.empty())
        listen(router, client, message);
    if (router.waiting() > 0) {
        outcome how = outcome_of(message);
        if (const auto* const part = std::get_if<payload>(&how))
            router.progress(1, *part);
        else if (const auto* const whole = std::get_if<payload_in_message>(&how))
            router.progress(1, {std::string(whole->at.args), std::string(whole->at.kwargs)});
        if (router.waiting() > 0)
            router.end(std::move(how));
    }

    must(client.answers == 1, "there is one answer");
    const bridge::request_report& report = client.given ? client.given->report : *client.stream_end;
    must(router.calls.size() + router.publications.size() + (router.subscriptions.empty() ? 0 : 1) ==
             (report.called_at ? 1 : 0),
         "a refusal never calls, and nothing calls twice");
    if (client.given)
        look_at_answer(req, *client.given);
    else
        look_at_stream(req, client);
    for (const auto& made : router.subscriptions)
        look_at_subscription(req, made.what);
    for (const call& made : router.calls) {
        look_at_call(req, made);
        look_at_service(req, service_of(req), made);
    }
    for (const publication& made : router.publications)
        look_at_publication(req, made);
}

}  // namespace wampfcgi::fuzz
