#include "config/named_file.hpp"

#include "config/text.hpp"
#include "config/values.hpp"

#include <utility>

namespace wampfcgi::config {

std::optional<named_file> read_named_file(const entry& from, const file_reader& read_file, file_use use)
{
    auto path = read_absolute_path(from);
    if (!path)
        return std::nullopt;
    std::string why_not;
    auto content = read_file(*path, why_not);
    if (!content) {
        from.refuse("a file that can be read", quote(*path) + " (" + why_not + ')');
        return std::nullopt;
    }
    if (use == file_use::secret && content->open_to_others) {
        from.refuse("a file that nobody but its owner and group can read (chmod o= FILE)",
                    quote(*path) + ", which others can read or write");
        return std::nullopt;
    }
    return named_file{*std::move(path), std::move(content->text)};
}

}  // namespace wampfcgi::config
