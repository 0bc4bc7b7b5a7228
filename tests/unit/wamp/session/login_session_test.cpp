#include "wamp/session/login_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::string_view_literals;

namespace {

const credentials anonymous;
const credentials by_ticket{authmethod_kind::ticket, "joe", "secret1", {}};
const credentials by_wampcra{authmethod_kind::wampcra, "joe", "secret1", {}};

/// A session that has sent HELLO, and what it sent.
struct login {
    explicit login(const credentials& how = anonymous, const client_roles& played = {.caller = true})
    {
        within([&] {
            session = std::make_unique<login_session>(
                loop, "realm1", how, played, [this](std::string message) { sent.push_back(std::move(message)); });
            session->say_hello();
        });
    }

    /// Runs `action` in a handler of the event loop, as sessions require; rethrows its exceptions.
    void within(const std::function<void()>& action)
    {
        boost::asio::post(loop, action);
        loop.restart();
        loop.run();
    }

    /// The meaning of a message as text: "welcomed ROLE", "welcomed, no role", "refused REASON", "goodbye REASON",
    /// "nothing".
    std::string take(std::string_view bytes)
    {
        std::optional<session_event> meaning;
        within([&] {
            const auto message = split_message(bytes);
            BOOST_REQUIRE(message.has_value());
            meaning = session->take(*message, bytes);
        });
        if (!meaning)
            return "nothing";
        if (const auto* welcome = std::get_if<event::welcomed>(&*meaning))
            return welcome->authrole ? "welcomed " + *welcome->authrole : "welcomed, no role";
        if (const auto* refusal = std::get_if<event::refused>(&*meaning)) {
            last_refusal = refusal->kind;
            return "refused " + refusal->reason;
        }
        if (const auto* farewell = std::get_if<event::goodbye>(&*meaning))
            return "goodbye " + farewell->reason;
        return "something else";
    }

    boost::asio::io_context loop;
    std::vector<std::string> sent;
    event::refusal last_refusal = event::refusal::passing;
    std::unique_ptr<login_session> session;
};

const std::string roles = "\xA5roles\x81\xA6"
                          "caller\x81\xA8"
                          "features\x84\xAE"
                          "call_canceling\xC3\xAC"
                          "call_timeout\xC3\xB5"
                          "caller_identification\xC3\xB8"
                          "progressive_call_results\xC3";

constexpr std::string_view welcome = "\x93\x02\x2A\x81\xA8"
                                     "authrole\xA7"
                                     "backend"sv;

/// [CHALLENGE, method, extra]
std::string challenge_of(const std::string& method, const std::string& extra)
{
    return "\x93\x04" + std::string(1, static_cast<char>(0xA0U | method.size())) + method + extra;
}

}  // namespace

BOOST_AUTO_TEST_CASE(hello_names_realm_agent_method_and_the_features_of_a_caller)
{
    const login session;

    BOOST_REQUIRE(session.sent.size() == 1U);
    BOOST_TEST(session.sent[0] == "\x93\x01\xA6realm1\x83\xA5"
                                  "agent\xA9wamp-fcgi\xAB"
                                  "authmethods\x91\xA9"
                                  "anonymous" +
                                      roles);
}

BOOST_AUTO_TEST_CASE(hello_names_the_roles_that_are_played_alone)
{
    const std::string of_publisher = "\xA9publisher\x81\xA8"
                                     "features\x83\xB3"
                                     "publisher_exclusion\xC3\xB8"
                                     "publisher_identification\xC3\xBD"
                                     "subscriber_blackwhite_listing\xC3";

    const login publisher(anonymous, {.publisher = true});
    BOOST_TEST(publisher.sent.at(0).ends_with("\xA5roles\x81" + of_publisher));
    const login both(anonymous, {.caller = true, .publisher = true});
    BOOST_TEST(both.sent.at(0).ends_with("\xA5roles\x82" + roles.substr(7) + of_publisher));
}

BOOST_AUTO_TEST_CASE(hello_names_the_authid_of_a_login)
{
    const login session(by_wampcra);

    BOOST_REQUIRE(session.sent.size() == 1U);
    BOOST_TEST(session.sent[0] == "\x93\x01\xA6realm1\x84\xA5"
                                  "agent\xA9wamp-fcgi\xA6"
                                  "authid\xA3joe\xAB"
                                  "authmethods"
                                  "\x91\xA7wampcra" +
                                      roles);
}

BOOST_AUTO_TEST_CASE(welcome_says_the_authrole)
{
    login session;
    BOOST_TEST(session.take(welcome) == "welcomed backend");
}

BOOST_AUTO_TEST_CASE(welcome_may_name_no_authrole)
{
    login session;
    BOOST_TEST(session.take("\x93\x02\x01\x80"sv) == "welcomed, no role");

    login other;
    BOOST_TEST(other.take("\x93\x02\x01\x81\xA8"
                          "authrole\xC0"sv) == "welcomed, no role");
}

