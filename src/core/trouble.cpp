#include "wampfcgi/core/trouble.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

namespace wampfcgi {

std::string system_words(int error_number)
{
    return std::generic_category().message(error_number);
}

trouble::trouble(std::string our_words) : text(std::move(our_words)) {}

trouble::trouble(const std::string& our_words, int error_number) : text(our_words + ": " + system_words(error_number))
{}

void throw_exception_from_error(const trouble& error, const boost::source_location& where)
{
    throw std::logic_error(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                           ": value of a failed result read: " + error.text);
}

}  // namespace wampfcgi
