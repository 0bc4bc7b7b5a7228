// Verifying a signed request.
#include "signed_request.hpp"

#include "checks/hmac.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;

namespace {

std::string verdict_of_signature(const signature_vector& row, std::string raw_signature)
{
    signed_request changed(row);
    changed.raw_signature = std::move(raw_signature);
    return verdict(changed.build(), options_of(row));
}

std::string without_padding(std::string signature)
{
    std::erase(signature, '=');
    return signature;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_vector_is_accepted_in_every_spelling_of_its_signature)
{
    for (const signature_vector& row : signature_vectors)
        for (const std::string& signature : {row.signature_urlsafe, row.signature_standard})
            for (const std::string& spelling : {signature, without_padding(signature)})
                BOOST_TEST_CONTEXT(row.name << ": " << spelling)
                {
                    std::string with_spaces = spelling;
                    std::ranges::replace(with_spaces, '+', ' ');

                    BOOST_TEST(verdict_of_signature(row, spelling) == "accepted");
                    BOOST_TEST(verdict_of_signature(row, percent_encoded(spelling)) == "accepted");
                    BOOST_TEST(verdict_of_signature(row, percent_encoded(with_spaces)) == "accepted");
                }
}

BOOST_AUTO_TEST_CASE(every_vector_with_one_field_changed_is_refused)
{
    using change = std::pair<const char*, std::function<void(signed_request&)>>;
    const std::vector<change> changes{
        {"timestamp", [](signed_request& req) { req.fields.timestamp[0] = '3'; }},
        {"seq", [](signed_request& req) { req.fields.seq = "6"; }},
        {"seq, same number", [](signed_request& req) { req.fields.seq.insert(0, "0"); }},
        {"nonce", [](signed_request& req) { req.fields.nonce = "6"; }},
        {"body, a byte more", [](signed_request& req) { req.fields.body += ' '; }},
        {"body, another", [](signed_request& req) { req.fields.body = "[]"; }},
        {"signature, first byte",
         [](signed_request& req) {
             req.raw_signature = percent_encoded("B" + req.fields.signature_urlsafe.substr(1));
         }},
        {"signature, last byte",
         [](signed_request& req) {
             const std::string& good = req.fields.signature_urlsafe;
             req.raw_signature = percent_encoded(good.substr(0, 42) + (good[42] == 'A' ? "E" : "A"));
         }},
        {"signature, one digit short",
         [](signed_request& req) { req.raw_signature = percent_encoded(req.fields.signature_urlsafe.substr(0, 42)); }},
    };
    for (const signature_vector& row : signature_vectors)
        for (const auto& [name, apply] : changes)
            BOOST_TEST_CONTEXT(row.name << ": " << name)
            {
                signed_request req(row);
                apply(req);

                BOOST_TEST(verdict(req.build(), options_of(row)) == "signature_invalid");
            }
}

BOOST_AUTO_TEST_CASE(the_signature_is_over_the_timestamps_text_not_over_its_instant)
{
    signed_request req(plain_call);
    req.fields.timestamp = "2026-11-22T09:49:10.4290Z";

    BOOST_TEST_REQUIRE((parse_timestamp(req.fields.timestamp) == signing_time));
    BOOST_TEST(verdict(req.build(), options_of(plain_call)) == "signature_invalid");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_the_services_is_unknown_even_with_a_good_signature)
{
    for (const signature_vector& row : signature_vectors)
        for (const std::string& key : {row.key + "x", row.key.substr(1), std::string(), row.key.substr(1) + "?"})
            BOOST_TEST_CONTEXT(row.name << ": " << key)
            {
                service_options of_another_service;
                of_another_service.keys[key].secret = row.secret;
                signed_request with_another_key(row);
                with_another_key.fields.key = key;

                BOOST_TEST(verdict(signed_request(row).build(), of_another_service) == "key_unknown");
                BOOST_TEST(verdict(with_another_key.build(), options_of(row)) == "key_unknown");
                BOOST_TEST(verdict(with_another_key.build(), of_another_service) == "signature_invalid");
            }
}

BOOST_AUTO_TEST_CASE(another_secret_makes_another_signature)
{
    for (const signature_vector& row : signature_vectors)
        BOOST_TEST_CONTEXT(row.name)
        {
            service_options options = options_of(row);
            options.keys[row.key].secret += "x";

            BOOST_TEST(verdict(signed_request(row).build(), options) == "signature_invalid");
        }
}

BOOST_AUTO_TEST_CASE(no_refusal_tells_a_secret_or_a_signature)
{
    const signed_request good(plain_call);
    signed_request truncated = good;
    truncated.raw_signature.pop_back();
    signed_request other_body = good;
    other_body.fields.body = "{}";

    for (const signed_request& req : {truncated, other_body}) {
        const auto res = check_signature(req.build(), options_of(plain_call), signing_time);

        BOOST_TEST_REQUIRE(res.has_error());
        BOOST_TEST(res.error().peer_text.empty());
        BOOST_TEST(res.error().detail.find(plain_call.secret) == std::string::npos);
        BOOST_TEST(res.error().detail.find(plain_call.signature_urlsafe.substr(0, 4)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(each_key_of_a_service_has_its_own_secret)
{
    service_options options;
    for (const signature_vector& row : signature_vectors)
        options.keys[row.key].secret = row.secret;
    options.keys["another"].secret = "x";
    signed_request under_another_name(plain_call);
    under_another_name.fields.key = "another";

    for (const signature_vector& row : signature_vectors)
        if (options.keys[row.key].secret == row.secret)
            BOOST_TEST(verdict(signed_request(row).build(), options) == "accepted");
    BOOST_TEST(verdict(under_another_name.build(), options) == "signature_invalid");
}

BOOST_AUTO_TEST_CASE(a_key_is_unknown_once_its_last_moment_is_over)
{
    service_options options = options_of(plain_call);
    options.keys.begin()->second.not_after = signing_time;
    const request req = signed_request(plain_call).build();

    BOOST_TEST(verdict(req, options, signing_time) == "accepted");
    BOOST_TEST(verdict(req, options, signing_time + std::chrono::microseconds{1}) == "key_unknown");
}

BOOST_AUTO_TEST_CASE(a_signed_request_tells_which_key_and_which_bytes_signed_it)
{
    const service_options options = options_of(plain_call);

    const auto facts = check_signature(signed_request(plain_call).build(), options, signing_time);

    BOOST_TEST_REQUIRE(facts.has_value());
    BOOST_TEST_REQUIRE(facts->has_value());
    BOOST_TEST(*(*facts)->name == plain_call.key);
    BOOST_TEST(((*facts)->key == &options.keys.at(plain_call.key)));
    BOOST_TEST(((*facts)->timestamp == signing_time));
    BOOST_TEST(((*facts)->mac == decode_signature(plain_call.signature_urlsafe)));
    BOOST_TEST(!check_signature(request_builder{}.build(), {}, signing_time)->has_value());
}
