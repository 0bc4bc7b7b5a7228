#include "wamp/session/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::string_view_literals;

namespace {

std::optional<router_answer> read(std::string_view bytes)
{
    const auto message = split_message(bytes);
    return message ? read_answer(*message) : std::nullopt;
}

/// Why the answer is invalid; empty when it is valid.
std::string invalid_because(std::string_view bytes)
{
    const auto answered = read(bytes);
    if (!answered || answered->request_id != 5)
        return "no answer for request 5";
    const auto* why = std::get_if<failure>(&answered->how);
    if (why == nullptr)
        return {};
    BOOST_TEST((why->code == errc::result_invalid));
    return why->detail;
}

}  // namespace

BOOST_AUTO_TEST_CASE(published_gives_the_publication_id)
{
    const auto answered = read("\x93\x11\x05\xCF\x00\x1F\xFF\xFF\xFF\xFF\xFF\xFF"sv);
    BOOST_REQUIRE(answered.has_value());
    BOOST_TEST(answered->request_id == 5U);
    BOOST_TEST((answered->to == request_kind::publish));
    BOOST_TEST(std::get<accepted>(answered->how).id == (std::uint64_t{1} << 53U) - 1);
}

BOOST_AUTO_TEST_CASE(a_published_without_a_publication_id_is_an_answer_but_an_invalid_one)
{
    for (const auto bytes : {"\x92\x11\x05"sv, "\x93\x11\x05\xA1x"sv, "\x93\x11\x05\xC1"sv})
        BOOST_TEST(invalid_because(bytes) == "PUBLISHED has no publication id");
    BOOST_TEST(!read("\x92\x11\xA1x"sv));
}

BOOST_AUTO_TEST_CASE(subscribed_gives_the_subscription_id)
{
    const auto answered = read("\x93\x21\x05\xCD\x01\x2C"sv);
    BOOST_REQUIRE(answered.has_value());
    BOOST_TEST((answered->to == request_kind::subscribe));
    BOOST_TEST(std::get<accepted>(answered->how).id == 300U);
    BOOST_TEST(invalid_because("\x92\x21\x05"sv) == "SUBSCRIBED has no subscription id");
    BOOST_TEST((read("\x92\x23\x05"sv)->to == request_kind::unsubscribe));
    BOOST_TEST((read("\x95\x08\x20\x05\x80\xA1x"sv)->to == request_kind::subscribe));
    BOOST_TEST((read("\x95\x08\x22\x05\x80\xA1x"sv)->to == request_kind::unsubscribe));
    BOOST_TEST(!read("\x95\x08\x24\x05\x80\xA1x"sv));
}

BOOST_AUTO_TEST_CASE(an_error_says_whether_it_is_for_a_call_or_a_publication)
{
    const auto for_publish = read("\x95\x08\x10\x05\x80\xA3"
                                  "a.b"sv);
    BOOST_REQUIRE(for_publish.has_value());
    BOOST_TEST((for_publish->to == request_kind::publish));
    BOOST_TEST(std::get<call_error>(for_publish->how).uri == "a.b");
    const auto for_call = read("\x95\x08\x30\x05\x80\xA3"
                               "a.b"sv);
    BOOST_TEST((for_call.value().to == request_kind::call));
    BOOST_TEST(!read("\x95\x08\x40\x05\x80\xA3"
                     "a.b"sv));  // for a REGISTER
}