BOOST_AUTO_TEST_CASE(welcome_with_an_authrole_that_is_no_text_says_an_empty_one)
{
    login session;
    BOOST_TEST(session.take("\x93\x02\x01\x81\xA8"
                            "authrole\x01"sv) == "welcomed ");
}

BOOST_AUTO_TEST_CASE(a_second_welcome_means_nothing)
{
    login session;
    session.take(welcome);
    BOOST_TEST(session.take(welcome) == "nothing");
}

BOOST_AUTO_TEST_CASE(abort_and_goodbye_give_their_reason_quoted)
{
    login session;
    BOOST_TEST(session.take("\x93\x03\x80\xA3"
                            "a.b"sv) == "refused the router sent ABORT \"a.b\"");
    BOOST_TEST(session.take("\x93\x03\x81\xA7message\xA4no\n!\xA3"
                            "a.b"sv) == "refused the router sent ABORT \"a.b\" \"no\\x0a!\"");
    BOOST_TEST(session.take("\x93\x06\x80\xA3"
                            "a.b"sv) == "goodbye \"a.b\"");
    BOOST_TEST(session.take("\x93\x06\x01\xA3"
                            "a.b"sv) == "goodbye \"a.b\"");
}

BOOST_AUTO_TEST_CASE(an_abort_is_lasting_where_only_another_configuration_helps)
{
    const auto kind_of = [](const std::string& uri) {
        login session;
        session.take("\x93\x03\x80\xD9" + std::string(1, static_cast<char>(uri.size())) + uri);
        return session.last_refusal;
    };
    for (const std::string_view reason : {"not_authorized", "no_such_realm", "no_such_role", "authentication_failed",
                                          "no_such_principal", "no_matching_auth_method"})
        BOOST_TEST_CONTEXT(reason)
        {
            BOOST_TEST((kind_of("wamp.error." + std::string(reason)) == event::refusal::lasting));
            BOOST_TEST((kind_of(std::string(reason)) == event::refusal::lasting));
            BOOST_TEST((kind_of("a.b." + std::string(reason)) == event::refusal::passing));
        }
    for (const char* const reason : {"wamp.error.authorization_failed", "wamp.close.system_shutdown",
                                     "wamp.error.system_failure", "wamp.error.", ""})
        BOOST_TEST_CONTEXT(reason)
        {
            BOOST_TEST((kind_of(reason) == event::refusal::passing));
        }
}

BOOST_AUTO_TEST_CASE(a_login_that_we_cannot_make_is_refused_for_good)
{
    login session(by_wampcra);
    session.take(challenge_of("ticket", "\x80"));
    BOOST_TEST((session.last_refusal == event::refusal::lasting));

    login twice(by_ticket);
    twice.take(challenge_of("ticket", "\x80"));
    twice.take(challenge_of("ticket", "\x80"));
    BOOST_TEST((twice.last_refusal == event::refusal::passing));
}

