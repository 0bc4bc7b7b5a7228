#include "codec/value_start.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wampfcgi::codec {

std::optional<std::size_t> value_length(std::string_view bytes)
{
    std::array<std::uint64_t, max_depth> items_left;  // in the open containers, outermost first
    std::size_t depth = 0;
    std::string_view rest = bytes;
    while (true) {
        const auto start = start_of(rest);
        if (!start || start->bytes > rest.size() || (start->is_container && depth == max_depth))
            return std::nullopt;
        rest.remove_prefix(start->bytes);
        if (start->is_container)
            items_left[depth++] = start->items + 1;  // the next lines count its start as one
        while (depth != 0 && --items_left[depth - 1] == 0)
            --depth;
        if (depth == 0)
            return bytes.size() - rest.size();
    }
}

}  // namespace wampfcgi::codec
