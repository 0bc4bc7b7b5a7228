#include "fcgi/cgi/sound_pairs.hpp"

#include <algorithm>
#include <cstring>

namespace wampfcgi::fcgi {

sound_pairs::sound_pairs(std::string_view stream)
    : rest_(stream),
      end_of_all_(stream.data() + stream.size()),
      zero_(find('\0', stream.data())),
      equals_(find('=', stream.data())),
      suspect_(std::min(zero_, equals_))
{}

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
    const auto bytes = static_cast<std::size_t>(end_of_all_ - from);
    const void* const found = bytes > 0 ? std::memchr(from, wanted, bytes) : nullptr;
    return found != nullptr ? static_cast<const char*>(found) : end_of_all_;
}

}  // namespace wampfcgi::fcgi