BOOST_AUTO_TEST_CASE(a_malformed_message_about_the_session_refuses_and_never_throws)
{
    struct row {
        std::string_view name, bytes;
    };
    const std::vector<row> rows{
        {"WELCOME alone", "\x91\x02"sv},
        {"WELCOME without details", "\x92\x02\x01"sv},
        {"WELCOME with a string for id", "\x93\x02\xA1x\x80"sv},
        {"WELCOME with a list for details", "\x93\x02\x01\x90"sv},
        {"WELCOME with a number for a key", "\x93\x02\x01\x81\x01\x01"sv},
        {"ABORT alone", "\x91\x03"sv},
        {"ABORT without reason", "\x92\x03\x80"sv},
        {"ABORT with a number for reason", "\x93\x03\x80\x01"sv},
        {"GOODBYE alone", "\x91\x06"sv},
        {"GOODBYE with nil for reason", "\x93\x06\x80\xC0"sv},
        {"CHALLENGE alone", "\x91\x04"sv},
        {"CHALLENGE without extra", "\x92\x04\xA6ticket"sv},
        {"CHALLENGE with a number for method", "\x93\x04\x01\x80"sv},
        {"CHALLENGE with a number for extra", "\x93\x04\xA6ticket\x05"sv},
        {"CHALLENGE with a string for extra", "\x93\x04\xA6ticket\xA5hello"sv},
        {"CHALLENGE with a list for extra", "\x93\x04\xA6ticket\x92\x01\x02"sv},
        {"CHALLENGE with nil for extra", "\x93\x04\xA6ticket\xC0"sv},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            login session(by_ticket);
            BOOST_TEST(session.take(each.bytes).starts_with("refused the router"));
            BOOST_TEST(session.sent.size() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(what_is_none_of_the_sessions_messages_means_nothing)
{
    login session;
    for (const std::string_view bytes : {"\x93\x01\x01\x80"sv, "\x91\x24"sv, "\x93\x32\x05\x80"sv, "\x93\x02\x01"sv})
        BOOST_TEST(session.take(bytes) == "nothing");
    BOOST_TEST(session.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_challenge_out_of_turn_is_refused_and_not_answered)
{
    login twice(by_ticket);
    BOOST_TEST(twice.take(challenge_of("ticket", "\x80")) == "nothing");
    BOOST_TEST(twice.take(challenge_of("ticket", "\x80")) == "refused the router sent a CHALLENGE out of turn");
    BOOST_TEST(twice.sent.size() == 2U);

    login late(by_ticket);
    late.take(welcome);
    BOOST_TEST(late.take(challenge_of("ticket", "\x80")) == "refused the router sent a CHALLENGE out of turn");
    BOOST_TEST(late.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_about_the_session_of_more_than_64_kib_is_refused)
{
    // [WELCOME, 42, {"authrole": "backend", "x": binary}]
    const auto welcome_of = [](std::size_t bytes) {
        const std::string start = "\x93\x02\x2A\x82\xA8"
                                  "authrole\xA7"
                                  "backend\xA1x";
        const std::size_t filling = bytes - start.size() - 5;
        const auto byte = [filling](unsigned shift) { return static_cast<char>(filling >> shift & 0xFFU); };
        return start + std::string{'\xC6', byte(24), byte(16), byte(8), byte(0)} + std::string(filling, 'x');
    };
    BOOST_TEST(login().take(welcome_of(64 * 1024)) == "welcomed backend");
    BOOST_TEST(login().take(welcome_of(64 * 1024 + 1)) ==
               "refused the router sent a session message of more than 64 KiB");
}

BOOST_AUTO_TEST_CASE(a_challenge_by_ticket_is_answered_with_the_ticket)
{
    login session(by_ticket);

    BOOST_TEST(session.take(challenge_of("ticket", "\x80")) == "nothing");

    BOOST_REQUIRE(session.sent.size() == 2U);
    BOOST_TEST(session.sent[1] == "\x93\x05\xA7secret1\x80");
    BOOST_TEST(session.take(welcome) == "welcomed backend");
}

// The signature was computed with Python's hmac and hashlib.
BOOST_AUTO_TEST_CASE(a_salted_challenge_by_wampcra_is_answered_with_the_signature)
{
    login session(by_wampcra);

    BOOST_TEST(session.take(challenge_of("wampcra", "\x84\xA9"
                                                    "challenge\xA7to sign\xA4salt\xA7salt123\xAAiterations"
                                                    "\xCD\x03\xE8\xA6keylen\x20")) == "nothing");

    BOOST_REQUIRE(session.sent.size() == 2U);
    BOOST_TEST(session.sent[1] == "\x93\x05\xD9\x2C"
                                  "OP/jg0UmhIsw0xoMXJWGhkX5LVfTfLxJz4iFgWew4eI="
                                  "\x80");
}

BOOST_AUTO_TEST_CASE(a_challenge_by_another_method_is_refused_and_not_answered)
{
    login session(by_wampcra);

    BOOST_TEST(session.take(challenge_of("ticket", "\x80")) ==
               "refused the router asks for a login by \"ticket\", which is not the configured authmethod");
    BOOST_TEST(session.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(goodbye_is_said_and_answered)
{
    login leaving;
    leaving.take(welcome);
    leaving.within([&] { leaving.session->say_goodbye(); });
    BOOST_TEST(leaving.sent.at(1) == "\x93\x06\x80\xB6wamp.close.close_realm");
    BOOST_TEST(leaving.take("\x93\x06\x80\xA3"
                            "a.b"sv) == "goodbye \"a.b\"");

    login left;
    left.take(welcome);
    left.within([&] { left.session->answer_goodbye(); });
    BOOST_TEST(left.sent.at(1) == "\x93\x06\x80\xBAwamp.close.goodbye_and_out");
}

BOOST_AUTO_TEST_CASE(a_session_that_is_gone_frees_what_it_held)
{
    const auto held = std::make_shared<int>(0);
    boost::asio::io_context loop;
    boost::asio::post(loop, [&] {
        login_session session(loop, "realm1", anonymous, {.caller = true}, [held](const std::string&) {});
        session.say_hello();
    });
    loop.run();
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(welcome_tells_whether_the_router_takes_cancel)
{
    login silent;
    silent.take(welcome);
    BOOST_TEST(!silent.session->router().cancels_calls);

    login announcing;
    announcing.take("\x93\x02\x2A\x81\xA5roles\x81\xA6"
                    "dealer\x81\xA8"
                    "features\x81\xAE"
                    "call_canceling\xC3"sv);
    BOOST_TEST(announcing.session->router().cancels_calls);
}

BOOST_AUTO_TEST_CASE(crossbar_is_known_by_its_own_keys)
{
    login other;
    other.take(welcome);
    BOOST_TEST(!other.session->router().is_crossbar);

    login in_details;
    in_details.take("\x93\x02\x2A\x81\xA9x_cb_node\xA1"
                    "n"sv);
    BOOST_TEST(in_details.session->router().is_crossbar);

    login in_authextra;
    in_authextra.take("\x93\x02\x2A\x81\xA9"
                      "authextra\x81\xA9x_cb_node\xA1"
                      "n"sv);
    BOOST_TEST(in_authextra.session->router().is_crossbar);
}