BOOST_AUTO_TEST_CASE(a_result_gives_its_arguments_as_they_came)
{
    struct row {
        std::string_view name, bytes, args, kwargs;
    };
    const std::vector<row> rows{
        {"nothing", "\x93\x32\x05\x80"sv, "", ""},
        {"args", "\x94\x32\x05\x80\x91\x01"sv, "\x91\x01"sv, ""},
        {"kwargs", "\x95\x32\x05\x80\x90\x81\xA1k\x01"sv, "\x90"sv, "\x81\xA1k\x01"sv},
        {"args nil", "\x94\x32\x05\x80\xC0"sv, "", ""},
        {"both nil", "\x95\x32\x05\x80\xC0\xC0"sv, "", ""},
        {"kwargs nil", "\x95\x32\x05\x80\x91\x01\xC0"sv, "\x91\x01"sv, ""},
        {"args nil, but kwargs", "\x95\x32\x05\x80\xC0\x81\xA1k\x01"sv, "", "\x81\xA1k\x01"sv},
        {"callee's keys in the details",
         "\x94\x32\x05\x81\xA6"
         "callee\x01\x91\xC0"sv,
         "\x91\xC0"sv, ""},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            const auto answered = read(each.bytes);
            BOOST_REQUIRE(answered.has_value());
            BOOST_TEST(answered->request_id == 5U);
            const auto* returned = std::get_if<payload_in_message>(&answered->how);
            BOOST_REQUIRE(returned != nullptr);
            BOOST_TEST(returned->at.args == each.args);
            BOOST_TEST(returned->at.kwargs == each.kwargs);
            BOOST_TEST(returned->memory == nullptr);
        }
}

BOOST_AUTO_TEST_CASE(a_result_is_a_part_only_where_its_details_say_progress_true)
{
    for (const std::string_view details : {"\x81\xA8"
                                           "progress\xC3"sv,
                                           "\x82\xA1x\x92\x01\x02\xA8"
                                           "progress\xC3"sv,
                                           "\xDE\x00\x01\xA8"
                                           "progress\xC3"sv,
                                           "\xDF\x00\x00\x00\x01\xD9\x08"
                                           "progress\xC3"sv})
        BOOST_TEST(read("\x94\x32\x05" + std::string(details) + "\x91\x01").value().is_part);
    for (const std::string_view details : {"\x81\xA8"
                                           "progress\xC2"sv,
                                           "\x81\xA8"
                                           "progress\x01"sv,
                                           "\x81\xA8progresS\xC3"sv, "\x81\x01\xC3"sv,
                                           "\x81\xA1x\xA8"
                                           "progress"sv,
                                           "\xDE\x00\x00"sv})
        BOOST_TEST(!read("\x94\x32\x05" + std::string(details) + "\x91\x01").value().is_part);
}

BOOST_AUTO_TEST_CASE(a_result_in_memory_of_its_own_stays_there)
{
    const auto memory = std::make_shared<std::string>("\x95\x32\x05\x80\x91\x01\x81\xA1k\x02"sv);

    const auto answered = read_answer(split_message(*memory).value(), memory);

    const auto& returned = std::get<payload_in_message>(answered.value().how);
    BOOST_TEST(static_cast<const void*>(returned.at.args.data()) == memory->data() + 4);
    BOOST_TEST(returned.at.args == "\x91\x01");
    BOOST_TEST(returned.at.kwargs == "\x81\xA1k\x02");
    BOOST_TEST(returned.memory == memory);
}

BOOST_AUTO_TEST_CASE(only_a_final_result_keeps_the_memory_of_its_message)
{
    for (const std::string_view bytes :
         {"\x95\x32\x05\x81\xA8progress\xC3\x91\x01"sv, "\x94\x32\x05\x80\x01"sv, "\x94\x32\x05\x80\xC1"sv,
          "\x96\x08\x30\x05\x80\xA3"
          "a.b\x91\x01"sv}) {
        const auto memory = std::make_shared<std::string>(bytes);
        const auto answered = read_answer(split_message(*memory).value(), memory);
        BOOST_REQUIRE(answered.has_value());
        BOOST_TEST(!std::holds_alternative<payload_in_message>(answered->how));
        BOOST_TEST(memory.use_count() == 1);
    }
}

BOOST_AUTO_TEST_CASE(an_error_gives_its_uri_and_arguments_as_they_came)
{
    const auto answered = read("\x97\x08\x30\x05\x80\xA3"
                               "a.b\x91\x01\x81\xA1k\x02"sv);

    BOOST_REQUIRE(answered.has_value());
    const auto* error = std::get_if<call_error>(&answered->how);
    BOOST_REQUIRE(error != nullptr);
    BOOST_TEST(error->uri == "a.b");
    BOOST_TEST(error->details.args == "\x91\x01"sv);
    BOOST_TEST(error->details.kwargs == "\x81\xA1k\x02"sv);
}

