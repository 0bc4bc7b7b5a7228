#include "checks/openssh_key.hpp"

#include "wampfcgi/core/text/base64.hpp"

#include <openssl/crypto.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace wampfcgi::checks {

namespace {

constexpr std::string_view key_type = "ssh-ed25519";
constexpr std::size_t seed_bytes = 32;
constexpr std::size_t public_bytes = 32;
constexpr std::size_t block_bytes = 8;  // block size of the cipher "none"

// A text that is wiped from memory when destroyed.
struct wiped_text {
    std::string bytes;

    wiped_text() = default;
    ~wiped_text() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    wiped_text(const wiped_text&) = delete;
    wiped_text& operator=(const wiped_text&) = delete;
};

// Takes the SSH protocol's data types (RFC 4251, 5) off the front. A missing value reads as 0 or empty, and is_whole()
// is false from then on.
class wire_reader {
public:
    explicit wire_reader(std::string_view bytes) : rest_(bytes) {}

    std::uint32_t number()
    {
        std::uint32_t value = 0;
        for (const char byte : take(4))
            value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }

    std::string_view text() { return take(number()); }

    std::string_view rest() const { return rest_; }
    bool is_whole() const { return !is_short_; }
    bool is_read_up() const { return !is_short_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size)
    {
        if (size > rest_.size())
            is_short_ = true;
        if (is_short_)
            return {};
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    bool is_short_ = false;
};

bool decode_lines(std::string_view base64, std::string& out)
{
    wiped_text text;
    text.bytes.reserve(base64.size());
    for (const char c : base64)
        if (c != '\n' && c != '\r')
            text.bytes += c;
    out.resize(text.bytes.size() / 4 * 3);
    const auto size = decode_base64(text.bytes, std::as_writable_bytes(std::span(out)), base64_form::standard);
    out.resize(size.value_or(0));
    return size.has_value();
}

// True for the bytes 1, 2, 3, ...
bool is_padding(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (static_cast<unsigned char>(bytes[i]) != i + 1)
            return false;
    return bytes.size() < block_bytes;
}

std::optional<std::string> read_private_part(std::string_view part, std::string_view public_key)
{
    wire_reader reader(part);
    const auto check = reader.number();
    if (reader.number() != check || reader.text() != key_type || reader.text() != public_key)
        return std::nullopt;
    const auto private_key = reader.text();  // the seed, followed by the public key
    reader.text();                           // the comment
    if (!reader.is_whole() || part.size() % block_bytes != 0 || !is_padding(reader.rest()))
        return std::nullopt;
    if (private_key.size() != seed_bytes + public_bytes || private_key.substr(seed_bytes) != public_key)
        return std::nullopt;
    return std::string(private_key.substr(0, seed_bytes));
}

}  // namespace

std::optional<std::string> read_openssh_key(std::string_view base64)
{
    using namespace std::string_view_literals;
    constexpr std::string_view magic = "openssh-key-v1\0"sv;
    wiped_text decoded;
    if (!decode_lines(base64, decoded.bytes) || !decoded.bytes.starts_with(magic))
        return std::nullopt;

    wire_reader file(std::string_view(decoded.bytes).substr(magic.size()));
    const auto cipher = file.text();
    const auto key_derivation = file.text();
    const auto derivation_options = file.text();
    const auto keys = file.number();
    wire_reader public_part(file.text());
    const auto private_part = file.text();
    if (!file.is_read_up() || cipher != "none" || key_derivation != "none" || !derivation_options.empty() || keys != 1)
        return std::nullopt;

    const auto type = public_part.text();
    const auto public_key = public_part.text();
    if (!public_part.is_read_up() || type != key_type || public_key.size() != public_bytes)
        return std::nullopt;
    return read_private_part(private_part, public_key);
}

}  // namespace wampfcgi::checks
