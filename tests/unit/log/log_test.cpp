#include "wampfcgi/log/log.hpp"

#include "log_files.hpp"
#include "support/standard_error.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <regex>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::test;

namespace {

/// Limits the size of files.
struct file_size_limit {
    explicit file_size_limit(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit lower{bytes, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &lower);
        former = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~file_size_limit()
    {
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, former);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;

    rlimit before{};
    void (*former)(int) = nullptr;
};

}  // namespace

BOOST_AUTO_TEST_CASE(lines_up_to_the_threshold_are_written_and_others_dropped)
{
    const settings_restored restored;
    log::set_threshold(log_level::warning);

    const std::string text = written_by([] {
        log::write(log_level::error, "first");
        log::write(log_level::warning, "second");
        log::write(log_level::notice, "third");
    });

    BOOST_TEST(text == "error: first\nwarning: second\n");
}

BOOST_AUTO_TEST_CASE(notices_are_written_by_default_and_info_is_not)
{
    BOOST_TEST(log::enabled(log_level::notice));
    BOOST_TEST(!log::enabled(log_level::info));
}

BOOST_AUTO_TEST_CASE(writing_to_a_closed_standard_error_changes_nothing)
{
    const int saved = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    errno = ENOENT;

    log::write(log_level::error, "nobody reads this");

    const int seen = errno;
    dup2(saved, STDERR_FILENO);
    close(saved);
    BOOST_TEST(seen == ENOENT);
}

BOOST_AUTO_TEST_CASE(a_file_gets_stamped_lines_and_is_closed_to_others)
{
    const settings_restored restored;
    const temporary_folder folder;
    log_settings wanted = to_file(folder.path + "/log");
    wanted.timestamps.reset();

    BOOST_REQUIRE(log::configure(wanted));
    log::write(log_level::notice, "one", {log::number("status", 200)});

    const std::regex expected(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[)" + std::to_string(getpid()) +
                              R"(\] notice: one status=200\n)");
    BOOST_TEST(std::regex_match(content(wanted.file), expected));
    struct stat found {};
    BOOST_REQUIRE(::stat(wanted.file.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 07137) == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_told_once_and_counts_what_was_lost)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    BOOST_REQUIRE(log::configure(to_file(path)));
    log::write(log_level::notice, "one");

    std::string told;
    {
        const file_size_limit full(15);
        told = written_by([] {
            log::write(log_level::notice, "two");
            log::write(log_level::notice, "three");
        });
    }
    log::write(log_level::notice, "four");
    log::write(log_level::notice, "five");

    BOOST_TEST(told == "error: cannot write the log file " + path + ": File too large; lines are lost\n");
    BOOST_TEST(content(path) ==
               "notice: one\nnot\nwarning: 2 log lines were lost: File too large\nnotice: four\nnotice: five\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_renamed_is_left_when_it_is_reopened)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    BOOST_REQUIRE(log::configure(to_file(path)));
    log::write(log_level::notice, "one");
    std::filesystem::rename(path, path + ".1");
    log::write(log_level::notice, "two");

    log::reopen();
    log::write(log_level::notice, "three");

    BOOST_TEST(content(path + ".1") == "notice: one\nnotice: two\n");
    BOOST_TEST(content(path) == "notice: three\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_reopened_stays_in_use_and_says_so)
{
    const settings_restored restored;
    const temporary_folder folder;
    std::filesystem::create_directory(folder.path + "/a");
    const std::string path = folder.path + "/a/log";
    BOOST_REQUIRE(log::configure(to_file(path)));
    std::filesystem::rename(folder.path + "/a", folder.path + "/b");

    log::reopen();
    log::write(log_level::notice, "two");

    BOOST_TEST(content(folder.path + "/b/log") == "error: cannot open the log file " + path +
                                                      ": No such file or directory; the old one stays in use\n"
                                                      "notice: two\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_changes_nothing)
{
    const settings_restored restored;
    const temporary_folder folder;
    std::string why_not;

    const std::string text = written_by([&] {
        log_settings wanted = to_file(folder.path);
        wanted.level = log_level::debug;
        why_not = log::configure(wanted).error().text;
        log::write(log_level::notice, "one");
        log::write(log_level::info, "two");
    });

    BOOST_TEST(why_not == "cannot open the log file " + folder.path + ": Is a directory");
    BOOST_TEST(text == "notice: one\n");
}

BOOST_AUTO_TEST_CASE(level_and_format_are_those_of_the_settings)
{
    const settings_restored restored;
    log_settings wanted;
    wanted.level = log_level::debug;
    wanted.format = log_format::json;

    const std::string text = written_by([&] {
        log::configure(wanted);
        log::write(log_level::debug, "one");
    });

    BOOST_TEST(
        std::regex_match(text, std::regex(R"(\{"time":"[^"]+Z","level":"debug","pid":\d+,"message":"one"\}\n)")));
}

BOOST_AUTO_TEST_CASE(eleven_of_a_kind_are_ten_and_a_summary_at_the_end)
{
    const settings_restored restored;

    const std::string text = written_by([] {
        for (int i = 0; i < 12; ++i)
            log::write(log_level::error, "flood " + std::to_string(i), {}, "flood");
        log::finish();
    });

    BOOST_TEST(text.starts_with("error: flood 0\n"));
    BOOST_TEST(text.ends_with("error: flood 9\nerror: last message repeated 2 times in 1 s: flood\n"));
}

BOOST_AUTO_TEST_CASE(lines_that_are_always_written_know_neither_threshold_nor_flood)
{
    const settings_restored restored;

    const std::string text = written_by([] {
        for (int i = 0; i < 12; ++i)
            log::write_always(log_level::debug, "x");
        log::finish();
    });

    BOOST_TEST(text.size() == 12 * std::string("debug: x\n").size());
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_there_is_replaced_by_standard_error)
{
    const settings_restored restored;
    log_settings wanted;
    wanted.target = log_target::journal;

    const std::string text = written_by([&] {
        BOOST_TEST(log::configure(wanted, {.journal = "/nowhere/socket"}).has_value());
        log::write(log_level::notice, "one");
    });

    BOOST_TEST(text ==
               "error: the journal cannot be reached: No such file or directory; the log goes to standard error\n"
               "notice: one\n");
    BOOST_TEST(!log::shows_time());
}
