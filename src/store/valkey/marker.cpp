#include "store/valkey/marker.hpp"

#include <charconv>

namespace wampfcgi::store {

// forgot_something stays set. It loses its effect over time, because the forgotten signatures expire.
known_memory known_after(const std::optional<known_memory>& before, std::int64_t found_ms)
{
    if (!before)
        return {found_ms, false};
    return before->begun_ms == found_ms ? *before : known_memory{found_ms, true};
}

std::string text_of(const known_memory& known)
{
    return std::to_string(known.begun_ms) + (known.forgot_something ? " forgot\n" : " new\n");
}

std::optional<known_memory> known_memory_in(std::string_view text)
{
    known_memory known;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), known.begun_ms);
    const std::string_view rest(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
    if (read.ec != std::errc() || (rest != " forgot\n" && rest != " new\n"))
        return {};
    known.forgot_something = rest == " forgot\n";
    return known;
}

}  // namespace wampfcgi::store
