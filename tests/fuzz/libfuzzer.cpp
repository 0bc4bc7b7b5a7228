// Owns the entry point of libFuzzer, which calls a target.
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // The empty input may be null.
    wampfcgi::fuzz::run(size == 0 ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size});
    return 0;
}
