// Owns the conversion of a string to the bytes that functions of OpenSSL take.
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::wamp {

inline unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

inline const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace wampfcgi::wamp
