#include "fcgi/cgi/sound_pairs.hpp"

#include <algorithm>
#include <cstring>

namespace wampfcgi::fcgi {

sound_pairs::sound_pairs(std::string_view stream)
    : at_(stream.data()),
      end_(stream.data() + stream.size()),
      zero_(find('\0', at_)),
      equals_(find('=', at_)),
      suspect_(std::min(zero_, equals_))
{}

/// take() for lengths of any size.
name_value_pair sound_pairs::take_long()
{
    std::string_view after = rest();
    const auto pair = take_pair(after);
    if (!pair || pair->name.empty() || !is_sound(pair->name.data(), pair->value.data(), after.data()))
        return {};
    at_ = after.data();
    return *pair;
}

/// Looks at the complete pair that begins rest(): its name, its value, and where it ends. Searches every byte of the
/// stream at most once.
bool sound_pairs::is_sound(const char* name, const char* value, const char* end)
{
    // One of the two may be a length.
    if (zero_ < name)
        zero_ = find('\0', name);
    if (equals_ < name)
        equals_ = find('=', name);
    if (equals_ < value || zero_ < end)
        return false;
    suspect_ = std::min(zero_, equals_);
    return true;
}

const char* sound_pairs::find(char wanted, const char* from) const
{
    const auto bytes = static_cast<std::size_t>(end_ - from);
    const void* const found = bytes > 0 ? std::memchr(from, wanted, bytes) : nullptr;
    return found != nullptr ? static_cast<const char*>(found) : end_;
}

}  // namespace wampfcgi::fcgi
