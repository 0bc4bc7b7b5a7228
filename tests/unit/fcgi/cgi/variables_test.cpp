// How a web server's variables are interpreted.
#include "fcgi/cgi/variables.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;

namespace {

request read_pairs(std::string_view pairs)
{
    request req;
    BOOST_TEST(read_variables(req, pairs));
    return req;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_last_of_a_variable_counts_and_what_is_no_variable_does_not)
{
    const char* const variables[] = {"REQUEST_METHOD=GET", "REQUEST_METHOD=POST", "nonsense",        "=x",
                                     "CONTENT_TYPE=",      "QUERY_STRING=a=b&c",  "HTTP_ACCEPT=a/b", nullptr};

    const request req = read_variables(variables);

    BOOST_TEST(req.method() == "POST");
    BOOST_TEST(req.query() == "a=b&c");
    BOOST_TEST(req.accept() == "a/b");
    BOOST_TEST(req.content_type().value() == "");
    BOOST_TEST(!req.content_length());
    BOOST_TEST(!req.id().empty());
}

BOOST_AUTO_TEST_CASE(pairs_mean_what_a_list_of_variables_means)
{
    using namespace std::string_literals;
    const request req = read_pairs("\x0E\3REQUEST_METHODGET\x0E\4REQUEST_METHODPOST\x0C\5QUERY_STRINGa=b&c"
                                   "\x0C\0CONTENT_TYPE\x09\4UNIQUE_IDx-17\2\1OOx"s);

    BOOST_TEST(req.method() == "POST");
    BOOST_TEST(req.query() == "a=b&c");
    BOOST_TEST(req.content_type().value() == "");
    BOOST_TEST(!req.content_length());
    BOOST_TEST(req.id() == "x-17");
}

BOOST_AUTO_TEST_CASE(every_variable_that_is_used_is_found_by_its_name_alone)
{
    const char* const variables[] = {"REQUEST_METHOD=1",   "SCRIPT_NAME=2",          "PATH_INFO=3",
                                     "QUERY_STRING=4",     "REMOTE_ADDR=5",          "HTTPS=6",
                                     "HTTP_HOST=7",        "SERVER_PORT=8",          "HTTP_ORIGIN=9",
                                     "CONTENT_TYPE=10",    "CONTENT_LENGTH=11",      "REMOTE_USER=12",
                                     "SSL_CLIENT_S_DN=13", "HTTP_USER_AGENT=14",     "HTTP_ACCEPT=15",
                                     "UNIQUE_ID=16",       "HTTP_SEC_FETCH_SITE=17", "HTTP_SEC_FETCH_MODE=18",
                                     "SERVER_NAME=x",      "HTTP_LAST_EVENT_ID=19",  "HTTP_IF_NONE_MATCH=20",
                                     "SCRIPT_NAMF=x",      "WAMP_FCGI_STATUS=21",    "HTTP_SEC_FETCH_SITE_=x",
                                     "REMOTE_PORT=x",      "request_method=x",       nullptr};

    const request req = read_variables(variables);

    BOOST_TEST(req.method() == "1");
    BOOST_TEST(req.script_name() == "2");
    BOOST_TEST(req.path_info() == "3");
    BOOST_TEST(req.query() == "4");
    BOOST_TEST(req.remote_addr() == "5");
    BOOST_TEST(req.https() == "6");
    BOOST_TEST(req.host() == "7");
    BOOST_TEST(req.server_port() == "8");
    BOOST_TEST(req.origin().value() == "9");
    BOOST_TEST(req.content_type().value() == "10");
    BOOST_TEST(req.content_length().value() == "11");
    BOOST_TEST(req.remote_user().value() == "12");
    BOOST_TEST(req.client_subject().value() == "13");
    BOOST_TEST(req.user_agent().value() == "14");
    BOOST_TEST(req.accept() == "15");
    BOOST_TEST(req.id() == "16");
    BOOST_TEST(req.sec_fetch_site() == "17");
    BOOST_TEST(req.sec_fetch_mode() == "18");
    BOOST_TEST(req.last_event_id().value() == "19");
    BOOST_TEST(req.if_none_match() == "20");
    BOOST_TEST(req.wanted_status() == "21");
}

BOOST_AUTO_TEST_CASE(a_name_that_differs_in_one_byte_is_another_variable)
{
    const std::vector<std::string> names{"REQUEST_METHOD", "SCRIPT_NAME",         "PATH_INFO",      "HTTPS",
                                         "REMOTE_ADDR",    "HTTP_SEC_FETCH_SITE", "HTTP_USER_AGENT"};
    const auto found = [](const request& req) {
        return std::string(req.method()).append(req.script_name()).append(req.path_info()).append(req.https()) +
               std::string(req.remote_addr()).append(req.sec_fetch_site()).append(req.user_agent().value_or(""));
    };
    for (const std::string& name : names)
        for (std::size_t place = 0; place < name.size(); ++place)
            BOOST_TEST_CONTEXT(name << " at " << place)
            {
                std::string other = name;
                other[place] ^= 1;
                const std::string right = name + "=x";
                const std::string wrong = other + "=x";
                const char* const as_it_is[] = {right.c_str(), nullptr};
                const char* const changed[] = {wrong.c_str(), nullptr};

                BOOST_TEST(found(read_variables(as_it_is)) == "x");
                BOOST_TEST(found(read_variables(changed)) == "");
            }
}

BOOST_AUTO_TEST_CASE(all_that_was_sent_is_kept_in_its_order)
{
    using namespace std::string_literals;
    const char* const variables[] = {"HTTP_X_B=1", "nonsense", "PATH=", "HTTP_X_B=2=3", nullptr};
    const std::string pairs = "\x08\1HTTP_X_B1\4\0PATH\x08\3HTTP_X_B2=3"s;

    BOOST_TEST(read_variables(variables).pairs() == pairs);
    BOOST_TEST(read_pairs(pairs).pairs() == pairs);
}

BOOST_AUTO_TEST_CASE(an_empty_user_or_certificate_counts_as_not_sent)
{
    const char* const empty[] = {"REMOTE_USER=", "SSL_CLIENT_S_DN=", "HTTP_USER_AGENT=", nullptr};
    const char* const given[] = {"REMOTE_USER=joe", "SSL_CLIENT_S_DN=CN=joe", nullptr};

    BOOST_TEST(!read_variables(empty).remote_user());
    BOOST_TEST(!read_variables(empty).client_subject());
    BOOST_TEST(read_variables(empty).user_agent().value() == "");
    BOOST_TEST(read_variables(given).remote_user().value() == "joe");
    BOOST_TEST(read_variables(given).client_subject().value() == "CN=joe");
}

BOOST_AUTO_TEST_CASE(the_content_type_that_caddy_gives_a_request_without_one_counts_as_not_sent)
{
    const std::string form = "CONTENT_TYPE=application/x-www-form-urlencoded";
    const auto type_of = [](const std::string& type, const char* software, const char* header) {
        const char* const variables[] = {type.c_str(), software, header, nullptr};
        const request req = read_variables(variables);
        return std::string(req.content_type().value_or("none"));
    };

    BOOST_TEST(type_of(form, "SERVER_SOFTWARE=Caddy/v2.6.2", nullptr) == "none");
    BOOST_TEST(type_of(form, "SERVER_SOFTWARE=Caddy/v2.6.2", "HTTP_CONTENT_TYPE=") == "none");
    BOOST_TEST(type_of(form, "SERVER_SOFTWARE=Caddy/v2.6.2", "HTTP_CONTENT_TYPE=application/x-www-form-urlencoded") !=
               "none");
    BOOST_TEST(type_of(form, "SERVER_SOFTWARE=nginx/1.22.1", nullptr) != "none");
    BOOST_TEST(type_of("CONTENT_TYPE=text/x", "SERVER_SOFTWARE=Caddy/v2.6.2", nullptr) == "text/x");
}

BOOST_AUTO_TEST_CASE(the_subject_of_a_certificate_that_was_not_verified_does_not_count)
{
    const std::vector<std::pair<const char*, bool>> rows{
        {"X=", true},
        {"SSL_CLIENT_VERIFY=SUCCESS", true},
        {"SSL_CLIENT_VERIFY=", false},
        {"SSL_CLIENT_VERIFY=NONE", false},
        {"SSL_CLIENT_VERIFY=GENEROUS", false},
        {"SSL_CLIENT_VERIFY=FAILED:self-signed certificate", false},
    };
    for (const auto& [verify, counts] : rows)
        BOOST_TEST_CONTEXT(verify)
        {
            const char* const before[] = {verify, "SSL_CLIENT_S_DN=CN=joe", nullptr};
            const char* const behind[] = {"SSL_CLIENT_S_DN=CN=joe", verify, nullptr};
            BOOST_TEST(read_variables(before).client_subject().has_value() == counts);
            BOOST_TEST(read_variables(behind).client_subject().has_value() == counts);
        }
}

BOOST_AUTO_TEST_CASE(headers_that_browsers_send_with_a_get_are_read)
{
    const char* const variables[] = {"HTTP_SEC_FETCH_SITE=cross-site", "HTTP_SEC_FETCH_MODE=navigate",
                                     "HTTP_LAST_EVENT_ID=", "HTTP_IF_NONE_MATCH=\"x\"", nullptr};
    const char* const none[] = {nullptr};

    const request req = read_variables(variables);

    BOOST_TEST(req.sec_fetch_site() == "cross-site");
    BOOST_TEST(req.sec_fetch_mode() == "navigate");
    BOOST_TEST(req.last_event_id().value() == "");
    BOOST_TEST(req.if_none_match() == "\"x\"");
    BOOST_TEST(!read_variables(none).last_event_id());
}

BOOST_AUTO_TEST_CASE(no_header_of_a_client_asks_for_the_status_as_the_program_does)
{
    const char* const headers[] = {"HTTP_WAMP_FCGI_STATUS=text", "wamp_fcgi_status=text", "WAMP_FCGI_STATUS_=text",
                                   nullptr};
    const char* const program[] = {"WAMP_FCGI_STATUS=text", nullptr};

    BOOST_TEST(read_variables(headers).wanted_status() == "");
    BOOST_TEST(read_variables(program).wanted_status() == "text");
}

BOOST_AUTO_TEST_CASE(pairs_that_are_not_well_formed_leave_the_request_empty)
{
    using namespace std::string_literals;
    const std::string first = "\x0E\3REQUEST_METHODGET"s;
    struct row {
        const char* name;
        std::string second;
    };
    const std::vector<row> rows{
        {"cut short", "\x09\5PATH_INFO/abc"s},
        {"a length alone", "\1"s},
        {"no name", "\0\1v"s},
        {"an equals sign in the name", "\3\1A=Bv"s},
        {"an equals sign in the name, behind one in a value", "\1\1A=\1\1=v"s},
        {"a zero byte in the name", "\3\1A\0Bv"s},
        {"a zero byte in the value", "\x09\4PATH_INFO/a\0b"s},
        {"a zero byte in the value, behind an empty one", "\1\0A\1\1B\0"s},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            request req;

            BOOST_TEST(!read_variables(req, first + each.second));

            BOOST_TEST(req.pairs() == "");
            BOOST_TEST(req.method() == "");
            BOOST_TEST(req.id() == "");
        }
}
