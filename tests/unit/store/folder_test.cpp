#include "support.hpp"

#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
namespace fs = std::filesystem;

namespace {

std::string mode_of(const std::string& path)
{
    struct stat found {};
    BOOST_REQUIRE(lstat(path.c_str(), &found) == 0);
    return std::to_string((found.st_mode >> 6) & 7) + std::to_string((found.st_mode >> 3) & 7) +
           std::to_string(found.st_mode & 7);
}

void write_file(const std::string& path)
{
    std::ofstream(path) << "x";
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

/// Why a memory cannot be opened; empty if it can.
std::string complaint(const std::string& folder)
{
    try {
        memory{folder, delta, ample};
        return {};
    } catch (const std::runtime_error& why) {
        return why.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_missing_folder_is_made_for_its_owner_alone_and_so_are_the_files)
{
    const mode_t before = umask(0);
    user_memory user;
    umask(before);

    BOOST_TEST(mode_of(user.state) == "700");
    BOOST_TEST(mode_of(user.state + "/replay-300.0") == "600");
    BOOST_TEST(mode_of(user.state + "/replay-300.1") == "600");
    BOOST_TEST(std::distance(fs::directory_iterator(user.state), fs::directory_iterator{}) == 2);
}

BOOST_AUTO_TEST_CASE(what_others_could_have_a_hand_in_is_refused)
{
    const std::string me = std::to_string(geteuid());
    struct row {
        std::string name;
        std::function<void(const std::string& folder, const std::string& file)> prepare;
        std::string complaint;  ///< FOLDER and FILE stand for the paths
    };
    const auto link_to = [](const std::string& target, const std::string& path) {
        BOOST_REQUIRE(symlink(target.c_str(), path.c_str()) == 0);
    };
    const std::vector<row> rows{
        {"group may read the folder", [](auto& folder, auto&) { chmod(folder.c_str(), 0740); },
         "FOLDER: expected mode 0700, got 0740"},
        {"others may enter the folder", [](auto& folder, auto&) { chmod(folder.c_str(), 0701); },
         "FOLDER: expected mode 0700, got 0701"},
        {"a link to a folder",
         [&](auto& folder, auto&) {
             fs::rename(folder, folder + ".real");
             link_to(folder + ".real", folder);
         },
         "FOLDER: expected a folder, got a symbolic link"},
        {"a file for a folder",
         [](auto& folder, auto&) {
             fs::remove_all(folder);
             write_file(folder);
         },
         "FOLDER: expected a folder, got a regular file"},
        {"others may read the file", [](auto&, auto& file) { chmod(file.c_str(), 0604); },
         "FILE: expected mode 0600, got 0604"},
        {"group may write the file", [](auto&, auto& file) { chmod(file.c_str(), 0620); },
         "FILE: expected mode 0600, got 0620"},
        {"a link to a file",
         [&](auto&, auto& file) {
             fs::rename(file, file + ".real");
             link_to(file + ".real", file);
         },
         "FILE: expected a regular file, got a symbolic link"},
        {"a dangling link",
         [&](auto&, auto& file) {
             fs::remove(file);
             link_to(file + ".none", file);
         },
         "FILE: expected a regular file, got a symbolic link"},
        {"a folder for a file",
         [](auto&, auto& file) {
             fs::remove(file);
             fs::create_directory(file);
         },
         "FILE: expected a regular file, got a folder"},
        {"a pipe for a file",
         [](auto&, auto& file) {
             fs::remove(file);
             BOOST_REQUIRE(mkfifo(file.c_str(), 0600) == 0);
         },
         "FILE: expected a regular file, got something else"},
        {"another name of the file", [](auto&, auto& file) { fs::create_hard_link(file, file + ".too"); },
         "FILE: expected one name, got 2 hard links"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            user_memory user;
            const std::string file = user.state + "/replay-300.0";
            BOOST_TEST(complaint(user.state).empty());

            each.prepare(user.state, file);

            std::string expected = each.complaint;
            const std::string word = expected.substr(0, expected.find(':'));
            expected.replace(0, word.size(), word == "FILE" ? file : user.state);
            BOOST_TEST(complaint(user.state) == expected);
        }
}

BOOST_AUTO_TEST_CASE(a_folder_and_a_file_of_another_user_are_refused)
{
    if (geteuid() != 0)
        return;  // only root can change the owner of a file
    user_memory user;
    const std::string file = user.state + "/replay-300.1";
    BOOST_REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
    BOOST_TEST(complaint(user.state) ==
               file + ": expected user 0 as the owner, got user 65534; set \"state_dir\" to a folder of your own");
    BOOST_REQUIRE(chown(user.state.c_str(), 65534, 65534) == 0);
    BOOST_TEST(complaint(user.state) ==
               user.state +
                   ": expected user 0 as the owner, got user 65534; set \"state_dir\" to a folder of your own");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_told)
{
    scratch_folder scratch;
    BOOST_TEST(complaint(scratch / "a/b") == (scratch / "a/b") + ": cannot be created: No such file or directory");
    write_file(scratch / "file");
    BOOST_TEST(complaint(scratch / "file/b") == (scratch / "file/b") + ": cannot be opened: Not a directory");
}

BOOST_AUTO_TEST_CASE(what_a_process_left_that_was_killed_while_it_made_a_file_is_in_nobodys_way)
{
    scratch_folder scratch;
    const std::string state = scratch / "state";
    BOOST_REQUIRE(mkdir(state.c_str(), 0700) == 0);
    write_file(state + "/replay-300.0.new");

    BOOST_TEST(complaint(state).empty());

    BOOST_TEST(!fs::exists(state + "/replay-300.0.new"));
    memory again{state, delta, ample};
    BOOST_TEST(outcome_of(again.remember(signature_of(1), window_begin + delta, window_begin)) == "new");
}
