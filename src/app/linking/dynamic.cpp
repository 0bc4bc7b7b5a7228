// The program that uses the machine's libraries, configured as the machine's administrator wants them.
#include "app/linking/linking.hpp"

namespace wampfcgi::app {

void prepare_libraries() {}

std::string linking()
{
    return {};
}

}  // namespace wampfcgi::app