BOOST_AUTO_TEST_CASE(an_error_without_arguments_has_none)
{
    const auto answered = read("\x95\x08\x30\x05\x80\xA3"
                               "a.b"sv);

    BOOST_REQUIRE(answered.has_value());
    BOOST_TEST(std::get<call_error>(answered->how).details.args == "");
    BOOST_TEST(std::get<call_error>(answered->how).details.kwargs == "");
}

BOOST_AUTO_TEST_CASE(an_error_whose_arguments_are_nil_has_none)
{
    const auto answered = read("\x97\x08\x30\x05\x80\xA3"
                               "a.b\xC0\xC0"sv);

    BOOST_REQUIRE(answered.has_value());
    BOOST_TEST(std::get<call_error>(answered->how).details.args == "");
    BOOST_TEST(std::get<call_error>(answered->how).details.kwargs == "");
}

BOOST_AUTO_TEST_CASE(a_faulty_answer_to_a_known_call_is_a_result_that_is_invalid)
{
    struct row {
        std::string_view name, bytes, reason;
    };
    const std::vector<row> rows{
        {"args no list", "\x94\x32\x05\x80\x80"sv, "Arguments is not a list"},
        {"kwargs no dictionary", "\x95\x32\x05\x80\x90\x90"sv, "ArgumentsKw is not a dictionary"},
        {"cut", "\x94\x32\x05\x80\x92\x01"sv, "RESULT cannot be read: byte 6: truncated MessagePack"},
        {"cut behind the id", "\x94\x32\x05"sv, "RESULT cannot be read: byte 3: truncated MessagePack"},
        {"too long", "\x93\x32\x05\x80\x00"sv, "RESULT cannot be read: byte 4: extra bytes after the message"},
        {"reserved byte", "\x94\x32\x05\x80\xC1"sv, "RESULT cannot be read: byte 4: malformed MessagePack"},
        {"reserved byte inside", "\x94\x32\x05\x80\x91\xC1"sv, "RESULT cannot be read: byte 5: malformed MessagePack"},
        {"error without URI", "\x94\x08\x30\x05\x80"sv, "ERROR has no URI"},
        {"error cut", "\x96\x08\x30\x05\x80\xA1x"sv, "ERROR cannot be read: byte 7: truncated MessagePack"},
        {"error's URI a number", "\x95\x08\x30\x05\x80\x01"sv, "Error is not a URI"},
        {"error's args no list", "\x96\x08\x30\x05\x80\xA1x\x80"sv, "Arguments is not a list"},
        {"error's kwargs no dictionary", "\x97\x08\x30\x05\x80\xA1x\x90\x90"sv, "ArgumentsKw is not a dictionary"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(invalid_because(each.bytes) == each.reason);
        }
}

BOOST_AUTO_TEST_CASE(a_result_that_nests_too_deep_is_invalid)
{
    BOOST_TEST(invalid_because("\x94\x32\x05\x80" + std::string(127, '\x91') + '\x90') == "");
    BOOST_TEST(invalid_because("\x94\x32\x05\x80" + std::string(128, '\x91') + '\x90') ==
               "RESULT cannot be read: byte 132: it nests deeper than 128 levels");
}

BOOST_AUTO_TEST_CASE(what_answers_no_call_is_no_answer)
{
    struct row {
        std::string_view name, bytes;
    };
    const std::vector<row> rows{
        {"WELCOME", "\x93\x02\x05\x80"sv},
        {"RESULT without id", "\x91\x32"sv},
        {"RESULT with a string for id", "\x93\x32\xA1x\x80"sv},
        {"RESULT with a negative id", "\x93\x32\xFF\x80"sv},
        {"ERROR for REGISTER", "\x95\x08\x40\x05\x80\xA1x"sv},
        {"ERROR without id", "\x92\x08\x30"sv},
        {"ERROR with nil for id", "\x95\x08\x30\xC0\x80\xA1x"sv},
        {"ERROR with a string for type", "\x95\x08\xA1x\x05\x80\xA1x"sv},
        {"unknown code", "\x93\xCD\x01\x00\x05\x80"sv},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(!read(each.bytes).has_value());
        }
}
