// Input: the content of a private key's file. An accepted key, written as digits, must parse to the same key.
#include "target.hpp"

#include "wampfcgi/checks/private_key.hpp"

#include <string>

namespace wampfcgi::fuzz {

void run(std::string_view input)
{
    const auto key = checks::read_ed25519_key(input);
    if (!key)
        return;
    must(key->size() == 32, "an Ed25519 key has 32 bytes");
    std::string digits;
    for (const char c : *key)
        for (const int shift : {4, 0})
            digits += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> shift & 0xF];
    must(checks::read_ed25519_key(digits) == key, "a key that is written in digits is the same");
    must(checks::read_ed25519_key(" " + digits + "\r\n") == key, "white space around digits does not matter");
}

}  // namespace wampfcgi::fuzz
