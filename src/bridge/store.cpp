#include "wampfcgi/bridge/store.hpp"

namespace wampfcgi::bridge {
namespace {

constexpr std::uint64_t fnv_basis = 0xcbf2'9ce4'8422'2325;

std::uint64_t fnv(std::uint64_t hash, std::string_view bytes) noexcept
{
    for (const char byte : bytes)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100'0000'01b3;
    return hash;
}

}  // namespace

// FNV-1a is enough: the administrator chooses the names, so no attacker can cause a collision.
key_id id_of(std::string_view path, std::string_view key) noexcept
{
    using namespace std::string_view_literals;
    return key_id{fnv(fnv(fnv(fnv_basis, path), "\0"sv), key)};
}

}  // namespace wampfcgi::bridge
