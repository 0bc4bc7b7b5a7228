#include "support.hpp"

#include "wampfcgi/store/state_folder.hpp"

#include <fstream>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
namespace fs = std::filesystem;

namespace {

const std::string shared_memory = "/dev/shm/wamp-fcgi-" + std::to_string(geteuid());

/// A home directory.
struct home_folder {
    home_folder() { BOOST_REQUIRE(mkdir(home.c_str(), 0755) == 0); }

    std::string find(missing_folders missing = missing_folders::make) const { return find_folder("", home, missing); }

    scratch_folder scratch;
    std::string home = scratch / "joe";
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_folder_is_the_configured_one_or_that_of_systemd)
{
    setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1);
    BOOST_TEST(find_folder("") == "/var/lib/a");
    BOOST_TEST(find_folder("/configured") == "/configured");
    BOOST_TEST(find_folder("/configured//") == "/configured");
    setenv("STATE_DIRECTORY", "relative", 1);
    BOOST_TEST(find_folder("", "", missing_folders::make) == shared_memory);
    unsetenv("STATE_DIRECTORY");
}

BOOST_AUTO_TEST_CASE(else_it_is_in_the_home_where_nobody_else_can_have_a_hand_in_it)
{
    home_folder joe;
    BOOST_TEST(joe.find(missing_folders::leave) == joe.home + "/.local/state/wamp-fcgi");
    BOOST_TEST(!fs::exists(joe.home + "/.local"));

    BOOST_TEST(joe.find() == joe.home + "/.local/state/wamp-fcgi");

    BOOST_TEST((fs::status(joe.home + "/.local/state").permissions() == fs::perms::owner_all));
    BOOST_TEST(find_folder("", joe.home + "/", missing_folders::make) == joe.home + "/.local/state/wamp-fcgi");
    BOOST_TEST(!fs::exists(joe.find()));
}

BOOST_AUTO_TEST_CASE(neither_HOME_nor_the_folders_of_a_login_count)
{
    const std::string before = find_folder("", missing_folders::leave);
    for (const char* const name : {"HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TMPDIR"}) {
        const char* const was = std::getenv(name);
        const std::string value = was != nullptr ? was : "";
        setenv(name, "/tmp", 1);
        BOOST_TEST(find_folder("", missing_folders::leave) == before);
        if (was != nullptr)
            setenv(name, value.c_str(), 1);
        else
            unsetenv(name);
    }
}

BOOST_AUTO_TEST_CASE(where_the_home_will_not_do_it_is_in_shared_memory)
{
    struct row {
        std::string name;
        std::function<void(const std::string& home)> prepare;
    };
    const std::vector<row> rows{
        {"there is none", [](auto& home) { fs::remove_all(home); }},
        {"others may write there", [](auto& home) { chmod(home.c_str(), 0777); }},
        {"a file for a folder", [](auto& home) { std::ofstream(home + "/.local") << "x"; }},
        {"others may write in a folder of it",
         [](auto& home) {
             mkdir((home + "/.local").c_str(), 0700);
             chmod((home + "/.local").c_str(), 0707);
         }},
        {"of another user",
         [](auto& home) {
             if (geteuid() != 0)
                 fs::remove_all(home);  // only root can change the owner of a folder
             else
                 BOOST_REQUIRE(chown(home.c_str(), 65534, 65534) == 0);
         }},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            home_folder joe;
            each.prepare(joe.home);
            BOOST_TEST(joe.find() == shared_memory);
            BOOST_TEST(joe.find(missing_folders::leave) == shared_memory);
        }
    BOOST_TEST(find_folder("", "", missing_folders::make) == shared_memory);
    BOOST_TEST(find_folder("", "/proc/self", missing_folders::make) == shared_memory);
}
