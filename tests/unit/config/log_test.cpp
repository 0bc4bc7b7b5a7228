#include "builders.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::config::test {
namespace {

log_settings log_in(std::string_view members)
{
    return settings_in(with_top(std::string{R"("log": {)"}.append(members) + '}')).log;
}

constexpr faulty_row faulty_logs[] = {
    {with_top, R"("log": "syslog")", R"(f:1: log: expected an object, got "syslog")"},
    {with_top, R"("log": {"target": "stdout"})",
     R"(f:1: log.target: expected "stderr", "syslog", "journal" or "file:" with an absolute path behind it, got "stdout")"},
    {with_top, R"("log": {"target": "file:log"})",
     R"(f:1: log.target: expected "stderr", "syslog", "journal" or "file:" with an absolute path behind it,)"
     R"( got "file:log")"},
    {with_top, R"("log": {"target": "file:/var/log/"})",
     R"(f:1: log.target: expected "stderr", "syslog", "journal" or "file:" with an absolute path behind it,)"
     R"( got "file:/var/log/")"},
    {with_top, R"("log": {"target": 1})", "f:1: log.target: expected a string, got 1"},
    {with_top, R"("log": {"format": "xml"})", R"(f:1: log.format: expected "text" or "json", got "xml")"},
    {with_top, R"("log": {"level": "warn"})",
     R"(f:1: log.level: expected "error", "warning", "notice", "info" or "debug", got "warn")"},
    {with_top, R"("log": {"access": 1})", "f:1: log.access: expected true or false, got 1"},
    {with_top, R"("log": {"slow": 3601})", "f:1: log.slow: expected 0..3600, got 3601"},
    {with_top, R"("log": {"timestamps": "yes"})", R"(f:1: log.timestamps: expected true or false, got "yes")"},
    {with_top, R"("log": {"levle": "info"})",
     "f:1: log.levle: unknown key, expected one of target, format, level, access, slow, timestamps, got"
     R"( "levle" (did you mean "level"?))"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_section)

BOOST_AUTO_TEST_CASE(each_mistake_is_named_whole)
{
    check_rows(faulty_logs);
}

BOOST_AUTO_TEST_CASE(each_target_is_known)
{
    BOOST_TEST((log_in(R"("target": "stderr")").target == log_target::standard_error));
    BOOST_TEST((log_in(R"("target": "syslog")").target == log_target::syslog));
    BOOST_TEST((log_in(R"("target": "journal")").target == log_target::journal));
    const log_settings to_file = log_in(R"("target": "file:/var/log/x.log")");
    BOOST_TEST((to_file.target == log_target::file));
    BOOST_TEST(to_file.file == "/var/log/x.log");
}

BOOST_AUTO_TEST_CASE(each_level_is_known)
{
    BOOST_TEST((log_in(R"("level": "error")").level == log_level::error));
    BOOST_TEST((log_in(R"("level": "warning")").level == log_level::warning));
    BOOST_TEST((log_in(R"("level": "notice")").level == log_level::notice));
    BOOST_TEST((log_in(R"("level": "info")").level == log_level::info));
    BOOST_TEST((log_in(R"("level": "debug")").level == log_level::debug));
}

BOOST_AUTO_TEST_CASE(format_access_slow_and_timestamps_are_taken)
{
    const log_settings log = log_in(R"("format": "json", "access": true, "slow": 1.5, "timestamps": false)");

    BOOST_TEST((log.format == log_format::json));
    BOOST_TEST(log.access);
    BOOST_TEST((log.slow == std::chrono::milliseconds(1500)));
    BOOST_TEST((log.timestamps == false));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
