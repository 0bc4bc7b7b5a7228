// The query parameters that a request needs, their form, and its age.
#include "signed_request.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_signed_service_needs_all_five_parameters_and_names_the_first_that_is_missing)
{
    const std::vector<std::string> names{"key", "timestamp", "seq", "nonce", "signature"};
    const service_options options = options_of(plain_call);

    for (std::size_t missing = 0; missing < names.size(); ++missing) {
        std::string only_it;
        std::string this_and_later;
        for (std::size_t i = 0; i < names.size(); ++i) {
            only_it += i == missing ? "" : names[i] + "=x&";
            this_and_later += i >= missing ? "" : names[i] + "=x&";
        }

        BOOST_TEST(verdict(only_it, options) == "signature_parameter_missing:" + names[missing]);
        BOOST_TEST(verdict(this_and_later, options) == "signature_parameter_missing:" + names[missing]);
    }
    BOOST_TEST(check_signature(request_builder{}.build(), options, signing_time).error().detail ==
               "no key in a signed request");
}

BOOST_AUTO_TEST_CASE(a_parameter_with_an_empty_value_is_not_missing)
{
    const service_options options = options_of(plain_call);
    const std::string time = "timestamp=" + plain_call.timestamp;

    BOOST_TEST(verdict("key&timestamp&seq&nonce&signature", options) == "parameter_invalid:timestamp");
    BOOST_TEST(verdict("key=&" + time + "&seq=&nonce=&signature=", options) == "parameter_invalid:seq");
    BOOST_TEST(verdict("key=&" + time + "&seq=1&nonce=&signature=", options) == "parameter_invalid:nonce");
    BOOST_TEST(verdict("key=&" + time + "&seq=1&nonce=1&signature=", options) == "key_unknown");
    BOOST_TEST(verdict("key=myapp1&" + time + "&seq=1&nonce=1&signature=", options) == "signature_invalid");
}

BOOST_AUTO_TEST_CASE(seq_and_nonce_are_decimal_integers_of_at_most_20_digits)
{
    const service_options options = options_of(plain_call);
    for (const char* good :
         {"0", "1", "007", "-1", "-0", "9007199254740993", "9223372036854775807", "-9223372036854775808",
          "18446744073709551615", "99999999999999999999", "-99999999999999999999", "00000000000000000000"})
        BOOST_TEST_CONTEXT(good)
        {
            signed_request seq(plain_call);
            seq.fields.seq = good;
            signed_request nonce(plain_call);
            nonce.fields.nonce = good;

            BOOST_TEST(!verdict(seq.build(), options).starts_with("parameter_invalid"));
            BOOST_TEST(!verdict(nonce.build(), options).starts_with("parameter_invalid"));
        }
    for (const char* bad : {"100000000000000000000", "-100000000000000000000", "000000000000000000001", "", "-", "--1",
                            "1-", "- 1", "+1", "1.0", "1e3", "0x1", " 1", "1 ", "1,2", "x", "\xd9\xa1"})
        BOOST_TEST_CONTEXT(bad)
        {
            signed_request seq(plain_call);
            seq.fields.seq = bad;
            signed_request nonce(plain_call);
            nonce.fields.nonce = bad;

            BOOST_TEST(verdict(seq.build(), options) == "parameter_invalid:seq");
            BOOST_TEST(verdict(nonce.build(), options) == "parameter_invalid:nonce");
        }
}

