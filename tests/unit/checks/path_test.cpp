// The service for a request: its whole path must match, never a suffix.
#include "wampfcgi/checks/path.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;

namespace {

const std::vector<service_settings> services{{.path = "/"}, {.path = "signed"}, {.path = "a/b"}};

/// The path of the service found, or "none".
std::string found(const request_builder& builder, std::string_view mount,
                  const std::vector<service_settings>& among = services)
{
    const service_settings* const hit = find_service(builder.build(), mount, among);
    return hit ? hit->path : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_mount_path_info_names_the_service)
{
    struct row {
        const char* path_info;
        const char* service;
    };
    for (const row& row : {row{"", "/"},
                           row{"/", "/"},
                           row{"/signed", "signed"},
                           row{"/a/b", "a/b"},
                           row{"//", "none"},
                           row{"signed", "none"},
                           row{"//signed", "none"},
                           row{"/signed/", "none"},
                           row{"/Signed", "none"},
                           row{"/sign", "none"},
                           row{"/signedx", "none"},
                           row{"/x/signed", "none"},
                           row{"/a", "none"},
                           row{"/b", "none"},
                           row{"/a//b", "none"},
                           row{"/signed/..", "none"},
                           row{"/./signed", "none"},
                           row{" /signed", "none"},
                           row{"/signed ", "none"},
                           row{"/%73igned", "none"},
                           row{"x", "none"},
                           row{"///", "none"}})
        BOOST_TEST_CONTEXT('"' << row.path_info << '"')
    BOOST_TEST(found(request_builder{}.path_info(row.path_info), "") == row.service);
}

BOOST_AUTO_TEST_CASE(without_a_mount_script_name_does_not_count)
{
    BOOST_TEST(found(request_builder{}.script_name("/wamp/signed").path_info(""), "") == "/");
}

BOOST_AUTO_TEST_CASE(a_path_with_a_zero_byte_is_not_cut_there)
{
    BOOST_TEST(found(request_builder{}.path_info(std::string("/signed\0", 8)), "") == "none");
}

BOOST_AUTO_TEST_CASE(the_mount_is_cut_off_the_front_of_script_name_and_path_info)
{
    struct row {
        const char* script_name;
        const char* path_info;
        const char* service;
    };
    for (const row& row : {row{"/wamp", "", "/"},
                           row{"/wamp/", "", "/"},
                           row{"/wamp", "/", "/"},
                           row{"/wamp/signed", "", "signed"},
                           row{"/wamp", "/signed", "signed"},
                           row{"/wamp/", "signed", "signed"},
                           row{"", "/wamp/signed", "signed"},
                           row{"/wamp/a", "/b", "a/b"},
                           row{"/wampoline", "", "none"},
                           row{"/wampsigned", "", "none"},
                           row{"/wamp", "signed", "none"},
                           row{"/wamp//signed", "", "none"},
                           row{"/wamp//", "", "none"},
                           row{"/wamp/signed/", "", "none"},
                           row{"/x/wamp/signed", "", "none"},
                           row{"/public/wamp", "/signed", "none"},
                           row{"wamp/signed", "", "none"},
                           row{"/WAMP/signed", "", "none"},
                           row{"/signed", "", "none"},
                           row{"/", "", "none"},
                           row{"", "", "none"}})
        for (const char* mount : {"/wamp", "/wamp/"})
            BOOST_TEST_CONTEXT(mount << ": " << row.script_name << " + " << row.path_info)
    BOOST_TEST(found(request_builder{}.script_name(row.script_name).path_info(row.path_info), mount) == row.service);
}

BOOST_AUTO_TEST_CASE(a_mount_at_the_root_takes_the_whole_path)
{
    BOOST_TEST(found(request_builder{}.script_name("/").path_info(""), "/") == "/");
    BOOST_TEST(found(request_builder{}.script_name("").path_info(""), "/") == "/");
    BOOST_TEST(found(request_builder{}.script_name("/signed").path_info(""), "/") == "signed");
    BOOST_TEST(found(request_builder{}.script_name("/a").path_info("/b"), "/") == "a/b");
    BOOST_TEST(found(request_builder{}.script_name("//signed").path_info(""), "/") == "none");
}

BOOST_AUTO_TEST_CASE(a_service_that_is_not_configured_is_not_found)
{
    const std::vector<service_settings> only_signed{{.path = "signed"}};

    BOOST_TEST(found(request_builder{}.path_info("/"), "", only_signed) == "none");
    BOOST_TEST(found(request_builder{}.path_info("/signed"), "", only_signed) == "signed");
    BOOST_TEST(found(request_builder{}.path_info("/"), "", {}) == "none");
}

BOOST_AUTO_TEST_CASE(a_status_alone_has_paths_below_its_own)
{
    const std::vector<service_settings> among{{.path = "/", .type = service_type::status},
                                              {.path = "status", .type = service_type::status},
                                              {.path = "call"},
                                              {.path = "status/ready"},
                                              {.path = "a/ping", .type = service_type::status}};
    struct row {
        const char* path_info;
        const char* service;
    };
    for (const row& row :
         {row{"/ping", "/"}, row{"/ready", "/"}, row{"/status/ping", "status"}, row{"/status/ready", "status/ready"},
          row{"/a/ping", "a/ping"}, row{"/a/ping/ping", "a/ping"}, row{"/call/ping", "none"},
          row{"/status/ping/", "none"}, row{"/status/ping/ping", "none"}, row{"/status//ping", "none"},
          row{"/status/pong", "none"}, row{"/x/status/ping", "none"}, row{"//ping", "none"}, row{"ping", "none"}})
        BOOST_TEST_CONTEXT('"' << row.path_info << '"')
    BOOST_TEST(found(request_builder{}.path_info(row.path_info), "", among) == row.service);
    BOOST_TEST(found(request_builder{}.script_name("/wamp/status/ping"), "/wamp", among) == "status");
}
