// Valid files: the effect of each key.
#include "builders.hpp"

#include "wampfcgi/checks/address.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace wampfcgi::config::test {
namespace {

using kind = router_url::transport_kind;

constexpr std::string_view full_text = R"({
  "$schema": "config.schema.json",
  "router": {
    "urls": ["rs://router.example.com:8081", "rs://[::1]:1", "rs://127.0.0.1:65535", "unix:/run/router.sock"],
    "serializer": "json",
    "connect_timeout": 2.5,
    "keepalive": 10,
    "credentials": {
      "guest": {"authmethod": "anonymous"},
      "frontend": {"authmethod": "ticket", "authid": "joe", "secret": "t1cket"},
      "backend": {"authmethod": "wampcra", "authid": "jim", "secret_file": "/secret"},
    },
    "tls": {"ca_file": "/ca.pem", "certificate_file": "/me.pem", "key_file": "/key.pem"},
  },
  "mount": "/wamp/",
  "max_in_flight": 5,
  "max_requests": 1000,
  "shutdown_grace": 0.25,
  "state_dir": "/var/lib/wamp-fcgi",
  "replay_capacity": 5000,
  "paths": {
    "signed": {"type": "caller", "realm": "realm1", "role": "frontend", "options": {
      "key": "myapp1", "secret": "kkjH68GiuUZ",
      "keys": {
        "app2": {"secret": "s2", "procedures": ["com.app2.*"], "not_after": "2027-01-01T00:00:00Z"},
        "app3": {"secret_file": "/secret"},
      },
      "forward": {"ip": "REMOTE_ADDR", "id": "REQUEST_ID"},
      "post_body_limit": 1048576,
      "timestamp_delta_limit": 300,
      "replay_protection": true,
      "require_ip": ["127.0.0.1", "192.168.1.1/255.255.255.0", "2001:db8::/32"],
      "require_tls": true,
      "rate_limit": {"requests": 60, "seconds": 30, "by": "key"},
      "debug": true,
      "call_timeout": 0.25,
      "procedures": ["com.a", "com.b.", "com.c.*"],
      "allowed_origins": ["https://App.example.com:443", "*"],
      "status_codes": "http",
    }},
    "/": {"type": "caller", "realm": "realm1", "role": "anonymous"},
  },
})";

void check_url(const router_url& url, kind transport, const std::string& host, unsigned port, const std::string& path)
{
    BOOST_TEST((url.transport == transport));
    BOOST_TEST(url.host == host);
    BOOST_TEST(url.port == port);
    BOOST_TEST(url.path == path);
}

void check_login(const credentials& login, authmethod_kind method, const std::string& authid, const std::string& secret)
{
    BOOST_TEST((login.authmethod == method));
    BOOST_TEST(login.authid == authid);
    BOOST_TEST(login.secret == secret);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(valid)

BOOST_AUTO_TEST_CASE(the_router_section_is_read_whole)
{
    const router_settings router = settings_in(full_text).router;

    BOOST_TEST_REQUIRE(router.urls.size() == 4U);
    check_url(router.urls[0], kind::rawsocket_tcp, "router.example.com", 8081, "");
    check_url(router.urls[1], kind::rawsocket_tcp, "::1", 1, "");
    check_url(router.urls[2], kind::rawsocket_tcp, "127.0.0.1", 65535, "");
    check_url(router.urls[3], kind::rawsocket_unix, "", 0, "/run/router.sock");
    BOOST_TEST(router.urls[1].text == "rs://[::1]:1");
    BOOST_TEST((router.serializer == serializer_kind::json));
    BOOST_TEST((router.connect_timeout == 2500ms));
    BOOST_TEST((router.keepalive == 10s));
    BOOST_TEST(router.tls.authorities == pem_samples::certificate);
    BOOST_TEST(router.tls.certificate == pem_samples::certificate);
    BOOST_TEST(router.tls.key == pem_samples::key);
    BOOST_TEST_REQUIRE(router.by_role.size() == 3U);
    check_login(router.by_role.at("guest"), authmethod_kind::anonymous, "", "");
    check_login(router.by_role.at("frontend"), authmethod_kind::ticket, "joe", "t1cket");
    check_login(router.by_role.at("backend"), authmethod_kind::wampcra, "jim", "s3cret");
}

BOOST_AUTO_TEST_CASE(a_publisher_has_topics_and_a_status)
{
    const settings read = settings_in(R"({"router": {"url": "rs://h:1"}, "paths": {
        "a": {"type": "publisher", "realm": "r", "role": "f", "options": {
            "key": "k", "secret": "s", "keys": {"l": {"secret": "t", "topics": ["com.l"]}},
            "topics": ["com.a", "com.b.*"], "success_status": 202}},
        "b": {"type": "publisher", "realm": "r", "role": "f"}}})");

    BOOST_TEST((read.services[0].type == service_type::publisher));
    const service_options& options = read.services[0].options;
    const std::vector<std::string> topics{"com.a", "com.b."};
    BOOST_TEST(options.topics.value() == topics, boost::test_tools::per_element());
    BOOST_TEST(options.keys.at("l").topics.value().front() == "com.l");
    BOOST_TEST(options.success_status == 202);
    BOOST_TEST(read.services[1].options.success_status == 200);
    BOOST_TEST(!read.services[1].options.topics.has_value());
}

