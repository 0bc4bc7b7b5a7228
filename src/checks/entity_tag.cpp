#include "wampfcgi/checks/entity_tag.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace wampfcgi::checks {

namespace {

constexpr std::size_t tag_bytes = 18;  // the first 144 bits of the digest: Base64 without padding

// Added by Apache's mod_deflate and mod_brotli, and by lighttpd's mod_deflate.
constexpr std::array<std::string_view, 4> suffixes_of_servers{"-gzip", "-br", "-deflate", "-zstd"};

/// Takes a tag off the front, and returns it without its quotes. Nothing when there is none.
std::optional<std::string_view> take_tag(std::string_view& rest)
{
    const std::size_t begin = rest.starts_with("W/\"") ? 3 : 1;
    if (begin == 1 && !rest.starts_with('"'))
        return std::nullopt;
    const std::size_t end = rest.find('"', begin);
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view tag = rest.substr(begin, end - begin);
    rest.remove_prefix(end + 1);
    return tag;
}

/// Returns false at the end of the list.
bool skip_separators(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(", \t"), rest.size()));
    return !rest.empty();
}

bool is_compressed_form(std::string_view tag, std::string_view of)
{
    return tag.starts_with(of) &&
           std::ranges::find(suffixes_of_servers, tag.substr(of.size())) != suffixes_of_servers.end();
}

}  // namespace

std::string entity_tag(std::string_view body)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    if (EVP_Digest(body.data(), body.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        return {};
    return '"' + to_base64({reinterpret_cast<const char*>(digest.data()), tag_bytes}) + '"';
}

bool is_listed(std::string_view tag, std::string_view if_none_match)
{
    if (tag.empty())
        return false;
    if (trim(if_none_match) == "*")
        return true;
    const std::string_view own = *take_tag(tag);
    std::string_view rest = if_none_match;
    while (skip_separators(rest)) {
        const auto listed = take_tag(rest);
        if (!listed)
            return false;
        if (*listed == own || is_compressed_form(*listed, own))
            return true;
    }
    return false;
}

}  // namespace wampfcgi::checks
