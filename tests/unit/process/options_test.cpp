#include "wampfcgi/process/options.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi::process;

namespace {

constexpr unsigned processors = 6;

wampfcgi::result<options, wampfcgi::trouble> parse(std::vector<const char*> arguments)
{
    arguments.insert(arguments.begin(), "wamp-fcgi");
    return parse_options(static_cast<int>(arguments.size()), arguments.data(), processors);
}

options parsed(std::vector<const char*> arguments)
{
    const auto read = parse(std::move(arguments));
    if (!read)
        BOOST_FAIL(read.error().text);
    return *read;
}

std::string refused(std::vector<const char*> arguments)
{
    const auto read = parse(std::move(arguments));
    return read ? "(accepted)" : read.error().text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_empty_command_line_leaves_the_defaults)
{
    const options none = parsed({});

    BOOST_TEST(!none.config_file.has_value());
    BOOST_TEST(!none.check_config);
    BOOST_TEST(!none.listen.has_value());
    BOOST_TEST(none.workers == 1U);
    BOOST_TEST(!none.help);
    BOOST_TEST(!none.version);
}

BOOST_AUTO_TEST_CASE(a_program_started_without_even_a_name_is_read_like_an_empty_command_line)
{
    const char* const* nothing = nullptr;

    BOOST_TEST(parse_options(0, nothing, processors).has_value());
}

BOOST_AUTO_TEST_CASE(values_stand_behind_an_equals_sign_or_in_the_next_argument)
{
    for (const auto& given : {parsed({"--config", "a.json", "--listen", "unix:/run/x", "--workers", "4"}),
                              parsed({"--config=a.json", "--listen=unix:/run/x", "--workers=4"})}) {
        BOOST_TEST(given.config_file.value() == "a.json");
        BOOST_TEST((given.listen == listen_address(unix_address{"/run/x"})));
        BOOST_TEST(given.workers == 4U);
    }
}

BOOST_AUTO_TEST_CASE(a_value_may_hold_equals_signs_and_begin_with_dashes)
{
    BOOST_TEST(parsed({"--config=--a=b"}).config_file.value() == "--a=b");
}

BOOST_AUTO_TEST_CASE(check_config_takes_a_file_or_not)
{
    BOOST_TEST(parsed({"--check-config"}).check_config);
    BOOST_TEST(!parsed({"--check-config"}).config_file.has_value());
    BOOST_TEST(parsed({"--check-config", "a.json"}).config_file.value() == "a.json");
    BOOST_TEST(parsed({"--check-config=a.json"}).config_file.value() == "a.json");
    BOOST_TEST(parsed({"--check-config", "--config", "a.json"}).config_file.value() == "a.json");
    BOOST_TEST(parsed({"--config", "a.json", "--check-config"}).check_config);
    BOOST_TEST(!parsed({"--check-config", "a.json"}).router);
    BOOST_TEST(parsed({"--check-config", "--router"}).router);
}

BOOST_AUTO_TEST_CASE(help_and_version_are_flags)
{
    BOOST_TEST(parsed({"--help"}).help);
    BOOST_TEST(parsed({"-h"}).help);
    BOOST_TEST(parsed({"--version"}).version);
}

BOOST_AUTO_TEST_CASE(workers_are_1_to_1024_or_one_for_each_processor)
{
    const auto workers = [](const char* text) { return parsed({"--listen", "a:1", "--workers", text}).workers; };
    BOOST_TEST(workers("1") == 1U);
    BOOST_TEST(workers("1024") == 1024U);
    BOOST_TEST(workers("auto") == processors);
}

BOOST_AUTO_TEST_CASE(the_socket_and_the_process_get_the_users_that_are_named)
{
    const options given = parsed({"--listen=unix:/run/x", "--socket-mode=0666", "--socket-owner=a", "--socket-group=b",
                                  "--user=c", "--group", "d"});

    BOOST_TEST(given.socket_mode == 0666U);
    BOOST_TEST(given.socket_owner.value() == "a");
    BOOST_TEST(given.socket_group.value() == "b");
    BOOST_TEST(given.user.value() == "c");
    BOOST_TEST(given.group.value() == "d");
    BOOST_TEST(parsed({}).socket_mode == 0660U);
}

BOOST_AUTO_TEST_CASE(automatic_workers_stay_within_the_limits)
{
    const std::array arguments{"wamp-fcgi", "--listen", "a:1", "--workers", "auto"};
    const auto workers = [&](unsigned count) { return parse_options(5, arguments.data(), count).value().workers; };

    BOOST_TEST(workers(0) == 1U);
    BOOST_TEST(workers(1025) == 1024U);
}

BOOST_AUTO_TEST_CASE(bad_usage_is_refused_in_one_line_that_says_what_is_wrong)
{
    struct row {
        std::vector<const char*> arguments;
        std::string_view message;
    };
    const std::vector<row> rows{
        {{"file"}, R"(unexpected argument "file")"},
        {{"-c"}, R"(unexpected argument "-c")"},
        {{""}, R"(unexpected argument "")"},
        {{"a\nb"}, R"(unexpected argument "a\x0ab")"},
        {{"--"}, R"(unknown option "--")"},
        {{"--conf", "a"}, R"(unknown option "--conf")"},
        {{"--color=red"}, R"(unknown option "--color")"},
        {{"--config"}, "--config needs a file"},
        {{"--config="}, "--config needs a file"},
        {{"--config", "--help"}, "--config needs a file"},
        {{"--config", "a", "--config", "b"}, "more than one configuration file is named"},
        {{"--config", "a", "--check-config", "b"}, "more than one configuration file is named"},
        {{"--check-config="}, "--check-config= needs a file"},
        {{"--check-config", "a", "b"}, R"(unexpected argument "b")"},
        {{"--help=yes"}, "--help takes no value"},
        {{"--version="}, "--version takes no value"},
        {{"--listen"}, "--listen needs an address: unix:PATH, HOST:PORT or [IPV6]:PORT"},
        {{"--listen", "9000"}, R"(--listen "9000": expected unix:PATH, HOST:PORT or [IPV6]:PORT)"},
        {{"--listen", "a:1", "--listen", "b:1"}, "--listen is given twice"},
        {{"--socket-mode", "660"}, "--socket-mode, --socket-owner and --socket-group need --listen unix:PATH"},
        {{"--listen=a:1", "--socket-owner=x"},
         "--socket-mode, --socket-owner and --socket-group need --listen unix:PATH"},
        {{"--socket-mode=1000"}, R"(--socket-mode: expected 0 to 0777 in octal digits, got "1000")"},
        {{"--socket-mode=rw"}, R"(--socket-mode: expected 0 to 0777 in octal digits, got "rw")"},
        {{"--socket-mode=8"}, R"(--socket-mode: expected 0 to 0777 in octal digits, got "8")"},
        {{"--socket-mode"}, R"(--socket-mode: expected 0 to 0777 in octal digits, got "")"},
        {{"--router"}, "--router needs --check-config"},
        {{"--check-config", "--router=x"}, "--router takes no value"},
        {{"--user"}, "--user needs a name"},
        {{"--group="}, "--group needs a name"},
        {{"--user=a", "--user=b"}, "--user is given twice"},
        {{"--listen=a:1", "--workers"}, R"(--workers: expected 1..1024 or auto, got "")"},
        {{"--listen=a:1", "--workers=0"}, R"(--workers: expected 1..1024 or auto, got "0")"},
        {{"--listen=a:1", "--workers=1025"}, R"(--workers: expected 1..1024 or auto, got "1025")"},
        {{"--listen=a:1", "--workers=-1"}, R"(--workers: expected 1..1024 or auto, got "-1")"},
        {{"--listen=a:1", "--workers=4x"}, R"(--workers: expected 1..1024 or auto, got "4x")"},
        {{"--listen=a:1", "--workers=99999999999"}, R"(--workers: expected 1..1024 or auto, got "99999999999")"},
        {{"--listen=a:1", "--workers=1", "--workers=2"}, "--workers is given twice"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.message)
    BOOST_TEST(refused(row.arguments) == row.message);
}

BOOST_AUTO_TEST_CASE(the_usage_names_every_option)
{
    for (const auto* option : {"--config", "--check-config", "--router", "--listen", "--socket-mode", "--socket-owner",
                               "--socket-group", "--workers", "--user", "--group", "--help", "--version"})
        BOOST_TEST(usage().find(option) != std::string_view::npos, option);
}

BOOST_AUTO_TEST_CASE(a_status_is_that_of_the_unit_or_of_an_address)
{
    BOOST_TEST(parsed({"--status"}).status);
    BOOST_TEST(!parsed({"--status"}).status_of.has_value());
    BOOST_TEST(!parsed({"--status", "--json"}).status_of.has_value());
    BOOST_TEST(parsed({"--status", "--json"}).json);
    for (const auto& given :
         {parsed({"--status", "unix:/run/x"}), parsed({"--status=unix:/run/x"}),
          parsed({"--json", "--status", "unix:/run/x"}), parsed({"--status", "--json", "unix:/run/x"})})
        BOOST_TEST((given.status_of == listen_address(unix_address{"/run/x"})));
}

BOOST_AUTO_TEST_CASE(a_status_that_cannot_be_asked_for_is_refused)
{
    BOOST_TEST(refused({"--json"}) == "--json needs --status");
    BOOST_TEST(refused({"--status", "--status"}) == "--status is given twice");
    BOOST_TEST(refused({"--status="}) == "--status needs an address: unix:PATH, HOST:PORT or [IPV6]:PORT");
    BOOST_TEST(refused({"--status", "a:1", "b:1"}) == "--status is given twice");
    BOOST_TEST(refused({"a:1", "--status"}) == "unexpected argument \"a:1\"");
    BOOST_TEST(refused({"--status", "nowhere"}).starts_with("--status \"nowhere\": expected "));
}
