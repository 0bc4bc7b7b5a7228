// Verifying a signed GET, which may be a link: no part of it can be changed.
#include "signed_request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;
using namespace std::chrono_literals;

namespace {

std::string fields_of(const link_vector& row)
{
    return "key=" + plain_call.key + "&timestamp=" + percent_encoded(plain_call.timestamp) + "&seq=" + row.seq +
           "&nonce=" + plain_call.nonce + "&signature=" + percent_encoded(row.signature_urlsafe);
}

std::string verdict_of(const std::string& query, const std::string& method = "GET")
{
    return verdict(request_builder{}.method(method).query(query).body("").build(), options_of(plain_call));
}

const link_vector& two_parameters = link_vectors[1];

}  // namespace

BOOST_AUTO_TEST_CASE(every_link_is_accepted_by_get_and_head_wherever_its_five_parameters_stand)
{
    for (const link_vector& row : link_vectors)
        for (const char* method : {"GET", "HEAD"})
            BOOST_TEST_CONTEXT(row.name << " by " << method)
            {
                BOOST_TEST(verdict_of(fields_of(row) + "&" + row.query, method) == "accepted");
                BOOST_TEST(verdict_of(row.query + "&" + fields_of(row), method) == "accepted");
            }
    BOOST_TEST(verdict_of("user=42&" + fields_of(two_parameters) + "&lang=de") == "accepted");
}

BOOST_AUTO_TEST_CASE(a_link_with_any_part_changed_is_refused)
{
    const std::string fields = fields_of(two_parameters) + "&";
    for (const char* changed :
         {"", "user=42", "lang=de", "lang=de&user=42", "user=43&lang=de", "User=42&lang=de", "user=42&lang=de&x",
          "user=42&lang=de&lang=de", "user=42&lang=de&=", "user=42lang&de", "user=4&lang=2de", "use=r42&lang=de",
          "user=42&lang=de+", "user=42&lang%3Dde", "user%3D42=&lang=de", "user=42%26lang=de"})
        BOOST_TEST_CONTEXT(changed)
    BOOST_TEST(verdict_of(fields + changed) == "signature_invalid");
    // Without the refusal of U+0000, these would have the same signature.
    BOOST_TEST(verdict_of(fields + "user%0042%00lang=de") == "parameter_invalid:query");
    BOOST_TEST(verdict_of(fields + "user=42%00lang%00de") == "parameter_invalid:user");
}

BOOST_AUTO_TEST_CASE(how_a_link_is_spelled_does_not_count)
{
    const std::string fields = fields_of(two_parameters) + "&";

    BOOST_TEST(verdict_of(fields + "&user=42&&lang=de&") == "accepted");
    BOOST_TEST(verdict_of(fields + "%75ser=4%32&lang=%64e") == "accepted");
    BOOST_TEST(verdict_of(fields + two_parameters.query + "&signature=x&nonce=0&key=other") == "accepted");
    BOOST_TEST(verdict_of("key=other&" + fields + two_parameters.query) == "key_unknown");
}

BOOST_AUTO_TEST_CASE(no_link_is_a_post_and_no_post_is_a_link)
{
    const signed_request post(plain_call);
    const std::string query(post.build().query());

    BOOST_TEST(verdict_of(fields_of(two_parameters) + "&" + two_parameters.query, "POST") == "signature_invalid");
    BOOST_TEST(verdict_of(fields_of(link_vectors[0]), "PUT") == "signature_invalid");
    BOOST_TEST(verdict(request_builder{}.method("GET").query(query).body(plain_call.body).build(),
                       options_of(plain_call)) == "signature_invalid");
    BOOST_TEST(verdict(request_builder{}.method("POST").query(query + "&a=b").body(plain_call.body).build(),
                       options_of(plain_call)) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_with_a_link_does_not_count)
{
    const std::string query = fields_of(two_parameters) + "&" + two_parameters.query;

    BOOST_TEST(verdict(request_builder{}.method("GET").query(query).body("anything").build(), options_of(plain_call)) ==
               "accepted");
}

BOOST_AUTO_TEST_CASE(a_link_lives_as_long_as_a_signed_request)
{
    service_options options = options_of(plain_call);
    options.timestamp_delta_limit = 30s;
    const request link =
        request_builder{}.method("GET").query(fields_of(two_parameters) + "&" + two_parameters.query).build();

    BOOST_TEST(verdict(link, options, signing_time + 30s) == "accepted");
    BOOST_TEST(verdict(link, options, signing_time + 31s) == "request_expired");
}

BOOST_AUTO_TEST_CASE(a_link_of_the_longest_query_is_looked_at_whole)
{
    const std::string fields = fields_of(two_parameters) + "&user=42&lang=de&signature=";
    const std::string longest = fields + std::string(max_query_bytes - fields.size(), 'x');

    BOOST_TEST(verdict_of(longest) == "accepted");
    BOOST_TEST(verdict_of(longest + "x") == "parameter_invalid:query");
    BOOST_TEST(verdict_of(fields_of(two_parameters) + "&user=42&lang=de&" + std::string(max_query_bytes - 400, '&') +
                          "a") == "signature_invalid");
}