BOOST_AUTO_TEST_CASE(options_of_events_are_read)
{
    const settings read = settings_in(R"({"router": {"url": "rs://h:1"}, "max_streams": 7, "paths": {
        "a": {"type": "events", "realm": "r", "role": "f", "options": {
            "key": "k", "secret": "s", "timestamp_delta_limit": 60, "topics": ["com.a", "com.b.*"],
            "max_streams_per_address": 0, "heartbeat": 3600, "max_stream_seconds": 31536000}},
        "b": {"type": "events", "realm": "r", "role": "f", "options": {"topics": []}}}})");

    BOOST_TEST(read.max_streams == 7U);
    BOOST_TEST((read.services[0].type == service_type::events));
    const service_options& options = read.services[0].options;
    const std::vector<std::string> topics{"com.a", "com.b."};
    BOOST_TEST(options.topics.value() == topics, boost::test_tools::per_element());
    BOOST_TEST((options.methods == method_set{.get = true}));
    BOOST_TEST(!options.replay_protection);
    BOOST_TEST(options.max_streams_per_address == 0U);
    BOOST_TEST(options.heartbeat.count() == 3600);
    BOOST_TEST(options.max_stream.count() == 31'536'000);
    BOOST_TEST(read.services[1].options.topics.value().empty());
    BOOST_TEST(read.services[1].options.max_streams_per_address == 100U);
}

BOOST_AUTO_TEST_CASE(a_console_has_neither_realm_nor_role)
{
    const settings read = settings_in(R"({"router": {"url": "rs://h:1"}, "paths": {
        "a": {"type": "console"},
        "b": {"type": "console", "id": "mine", "options": {"require_ip": ["10.0.0.0/8"], "require_tls": true}}}})");

    BOOST_TEST_REQUIRE(read.services.size() == 2U);
    for (const service_settings& each : read.services) {
        BOOST_TEST((each.type == service_type::console));
        BOOST_TEST(!has_session(each.type));
        BOOST_TEST(each.realm == "");
        BOOST_TEST(each.role == "");
    }
    BOOST_TEST(!read.services[0].options.require_ip.has_value());
    BOOST_TEST(read.services[1].options.require_ip.value().size() == 1U);
    BOOST_TEST(read.services[1].options.require_tls);
}

BOOST_AUTO_TEST_CASE(a_status_may_need_a_token_that_is_in_a_file)
{
    const auto parsed = parse_text(R"({"router": {"url": "rs://h:1"}, "paths": {
        "a": {"type": "status"},
        "b": {"type": "status", "options": {"token_file": "/t"}},
        "c": {"type": "status", "options": {"token_file": "/t", "token_for": "figures", "debug": true}}}})",
                                   [](const std::string&) { return file_content{"s3cret\n"}; });
    BOOST_TEST_REQUIRE(std::holds_alternative<settings>(parsed));
    const auto& read = std::get<settings>(parsed);

    BOOST_TEST_REQUIRE(read.services.size() == 3U);
    for (const service_settings& each : read.services) {
        BOOST_TEST((each.type == service_type::status));
        BOOST_TEST(!has_session(each.type));
    }
    BOOST_TEST(!read.services[0].options.status.token.has_value());
    BOOST_TEST(read.services[1].options.status.token.value() == "s3cret");
    BOOST_TEST((read.services[1].options.status.token_for == token_scope::all));
    BOOST_TEST((read.services[2].options.status.token_for == token_scope::figures));
}

