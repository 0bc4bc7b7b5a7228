#include "process/cgroup.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi::process;

namespace {

using files = std::vector<std::string>;

constexpr std::string_view mount_of_version_2 = "31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
constexpr std::string_view mounts_of_version_1 =
    "30 24 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
    "36 31 0:32 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(cgroup)

BOOST_AUTO_TEST_CASE(the_own_cgroup_comes_before_those_above_it)
{
    const struct row {
        std::string name;
        std::string cgroup;
        std::string mountinfo;
        files expected;
    } rows[] = {
        {"version 2",
         "0::/system.slice/wamp-fcgi.service\n",
         std::string(mount_of_version_2),
         {"/sys/fs/cgroup/system.slice/wamp-fcgi.service/memory.max", "/sys/fs/cgroup/system.slice/memory.max",
          "/sys/fs/cgroup/memory.max"}},
        {"the root of a container", "0::/\n", std::string(mount_of_version_2), {"/sys/fs/cgroup/memory.max"}},
        {"version 1",
         "9:name=systemd:/\n4:cpu,memory:/lve/7\n0::/\n",
         std::string(mounts_of_version_1),
         {"/sys/fs/cgroup/memory/lve/7/memory.limit_in_bytes", "/sys/fs/cgroup/memory/lve/memory.limit_in_bytes",
          "/sys/fs/cgroup/memory/memory.limit_in_bytes"}},
        {"a container that sees the host's paths",
         "4:memory:/docker/ab/x\n",
         "35 31 0:32 /docker/ab /sys/fs/cgroup/memory ro master:9 shared:1 - cgroup cgroup rw,memory\n",
         {"/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}},
        {"both versions",
         "4:memory:/a\n0::/b\n",
         std::string(mounts_of_version_1) + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
         {"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
          "/sys/fs/cgroup/unified/b/memory.max", "/sys/fs/cgroup/unified/memory.max"}},
        {"a mount with a space in its name",
         "0::/a b\n",
         "1 2 0:3 / /c\\040d\\134e rw - cgroup2 none rw",
         {"/c d\\e/a b/memory.max", "/c d\\e/memory.max"}},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(memory_limit_files(each.cgroup, each.mountinfo) == each.expected,
                       boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_left_out)
{
    const struct row {
        std::string_view name;
        std::string_view cgroup;
        std::string_view mountinfo;
    } rows[] = {
        {"nothing", "", ""},
        {"no mount", "0::/a\n", ""},
        {"no cgroup", "", mount_of_version_2},
        {"a cgroup above the namespace's root", "0::/../a\n", mount_of_version_2},
        {"no path", "0::\n", mount_of_version_2},
        {"no colons", "0\n\n:\n", mount_of_version_2},
        {"another controller", "4:cpu:/a\n", mounts_of_version_1},
        {"a name that begins alike", "4:memory2:/a\n", mounts_of_version_1},
        {"another cgroup is mounted", "0::/abc\n", "1 2 0:3 /ab /m rw - cgroup2 c rw\n"},
        {"a line that is cut", "0::/a\n", "1 2 0:3 / /m rw - "},
        {"a line without its middle", "0::/a\n", "1 2 0:3 / /m rw cgroup2 c rw\n"},
        {"a mount without a place", "0::/a\n", "1 2 - cgroup2 c rw\n"},
        {"a relative place", "0::/a\n", "1 2 0:3 / m rw - cgroup2 c rw\n"},
        {"bytes", "\0\xFF:::\n0::\xFF/\n", "\\\\9 - - -\n - \n"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(memory_limit_files(each.cgroup, each.mountinfo).empty());
        }
}

BOOST_AUTO_TEST_CASE(no_end_of_the_kernels_texts_is_read_beyond)
{
    const std::string cgroup = "4:cpu,memory:/lve/7\n0::/b/c\n";
    const std::string mountinfo = std::string(mounts_of_version_1).append(mount_of_version_2);

    for (std::size_t cut = 0; cut <= cgroup.size(); ++cut)
        for (std::size_t other = 0; other <= mountinfo.size(); ++other)
            for (const std::string& file :
                 memory_limit_files(std::string(cgroup, 0, cut).c_str(), std::string(mountinfo, 0, other).c_str()))
                BOOST_TEST_REQUIRE(file.starts_with("/"));
}

BOOST_AUTO_TEST_CASE(a_path_of_thousands_of_levels_is_followed_for_64)
{
    std::string deep = "0::";
    for (int level = 0; level < 5000; ++level)
        deep += "/a";

    BOOST_TEST(memory_limit_files(deep, mount_of_version_2).size() == 64U);
}

BOOST_AUTO_TEST_CASE(a_limit_is_a_number_of_bytes)
{
    BOOST_TEST(parse_memory_limit("104857600\n").value() == 104857600U);
    BOOST_TEST(parse_memory_limit("0").value() == 0U);
    for (const std::string_view none : {"max\n", "", "\n", "-1\n", "1 2\n", " 1\n", "1k\n", "0x10\n",
                                        "9223372036854771712\n", "99999999999999999999999\n", "1\n2\n"})
        BOOST_TEST_CONTEXT(none)
        {
            BOOST_TEST(!parse_memory_limit(none));
        }
}

BOOST_AUTO_TEST_SUITE_END()
