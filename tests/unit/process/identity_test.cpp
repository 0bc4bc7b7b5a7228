#include "wampfcgi/process/identity.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace wampfcgi::process;

namespace {

/// Runs a check in another process, because its effects cannot be undone.
template <class Check>
bool holds_in_a_child(const Check& check)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(check() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(users_and_groups_are_found_by_name_and_by_number)
{
    BOOST_TEST(find_user("root").value() == 0U);
    BOOST_TEST(find_user("54321").value() == 54321U);
    BOOST_TEST(find_group("root").value() == 0U);
    BOOST_TEST(find_group("54321").value() == 54321U);
    BOOST_TEST(find_user("no\nbody").error().text == R"(there is no user "no\x0abody")");
    BOOST_TEST(find_user("4294967295").error().text == R"(there is no user "4294967295")");
    BOOST_TEST(find_group("-1").error().text == R"(there is no group "-1")");
}

BOOST_AUTO_TEST_CASE(nothing_is_changed_where_nothing_is_named)
{
    BOOST_TEST(become({}, {}).has_value());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_with_the_reason)
{
    BOOST_TEST(become("no-such-user", {}).error().text == R"(there is no user "no-such-user")");
    BOOST_TEST(become({}, "no-such-group").error().text == R"(there is no group "no-such-group")");
    BOOST_TEST(become("54321", {}).error().text ==
               R"(user "54321" has no group in the password database (add --group GROUP))");
    BOOST_TEST(holds_in_a_child([] {
        const bool no_root = geteuid() != 0 || setresuid(54321, 54321, 54321) == 0;
        return no_root && become("root", {}).error().text == "only root can become another user or group";
    }));
}

BOOST_AUTO_TEST_CASE(root_becomes_another_user_for_good, *boost::unit_test::precondition([](auto) {
                         return boost::test_tools::assertion_result(geteuid() == 0);
                     }))
{
    BOOST_TEST(holds_in_a_child([] {
        return become("54321", "54322").has_value() && getuid() == 54321 && getegid() == 54322 &&
               getgroups(0, nullptr) == 1 && setuid(0) != 0 && setgid(0) != 0;
    }));
}