BOOST_AUTO_TEST_CASE(urls_of_tls_and_websocket_are_taken_apart)
{
    struct row {
        std::string text;
        kind transport;
        std::string host;
        unsigned port;
        std::string path;
    };
    const row rows[] = {
        {"rss://router.example.com:8443", kind::rawsocket_tls, "router.example.com", 8443, ""},
        {"rss://[2001:db8::1]:1", kind::rawsocket_tls, "2001:db8::1", 1, ""},
        {"ws://h", kind::websocket, "h", 80, "/"},
        {"ws://h/", kind::websocket, "h", 80, "/"},
        {"ws://h:8080/ws", kind::websocket, "h", 8080, "/ws"},
        {"ws://127.0.0.1:1?a=b", kind::websocket, "127.0.0.1", 1, "/?a=b"},
        {"ws://[::1]/ws", kind::websocket, "::1", 80, "/ws"},
        {"ws://[::1]:65535", kind::websocket, "::1", 65535, "/"},
        {"wss://h", kind::websocket_tls, "h", 443, "/"},
        {"wss://h/a%20b/@:/?q=/%23?~", kind::websocket_tls, "h", 443, "/a%20b/@:/?q=/%23?~"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.text)
        {
            const auto urls = settings_in(with_router(R"({"url": ")" + each.text + "\"}")).router.urls;

            BOOST_TEST_REQUIRE(urls.size() == 1U);
            check_url(urls[0], each.transport, each.host, each.port, each.path);
            BOOST_TEST(urls[0].text == each.text);
        }
}

BOOST_AUTO_TEST_CASE(a_proxy_is_taken_apart)
{
    const struct row {
        std::string text;
        std::string host;
        unsigned port;
    } rows[] = {
        {"http://proxy.example.com:3128", "proxy.example.com", 3128},
        {"http://127.0.0.1:65535", "127.0.0.1", 65535},
        {"http://[::1]:1", "::1", 1},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.text)
        {
            const settings read = settings_in(with_router_members(R"("proxy": ")" + each.text + '"'));

            BOOST_TEST_REQUIRE(read.router.proxy.has_value());
            BOOST_TEST(read.router.proxy->host == each.host);
            BOOST_TEST(read.router.proxy->port == each.port);
            BOOST_TEST(read.router.proxy->text == each.text);
            BOOST_TEST(read.warnings.empty());
        }
}

BOOST_AUTO_TEST_CASE(a_proxy_that_no_url_uses_has_a_warning)
{
    const settings unused = settings_in(with_router(R"({"urls": ["unix:/r", "unix:/s"], "proxy": "http://h:1"})"));
    const settings used = settings_in(with_router(R"({"urls": ["unix:/r", "rs://h:1"], "proxy": "http://h:1"})"));

    BOOST_TEST(unused.warnings == std::vector<std::string>{"f:1: router.proxy: is not used, because unix: needs no "
                                                           "proxy"},
               boost::test_tools::per_element());
    BOOST_TEST(used.warnings.empty());
}

BOOST_AUTO_TEST_CASE(limits_are_read_and_those_of_memory_have_no_fixed_default)
{
    const limits_settings given = settings_in(with_top(R"("limits": {"request_buffers": 1048576,
        "response_buffers": 2000000, "router_queue": 1099511627776, "open_files": 64})"))
                                      .limits;
    const limits_settings left_out = settings_in(with_top(R"("limits": {})")).limits;

    BOOST_TEST(given.request_buffers.value() == 1048576U);
    BOOST_TEST(given.response_buffers.value() == 2000000U);
    BOOST_TEST(given.router_queue.value() == 1099511627776U);
    BOOST_TEST(given.open_files == 64U);
    BOOST_TEST(!left_out.request_buffers);
    BOOST_TEST(!left_out.response_buffers);
    BOOST_TEST(!left_out.router_queue);
    BOOST_TEST(left_out.open_files == 65536U);
}

BOOST_AUTO_TEST_CASE(what_the_router_section_leaves_out_has_its_default)
{
    const router_settings router = settings_in(with_top(R"("max_in_flight": 1)")).router;

    BOOST_TEST((router.serializer == serializer_kind::msgpack));
    BOOST_TEST((router.keepalive == 30s));
    BOOST_TEST(!router.proxy);
    BOOST_TEST(router.tls.authorities == "");
    BOOST_TEST(router.tls.certificate == "");
    BOOST_TEST(router.tls.key == "");
}

BOOST_AUTO_TEST_CASE(nested_services_are_served_below_the_path_that_they_are_in)
{
    const auto served = [](std::string_view paths) {
        std::string found;
        for (const service_settings& each : settings_in(with_paths(paths)).services)
            found += each.path + '=' + each.realm + ' ';
        return found;
    };

    BOOST_TEST(served(R"({"a": {"type": "path", "paths": {
                            "b": {"type": "caller", "realm": "r1", "role": "f"},
                            "/": {"type": "caller", "realm": "r2", "role": "f"},
                            "c/d": {"type": "path", "id": "deep", "paths": {
                                "/": {"type": "path", "paths": {"e": {"type": "caller", "realm": "r3", "role": "f"}}},
                                "f": {"type": "caller", "realm": "r4", "role": "f"}}}}}})") ==
               "a/b=r1 a=r2 a/c/d/e=r3 a/c/d/f=r4 ");
    BOOST_TEST(served(R"({"/": {"type": "path", "paths": {
                            "/": {"type": "caller", "realm": "r1", "role": "f"},
                            "b": {"type": "caller", "realm": "r2", "role": "f"}}}})") == "/=r1 b=r2 ");
}

