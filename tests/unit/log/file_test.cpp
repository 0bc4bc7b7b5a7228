// Which files are accepted as the log file: a user who can write to its folder may have placed another file there.
#include "log_files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::test;

namespace {

std::string why_not(const std::string& path)
{
    const auto configured = log::configure(to_file(path));
    return configured ? "" : configured.error().text;
}

mode_t mode_of(const std::string& path)
{
    struct stat found {};
    BOOST_REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

struct umask_of {
    explicit umask_of(mode_t mask) : before(::umask(mask)) {}
    ~umask_of() { ::umask(before); }
    umask_of(const umask_of&) = delete;
    umask_of& operator=(const umask_of&) = delete;
    mode_t before;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_log_file_behind_a_link_is_refused_and_not_created)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    const std::string target = folder.path + "/target";
    std::filesystem::create_symlink(target, path);

    BOOST_TEST(why_not(path) == "cannot open the log file " + path + ": it is a symbolic link");
    BOOST_TEST(!std::filesystem::exists(target));

    std::ofstream(target) << "other\n";
    BOOST_TEST(why_not(path) == "cannot open the log file " + path + ": it is a symbolic link");
    BOOST_TEST(content(target) == "other\n");
}

BOOST_AUTO_TEST_CASE(a_log_file_with_a_second_name_is_refused)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    std::ofstream(folder.path + "/other") << "other\n";
    std::filesystem::create_hard_link(folder.path + "/other", path);

    BOOST_TEST(why_not(path) == "cannot open the log file " + path + ": it has several names (hard links)");
}

BOOST_AUTO_TEST_CASE(a_pipe_and_a_device_are_refused_without_waiting)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string pipe = folder.path + "/pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);

    BOOST_TEST(why_not(pipe) == "cannot open the log file " + pipe + ": it is not a regular file");
    BOOST_TEST(why_not("/dev/null") == "cannot open the log file /dev/null: it is not a regular file");
}

BOOST_AUTO_TEST_CASE(a_log_file_of_another_user_is_refused, *boost::unit_test::precondition([](auto) {
                         return boost::test_tools::assertion_result(::geteuid() == 0);  // only root can chown a file
                     }))
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    std::ofstream(path) << "other\n";
    BOOST_REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);

    BOOST_TEST(why_not(path) == "cannot open the log file " + path + ": it belongs to user 65534, not to user 0");
    BOOST_TEST(content(path) == "other\n");
}

BOOST_AUTO_TEST_CASE(a_log_file_is_created_with_the_same_mode_whatever_the_umask)
{
    const settings_restored restored;
    const temporary_folder folder;
    for (const mode_t mask : {0U, 077U}) {
        const umask_of set(mask);
        const std::string path = folder.path + "/log" + std::to_string(mask);

        BOOST_TEST(why_not(path).empty());

        BOOST_TEST(mode_of(path) == 0640U);
    }
}

BOOST_AUTO_TEST_CASE(a_log_file_that_is_there_keeps_its_mode)
{
    const settings_restored restored;
    const temporary_folder folder;
    const std::string path = folder.path + "/log";
    std::ofstream{path};
    BOOST_REQUIRE(::chmod(path.c_str(), 0604) == 0);

    BOOST_TEST(why_not(path).empty());

    BOOST_TEST(mode_of(path) == 0604U);
}
