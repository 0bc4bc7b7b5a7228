#include "wampfcgi/process/listen.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi::process;

namespace {

class folder {
public:
    folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "wampfcgi-XXXXXX").string();
        BOOST_TEST_REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~folder() { std::filesystem::remove_all(path_); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    std::string operator/(const char* name) const { return (path_ / name).string(); }

    std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (const auto& each : std::filesystem::directory_iterator(path_))
            all.push_back(each.path().filename());
        return all;
    }

private:
    std::filesystem::path path_;
};

/// A socket in the file system without a listener.
void leave_socket_behind(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_TEST_REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    close(fd);
}

struct pipe_ends {
    int read = -1;
    int write = -1;

    pipe_ends()
    {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(pipe(ends.data()) == 0);
        read = ends[0];
        write = ends[1];
    }
};

/// Waits until the other end of the pipe is closed.
void wait_for_end_of(int fd)
{
    char byte = 0;
    while (read(fd, &byte, 1) > 0) {}
}

/// How many of `count` processes that open `path` at once listen on it. All keep their result until each has tried.
int winners_of_race(const std::string& path, int count)
{
    const pipe_ends start;
    const pipe_ends results;
    const pipe_ends end;
    std::vector<pid_t> children;
    for (int i = 0; i < count; ++i) {
        const pid_t child = fork();
        BOOST_TEST_REQUIRE(child >= 0);
        if (child == 0) {
            close(start.write);
            close(end.write);
            wait_for_end_of(start.read);
            const auto opened = open_listener(unix_address{path});
            const char result = opened ? 'y' : 'n';
            if (write(results.write, &result, 1) == 1)
                wait_for_end_of(end.read);
            _exit(0);
        }
        children.push_back(child);
    }
    close(start.write);
    close(results.write);
    int winners = 0;
    for (int i = 0; i < count; ++i) {
        char result = 0;
        BOOST_TEST_REQUIRE(read(results.read, &result, 1) == 1);
        winners += result == 'y' ? 1 : 0;
    }
    close(end.write);
    for (const pid_t child : children)
        waitpid(child, nullptr, 0);
    for (const int fd : {start.read, results.read, end.read})
        close(fd);
    return winners;
}

std::string refusal(const std::string& path)
{
    const auto opened = open_listener(unix_address{path});
    return opened ? "(opened)" : opened.error().text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_of_many_that_start_at_once_on_a_socket_left_behind_gets_it)
{
    const folder here;
    const std::string path = here / "s.sock";
    for (int round = 0; round < 100; ++round)
        BOOST_TEST_CONTEXT("round " << round)
        {
            std::filesystem::remove(path);
            leave_socket_behind(path);

            BOOST_TEST_REQUIRE(winners_of_race(path, 6) == 1);

            BOOST_TEST(here.names() == std::vector<std::string>{"s.sock"}, boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(a_socket_left_behind_stays_while_another_process_is_about_to_listen)
{
    const folder here;
    const std::string path = here / "s.sock";
    leave_socket_behind(path);
    const int other = creat((path + ".lock").c_str(), 0600);
    BOOST_TEST_REQUIRE(flock(other, LOCK_EX) == 0);

    BOOST_TEST(refusal(path) == "cannot listen on \"" + path + "\": another process is just starting to listen there");

    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST(std::filesystem::exists(path + ".lock"));
    close(other);
    BOOST_TEST(refusal(path) == "(opened)");
}

BOOST_AUTO_TEST_CASE(a_lock_left_behind_by_a_killed_process_is_no_obstacle)
{
    const folder here;
    const std::string path = here / "s.sock";
    close(creat((path + ".lock").c_str(), 0600));

    auto opened = open_listener(unix_address{path});

    BOOST_TEST_REQUIRE(opened.has_value());
    BOOST_TEST(here.names() == std::vector<std::string>{"s.sock"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_way_of_a_socket_is_said_whole)
{
    const folder here;
    const std::string path = here / "s.sock";
    const std::string deep = here / "a/b/s.sock";
    const std::string linked = here / "linked.sock";
    std::filesystem::create_symlink(here / "elsewhere", linked + ".lock");
    const auto first = open_listener(unix_address{path});
    BOOST_TEST_REQUIRE(first.has_value());

    BOOST_TEST(refusal(path) == "cannot listen on \"" + path + "\": it is in use by another process");
    BOOST_TEST(refusal(deep) ==
               "cannot listen on \"" + deep + "\": the folder does not exist (mkdir -p \"" + (here / "a/b") + "\")");
    BOOST_TEST(refusal(linked) == "cannot listen on \"" + linked + "\": cannot open \"" + linked +
                                      ".lock\": Too many levels of symbolic links");
    BOOST_TEST(!std::filesystem::exists(here / "elsewhere"));
}