BOOST_AUTO_TEST_CASE(the_id_of_a_service_is_accepted_and_ignored)
{
    const auto service = [](std::string_view id) {
        return settings_in(with_service(R"({"type": "caller", "realm": "r", "role": "f")" + std::string{id} + "}"))
            .services[0];
    };

    BOOST_TEST(service(R"(, "id": "calls")").path == service("").path);
    BOOST_TEST(service(R"(, "id": "calls")").role == "f");
}

BOOST_AUTO_TEST_CASE(services_and_their_options_are_read_whole_in_the_order_of_the_file)
{
    const settings all = settings_in(full_text);

    BOOST_TEST(all.mount == "/wamp");
    BOOST_TEST(all.max_in_flight == 5U);
    BOOST_TEST(all.max_requests == 1000U);
    BOOST_TEST(all.shutdown_grace.count() == 250);
    BOOST_TEST_REQUIRE(all.services.size() == 2U);
    BOOST_TEST(all.services[0].path == "signed");
    BOOST_TEST(all.services[0].realm == "realm1");
    BOOST_TEST(all.services[0].role == "frontend");
    BOOST_TEST(all.services[1].path == "/");
    BOOST_TEST(all.services[1].role == "anonymous");
    BOOST_TEST(all.services[1].options.keys.empty());
    const service_options& options = all.services[0].options;
    BOOST_TEST_REQUIRE(options.keys.size() == 3U);
    BOOST_TEST(options.keys.at("myapp1").secret == "kkjH68GiuUZ");
    BOOST_TEST(!options.keys.at("myapp1").procedures);
    BOOST_TEST(!options.keys.at("myapp1").not_after);
    const signing_key& limited = options.keys.at("app2");
    BOOST_TEST(limited.secret == "s2");
    BOOST_TEST((limited.procedures.value() == std::vector<std::string>{"com.app2."}));
    BOOST_TEST((limited.not_after.value() == std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}));
    BOOST_TEST(options.keys.at("app3").secret == "s3cret");
    using forwarded = std::map<std::string, forward_source>;
    BOOST_TEST((options.forward == forwarded{{"ip", forward_source::remote_addr}, {"id", forward_source::request_id}}));
    BOOST_TEST(options.post_body_limit == 1048576U);
    BOOST_TEST((options.timestamp_delta_limit == 300s));
    BOOST_TEST(options.replay_protection);
    BOOST_TEST(all.state_dir == "/var/lib/wamp-fcgi");
    BOOST_TEST(all.replay_capacity == 5000U);
    BOOST_TEST_REQUIRE(options.require_ip.value().size() == 3U);
    BOOST_TEST((options.require_ip->at(1) == checks::parse_network("192.168.1.1/24").value()));
    BOOST_TEST(options.require_tls);
    BOOST_TEST_REQUIRE(options.rate.has_value());
    BOOST_TEST(options.rate->requests == 60U);
    BOOST_TEST((options.rate->period == 30s));
    BOOST_TEST((options.rate->by == rate_subject::key));
    BOOST_TEST(options.debug);
    BOOST_TEST((options.call_timeout == 250ms));
    BOOST_TEST((options.procedures.value() == std::vector<std::string>{"com.a", "com.b.", "com.c."}));
    BOOST_TEST((options.allowed_origins == std::vector<std::string>{"https://app.example.com", "*"}));
    BOOST_TEST((options.status_codes == status_style::http));
}

