// Owns the output buffer for msgpack::packer.
#pragma once

#include <cstddef>
#include <string>

namespace wampfcgi::codec {

struct string_sink {
    std::string& out;
    void write(const char* bytes, std::size_t size) { out.append(bytes, size); }
};

}  // namespace wampfcgi::codec