BOOST_AUTO_TEST_CASE(a_request_is_accepted_up_to_the_limit_from_now_either_way)
{
    service_options options = options_of(plain_call);
    options.timestamp_delta_limit = 30s;
    const request req = signed_request(plain_call).build();

    for (const auto offset : {0us, 30'000'000us, -30'000'000us})
        BOOST_TEST_CONTEXT(offset.count())
    BOOST_TEST(verdict(req, options, signing_time + offset) == "accepted");
    for (const auto offset : {30'000'001us, -30'000'001us, 31'000'000us, -86'400'000'000us})
        BOOST_TEST_CONTEXT(offset.count())
    BOOST_TEST(verdict(req, options, signing_time + offset) == "request_expired");
}

BOOST_AUTO_TEST_CASE(an_expired_request_is_told_with_its_age_and_the_limit)
{
    service_options options = options_of(plain_call);
    options.timestamp_delta_limit = 30s;
    const request req = signed_request(plain_call).build();

    BOOST_TEST(check_signature(req, options, signing_time + 41s).error().detail ==
               "timestamp is 41 s old, 30 s allowed");
    BOOST_TEST(check_signature(req, options, signing_time + 30'000'001us).error().detail ==
               "timestamp is 31 s old, 30 s allowed");
    BOOST_TEST(check_signature(req, options, signing_time - 41s).error().detail ==
               "timestamp is 41 s ahead, 30 s allowed");
}

BOOST_AUTO_TEST_CASE(without_a_limit_a_request_never_expires)
{
    const request req = signed_request(plain_call).build();
    service_options endless = options_of(plain_call);
    endless.timestamp_delta_limit = std::chrono::seconds::max();

    for (const service_options& options : {options_of(plain_call), endless}) {
        BOOST_TEST(verdict(req, options, signing_time + 24h * 36'500) == "accepted");
        BOOST_TEST(verdict(req, options, instant{}) == "accepted");
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_first_in_the_contracts_order_is_told)
{
    service_options options = options_of(plain_call);
    options.timestamp_delta_limit = 30s;
    const instant late = signing_time + 31s;
    signed_request req(plain_call);
    req.fields.key = "x";
    req.fields.timestamp = "x";
    req.fields.seq = "x";
    req.fields.nonce = "x";
    req.raw_signature = "x";

    BOOST_TEST(verdict(req.build(), options, late) == "parameter_invalid:timestamp");
    req.fields.timestamp = plain_call.timestamp;
    BOOST_TEST(verdict(req.build(), options, late) == "parameter_invalid:seq");
    req.fields.seq = plain_call.seq;
    BOOST_TEST(verdict(req.build(), options, late) == "parameter_invalid:nonce");
    req.fields.nonce = plain_call.nonce;
    BOOST_TEST(verdict(req.build(), options, late) == "request_expired");
    BOOST_TEST(verdict(req.build(), options) == "key_unknown");
    req.fields.key = plain_call.key;
    BOOST_TEST(verdict(req.build(), options) == "signature_invalid");
    req.raw_signature = plain_call.signature_urlsafe;
    BOOST_TEST(verdict(req.build(), options) == "accepted");
}

BOOST_AUTO_TEST_CASE(of_a_parameter_given_twice_the_first_counts)
{
    const request good = signed_request(plain_call).build();
    const auto with_query = [&](const std::string& query) {
        return request_builder{}.query(query).body(std::string(good.body())).build();
    };
    const std::string query(good.query());
    const request good_first = with_query(query + "&key=x&timestamp=x&seq=x&nonce=x&signature=x");
    const request bad_first = with_query("nonce=12346&" + query);

    BOOST_TEST(verdict(good_first, options_of(plain_call)) == "accepted");
    BOOST_TEST(verdict(bad_first, options_of(plain_call)) == "signature_invalid");
}

BOOST_AUTO_TEST_CASE(an_unsigned_service_checks_timestamp_and_seq_where_present)
{
    service_options options;
    options.timestamp_delta_limit = 30s;

    for (const char* query : {"", "seq=1", "timestamp=2026-11-22T09:49:10.429Z", "nonce=x", "key=x&signature=x",
                              "timestamp=2026-11-22T09%3A49%3A40.429Z&seq=99999999999999999999&nonce"})
        BOOST_TEST_CONTEXT(query)
    BOOST_TEST(verdict(query, options) == "accepted");
    BOOST_TEST(verdict("timestamp=2026-11-22", options) == "parameter_invalid:timestamp");
    BOOST_TEST(verdict("timestamp", options) == "parameter_invalid:timestamp");
    BOOST_TEST(verdict("seq=100000000000000000000", options) == "parameter_invalid:seq");
    BOOST_TEST(verdict("seq=", options) == "parameter_invalid:seq");
    BOOST_TEST(verdict("timestamp=2026-11-22T09:49:40.430Z", options) == "request_expired");
    BOOST_TEST(verdict("timestamp=2026-11-22T09:48:40.428Z", options) == "request_expired");
    BOOST_TEST(verdict("timestamp=2011-10-14T16:59:51Z", service_options{}) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_refusal_gives_the_log_the_clients_value_apart_from_our_words)
{
    const auto res = check_signature(request_builder{}.query("seq=%0Aevil").build(), {}, signing_time);

    BOOST_TEST_REQUIRE(res.has_error());
    BOOST_TEST(res.error().detail == "seq is not a decimal integer of at most 20 digits");
    BOOST_TEST(res.error().peer_text == "\nevil");
}

BOOST_AUTO_TEST_CASE(a_query_and_a_parameter_are_limited_to_the_byte)
{
    const service_options plain;
    const auto query_of = [](std::size_t bytes) { return "seq=1&" + std::string(bytes - 6, 'x'); };
    BOOST_TEST(verdict(query_of(max_query_bytes), plain) == "accepted");
    BOOST_TEST(verdict(query_of(max_query_bytes + 1), plain) == "parameter_invalid:query");
    const auto digits = [](std::size_t bytes) { return std::string(bytes - 1, '0') + '1'; };
    BOOST_TEST(verdict("nonce=" + digits(max_parameter_bytes + 1), plain) == "accepted");
    const std::string others = "timestamp=2011-10-14T16:59:51Z&seq=1&nonce=1&signature&key=";
    BOOST_TEST(verdict(others + digits(max_parameter_bytes), options_of(plain_call)) == "key_unknown");
    BOOST_TEST(verdict(others + digits(max_parameter_bytes + 1), options_of(plain_call)) == "parameter_invalid:key");

    for (const std::string name : {"key", "timestamp", "seq", "nonce", "signature"})
        BOOST_TEST(verdict(name + '=' + digits(max_parameter_bytes + 1), options_of(plain_call)) ==
                   "parameter_invalid:" + name);
}