BOOST_AUTO_TEST_CASE(the_example_of_the_contract_has_no_mistake)
{
    const auto found = mistakes_in(R"({
  "router": {
    "url": "rs://127.0.0.1:8081",          // or "urls": [...], tried in order, for failover
    "serializer": "msgpack",               // "msgpack" (default) or "json"
    "connect_timeout": 5,                  // seconds, for TCP + TLS + WAMP handshake together
    "credentials": {                       // by role; a role without an entry joins anonymously
      "frontend": {"authmethod": "ticket", "authid": "joe", "secret": "..."}   // or "secret_file": "/path"
    },
    "tls": {"ca_file": "/etc/ssl/certs/ca-certificates.crt"}  // server certificate and host name are always verified
  },
  "paths": {                               // as in a Crossbar web transport: a service can be pasted over
    "/":      {"type": "caller", "realm": "realm1", "role": "anonymous"},
    "signed": {"type": "caller", "realm": "realm1", "role": "frontend",
               "options": {"key": "myapp1", "secret": "kkjH68GiuUZ", "timestamp_delta_limit": 300}}
  }
})");

    BOOST_TEST(found == mistakes{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(empty_lists_of_addresses_and_procedures_differ_from_absent_ones)
{
    const auto options = settings_in(with_options(R"("require_ip": [], "procedures": [])")).services[0].options;

    BOOST_TEST((options.require_ip == std::vector<network>{}));
    BOOST_TEST((options.procedures == std::vector<std::string>{}));
}

BOOST_AUTO_TEST_CASE(a_service_has_a_procedure_of_its_own_and_says_who_may_ask_for_it_and_keep_its_results)
{
    const auto options =
        settings_in(with_options(R"("procedure": "a.b", "methods": ["PUT", "GET"], "max_age": 60, "cache": "public")"))
            .services[0]
            .options;
    const auto posts = settings_in(with_options(R"("procedure": "a.b", "methods": ["POST"])")).services[0].options;
    const auto reads = settings_in(with_options(R"("procedure": "a.b", "methods": ["GET"], "key": "k", "secret": "s",)"
                                                R"( "max_age": 31536000, "cache": "private")"))
                           .services[0]
                           .options;

    BOOST_TEST(options.procedure.value() == "a.b");
    BOOST_TEST((options.methods == method_set{.get = true, .head = true, .put = true}));
    BOOST_TEST((options.max_age == 60s));
    BOOST_TEST((options.cache == cache_scope::shared));
    BOOST_TEST((posts.methods == method_set{.post = true}));
    BOOST_TEST((reads.methods == method_set{.get = true, .head = true}));
    BOOST_TEST((reads.cache == cache_scope::client));
    BOOST_TEST((settings_in(with_options(R"("procedure": "a.b")")).services[0].options.methods == post_and_put));
}

BOOST_AUTO_TEST_CASE(replays_are_refused_by_default_where_signed_requests_expire)
{
    struct row {
        const char* options;
        bool expected;
    };
    for (const auto& [options, expected] : {
             row{R"("key": "k", "secret": "s", "timestamp_delta_limit": 1)", true},
             row{R"("timestamp_delta_limit": 1, "keys": {"k": {"secret": "s"}})", true},
             row{R"("key": "k", "secret": "s", "timestamp_delta_limit": 1, "replay_protection": false)", false},
             row{R"("key": "k", "secret": "s", "timestamp_delta_limit": 0)", false},
             row{R"("key": "k", "secret": "s")", false},
             row{R"("timestamp_delta_limit": 1)", false},
             row{R"("replay_protection": false)", false},
         })
        BOOST_TEST_CONTEXT(options)
        {
            BOOST_TEST(settings_in(with_options(options)).services[0].options.replay_protection == expected);
        }
}

BOOST_AUTO_TEST_CASE(the_line_end_of_a_secret_file_is_not_part_of_the_secret)
{
    for (const char* const path : {"/secret", "/secret.crlf"}) {
        const auto text = with_options(std::string{R"("key": "k", "secret_file": ")"} + path + '"');
        BOOST_TEST(settings_in(text).services[0].options.keys.at("k").secret == "s3cret");
    }
}

BOOST_AUTO_TEST_CASE(a_call_timeout_above_0_never_becomes_0_which_is_none)
{
    const auto options = settings_in(with_options(R"("call_timeout": 0.0001)")).services[0].options;

    BOOST_TEST((options.call_timeout == 1ms));
}

BOOST_AUTO_TEST_CASE(the_mount_at_the_top_stays_a_slash)
{
    BOOST_TEST(settings_in(with_top(R"("mount": "/")")).mount == "/");
}

BOOST_AUTO_TEST_CASE(every_value_at_the_end_of_its_range_is_accepted)
{
    for (const std::string& text : {
             with_top(R"("max_in_flight": 1)"),
             with_top(R"("max_in_flight": 1000000)"),
             with_top(R"("max_requests": 0)"),
             with_top(R"("max_requests": 1000000000)"),
             with_top(R"("shutdown_grace": 0)"),
             with_top(R"("shutdown_grace": 300)"),
             with_top(R"("replay_capacity": 1024)"),
             with_top(R"("replay_capacity": 10000000)"),
             with_router_members(R"("connect_timeout": 1)"),
             with_router_members(R"("connect_timeout": 3e2)"),
             with_router_members(R"("keepalive": 1)"),
             with_router_members(R"("keepalive": 3600)"),
             with_router(R"({"url": "rs://h:65535"})"),
             with_router(R"({"url": "rs://h:1"})"),
             with_router(R"({"url": "unix:/)" + std::string(106, 'x') + "\"}"),
             with_options(R"("post_body_limit": 9007199254740992)"),
             with_options(R"("post_body_limit": -0)"),
             with_options(R"("timestamp_delta_limit": 1000000000)"),
             with_options(R"("call_timeout": 0)"),
             with_options(R"("call_timeout": 86400)"),
         })
        BOOST_TEST(mistakes_in(text) == mistakes{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_value_one_step_out_of_its_range_is_refused)
{
    for (const std::string& text : {
             with_top(R"("max_in_flight": 0)"),
             with_top(R"("max_in_flight": 1000001)"),
             with_router_members(R"("connect_timeout": 0.999)"),
             with_router_members(R"("connect_timeout": 300.001)"),
             with_router_members(R"("keepalive": 0)"),
             with_router_members(R"("keepalive": 3601)"),
             with_router(R"({"url": "rs://h:65536"})"),
             with_router(R"({"url": "rs://h:0"})"),
             with_router(R"({"url": "unix:/)" + std::string(107, 'x') + "\"}"),
             with_options(R"("post_body_limit": 9007199254740993)"),
             with_options(R"("post_body_limit": -1)"),
             with_options(R"("timestamp_delta_limit": 1000000001)"),
             with_options(R"("call_timeout": -0.001)"),
             with_options(R"("call_timeout": 86400.001)"),
         })
        BOOST_TEST(mistakes_in(text).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
