// Finding the file, and the messages for a file that cannot be read.
#include "builders.hpp"

#include "config/load.hpp"

#include <boost/test/unit_test.hpp>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <variant>

namespace wampfcgi::config::test {
namespace {

struct temporary_directory {
    std::filesystem::path path;

    temporary_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "wampfcgi-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~temporary_directory() { std::filesystem::remove_all(path); }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    std::string write(const std::string& name, const std::string& content) const
    {
        std::ofstream{path / name} << content;
        return (path / name).string();
    }
};

mistakes mistakes_of_file(const std::string& path)
{
    const auto loaded = load(path);
    return std::holds_alternative<mistakes>(loaded) ? std::get<mistakes>(loaded) : mistakes{};
}

const std::string users_file = "/home/joe/.config/wamp-fcgi/config.json";
const std::string systems_file = "/etc/wamp-fcgi/config.json";

surroundings with_users_file(bool exists)
{
    return {"/from/variable", "/home/joe", [exists](const std::string& path) -> result<void, trouble> {
                if (exists && path == users_file)
                    return {};
                return trouble("No such file");
            }};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file)

BOOST_AUTO_TEST_CASE(the_option_comes_before_everything)
{
    BOOST_TEST(choose_file("/from/option", with_users_file(true)) == "/from/option");
}

BOOST_AUTO_TEST_CASE(the_variable_comes_before_the_users_file)
{
    BOOST_TEST(choose_file(std::nullopt, with_users_file(true)) == "/from/variable");
}

BOOST_AUTO_TEST_CASE(without_a_variable_or_with_an_empty_one_the_users_file_comes_before_the_systems)
{
    surroundings here = with_users_file(true);
    here.variable = "";
    BOOST_TEST(choose_file(std::nullopt, here) == users_file);
    here.variable = std::nullopt;
    BOOST_TEST(choose_file(std::nullopt, here) == users_file);
}

BOOST_AUTO_TEST_CASE(the_systems_file_is_the_last_choice)
{
    surroundings here = with_users_file(false);
    here.variable = std::nullopt;
    BOOST_TEST(choose_file(std::nullopt, here) == systems_file);
    here.home = std::nullopt;
    BOOST_TEST(choose_file(std::nullopt, here) == systems_file);
}

BOOST_AUTO_TEST_CASE(where_there_is_none_every_place_is_named)
{
    const std::string beginning = "no configuration found: neither --config nor WAMP_FCGI_CONFIG names a file";
    surroundings here = with_users_file(false);
    here.variable = std::nullopt;
    BOOST_TEST(look_for_file(std::nullopt, here).error().text ==
               beginning + "; " + users_file + ": No such file; " + systems_file + ": No such file");
    here.home = std::nullopt;
    BOOST_TEST(look_for_file(std::nullopt, here).error().text ==
               beginning + "; the password database (of a portable program: /etc/passwd) has no home directory for " +
                   "this user; " + systems_file + ": No such file");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_named_or_there_is_not_reported_as_looked_for)
{
    BOOST_TEST(look_for_file("/from/option", with_users_file(false)).has_value());
    BOOST_TEST(look_for_file(std::nullopt, with_users_file(false)).has_value());
    surroundings here = with_users_file(true);
    here.variable = std::nullopt;
    BOOST_TEST(look_for_file(std::nullopt, here).has_value());
}

BOOST_AUTO_TEST_CASE(the_variable_is_taken_from_the_environment_and_home_is_not)
{
    ::setenv("HOME", "/nowhere", 1);
    ::setenv("WAMP_FCGI_CONFIG", "/from/variable", 1);
    BOOST_TEST(locate(std::nullopt) == "/from/variable");
    ::unsetenv("WAMP_FCGI_CONFIG");
    BOOST_TEST(locate(std::nullopt).find("/nowhere") == std::string::npos);
    BOOST_TEST(locate(std::nullopt).ends_with("/wamp-fcgi/config.json"));
}

BOOST_AUTO_TEST_CASE(a_file_is_read_with_its_secret_files)
{
    const temporary_directory directory;
    const auto secret = directory.write("secret", "s3cret\n");
    BOOST_REQUIRE(::chmod(secret.c_str(), 0640) == 0);
    const auto path = directory.write("config.json", with_options(R"("key": "k", "secret_file": ")" + secret + '"'));

    const auto loaded = load(path);

    BOOST_TEST(std::get<settings>(loaded).services.at(0).options.keys.at("k").secret == "s3cret");
}

BOOST_AUTO_TEST_CASE(a_secret_file_that_is_open_to_others_is_refused)
{
    const temporary_directory directory;
    const auto secret = directory.write("secret", "s3cret\n");
    const auto path = directory.write("config.json", with_options(R"("key": "k", "secret_file": ")" + secret + '"'));
    for (const mode_t mode : {0644U, 0642U, 0641U}) {
        BOOST_REQUIRE(::chmod(secret.c_str(), mode) == 0);

        const auto loaded = load(path);

        BOOST_TEST_REQUIRE(std::holds_alternative<mistakes>(loaded));
        const std::string& found = std::get<mistakes>(loaded).at(0);
        BOOST_TEST(found.starts_with(path + ":1: paths.call.options.secret_file: expected a file that only its"));
        BOOST_TEST(found.ends_with(", which others can read or write"));
    }
}

BOOST_AUTO_TEST_CASE(a_configuration_that_others_can_write_is_refused)
{
    const temporary_directory directory;
    const auto path = directory.write("config.json", with_top(R"("max_in_flight": 0)"));
    for (const mode_t mode : {0666U, 0602U}) {
        BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);

        BOOST_TEST(mistakes_of_file(path) == mistakes{path + ": other users can write this file (chmod o-w FILE)"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_configuration_with_a_secret_that_others_can_read_is_taken_with_a_warning)
{
    const temporary_directory directory;
    const auto secret = directory.write("secret", "s3cret\n");
    BOOST_REQUIRE(::chmod(secret.c_str(), 0600) == 0);
    const std::string warning = ": the file contains a secret, and other users can read it (chmod o= FILE)";
    struct row {
        std::string name;
        std::string text;
        mode_t mode;
        bool is_warned_of;
    };
    const row rows[] = {
        {"key", with_options(R"("key": "k", "secret": "s")"), 0644, true},
        {"keys of owner and group", with_options(R"("key": "k", "secret": "s")"), 0640, false},
        {"secret file", with_options(R"("key": "k", "secret_file": ")" + secret + '"'), 0644, false},
        {"no secret", with_top(R"("max_in_flight": 1)"), 0644, false},
        {"ticket", with_login(R"({"authmethod": "ticket", "authid": "a", "secret": "s"})"), 0644, true},
        {"private key", with_login(R"({"authmethod": "cryptosign", "secret": ")" + std::string(64, '4') + "\"}"), 0644,
         true},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            const auto path = directory.write("config.json", each.text);
            BOOST_REQUIRE(::chmod(path.c_str(), each.mode) == 0);

            const auto loaded = load(path);

            BOOST_TEST(std::get<settings>(loaded).warnings ==
                           (each.is_warned_of ? mistakes{path + warning} : mistakes{}),
                       boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_file_begin_with_its_path)
{
    const temporary_directory directory;
    const auto path = directory.write("config.json", with_router_members(R"("connect_timeout": 0)"));

    BOOST_TEST(mistakes_of_file(path) == mistakes{path + ":1: router.connect_timeout: expected 1..300, got 0"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_the_only_mistake)
{
    const temporary_directory directory;
    const std::string missing = (directory.path / "missing.json").string();
    const std::string itself = directory.path.string();

    BOOST_TEST(mistakes_of_file(missing) == mistakes{missing + ": cannot be read: No such file or directory"},
               boost::test_tools::per_element());
    BOOST_TEST(mistakes_of_file(itself) == mistakes{itself + ": cannot be read: Is a directory"},
               boost::test_tools::per_element());
    BOOST_TEST(mistakes_of_file("/dev/zero") == mistakes{"/dev/zero: cannot be read: File too large"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
