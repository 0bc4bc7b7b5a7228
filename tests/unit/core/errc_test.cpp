// Compares the error table with the contract's section 5, row by row.
#include "wampfcgi/core/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

using namespace wampfcgi;

namespace {

struct contract_row {
    errc code;
    std::string_view name;
    int crossbar;
    int http;
};

constexpr contract_row contract_table[] = {
    {errc::not_found, "not_found", 404, 404},
    {errc::method_not_allowed, "method_not_allowed", 405, 405},
    {errc::tls_required, "tls_required", 400, 403},
    {errc::address_denied, "address_denied", 400, 403},
    {errc::origin_denied, "origin_denied", 403, 403},
    {errc::content_type_unsupported, "content_type_unsupported", 400, 415},
    {errc::body_too_large, "body_too_large", 413, 413},
    {errc::body_truncated, "body_truncated", 400, 400},
    {errc::signature_parameter_missing, "signature_parameter_missing", 400, 401},
    {errc::parameter_invalid, "parameter_invalid", 400, 400},
    {errc::request_expired, "request_expired", 400, 401},
    {errc::key_unknown, "key_unknown", 401, 401},
    {errc::signature_invalid, "signature_invalid", 401, 401},
    {errc::body_not_utf8, "body_not_utf8", 400, 400},
    {errc::body_not_json, "body_not_json", 400, 400},
    {errc::body_not_object, "body_not_object", 400, 400},
    {errc::procedure_missing, "procedure_missing", 400, 400},
    {errc::procedure_invalid, "procedure_invalid", 400, 400},
    {errc::arguments_invalid, "arguments_invalid", 400, 400},
    {errc::procedure_denied, "procedure_denied", 403, 403},
    {errc::overloaded, "overloaded", 503, 503},
    {errc::router_unavailable, "router_unavailable", 503, 503},
    {errc::connection_lost, "connection_lost", 502, 502},
    {errc::call_timeout, "call_timeout", 504, 504},
    {errc::result_invalid, "result_invalid", 502, 502},
    {errc::internal_error, "internal_error", 500, 500},
    {errc::request_replayed, "request_replayed", 401, 401},
    {errc::topic_missing, "topic_missing", 400, 400},
    {errc::topic_invalid, "topic_invalid", 400, 400},
    {errc::options_invalid, "options_invalid", 400, 400},
    {errc::topic_denied, "topic_denied", 403, 403},
    {errc::streams_unsupported, "streams_unsupported", 501, 501},
    {errc::token_invalid, "token_invalid", 401, 401},
    {errc::rate_limited, "rate_limited", 429, 429},
    {errc::store_unavailable, "store_unavailable", 503, 503},
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_error_has_the_name_and_the_statuses_of_the_contract)
{
    BOOST_TEST(std::size(contract_table) == errc_table.size());

    for (const contract_row& row : contract_table) {
        BOOST_TEST_CONTEXT(row.name)
        {
            const errc_info& info = describe(row.code);

            BOOST_TEST((info.code == row.code));
            BOOST_TEST(info.name == row.name);
            BOOST_TEST(info.status_crossbar == row.crossbar);
            BOOST_TEST(info.status_http == row.http);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_error_has_the_value_that_means_success)
{
    BOOST_TEST(std::ranges::count(errc_table, errc{0}, &errc_info::code) == 0);
}

BOOST_AUTO_TEST_CASE(names_and_sentences_are_unique)
{
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;

    for (const errc_info& info : errc_table) {
        names.insert(info.name);
        sentences.insert(info.sentence);
    }

    BOOST_TEST(names.size() == errc_table.size());
    BOOST_TEST(sentences.size() == errc_table.size());
}

BOOST_AUTO_TEST_CASE(every_sentence_is_one_whole_sentence_of_plain_ascii)
{
    for (const errc_info& info : errc_table) {
        BOOST_TEST_CONTEXT(info.name)
        {
            const std::string_view text = info.sentence;

            BOOST_TEST_REQUIRE(!text.empty());
            BOOST_TEST((text.front() >= 'A' && text.front() <= 'Z'));
            BOOST_TEST(text.find('.') == text.size() - 1);
            BOOST_TEST(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }));
        }
    }
}

BOOST_AUTO_TEST_CASE(only_a_bug_is_logged_as_an_error)
{
    for (const errc_info& info : errc_table)
        BOOST_TEST_CONTEXT(info.name)
    BOOST_TEST((info.level == log_level::error) == (info.code == errc::internal_error));
}
