#include "process/wait_status.hpp"

#include <csignal>
#include <cstring>
#include <sys/wait.h>

namespace wampfcgi::process {

std::string end_in_words(int wait_status)
{
    if (WIFEXITED(wait_status))
        return "ended with status " + std::to_string(WEXITSTATUS(wait_status));
    const int number = WTERMSIG(wait_status);
    return "was killed by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
}

bool is_orderly(int wait_status) noexcept
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status) == 0;
    const int number = WTERMSIG(wait_status);
    return number == SIGTERM || number == SIGINT || number == SIGKILL;
}

}  // namespace wampfcgi::process
