#include "wampfcgi/core/result.hpp"

#include <stdexcept>
#include <string>

namespace wampfcgi {

void throw_exception_from_error(const failure& error, const boost::source_location& where)
{
    throw std::logic_error(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                           ": value of a failed result read: " + std::string(describe(error.code).name));
}

}  // namespace wampfcgi
