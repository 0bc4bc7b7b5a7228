#include "test_keys.hpp"
#include "wampfcgi/checks/private_key.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi::checks;
using namespace wampfcgi::checks::testing;
using namespace std::string_literals;

namespace {

std::string hex_of(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const char byte : bytes) {
        hex += digits[static_cast<unsigned char>(byte) >> 4];
        hex += digits[static_cast<unsigned char>(byte) & 0xF];
    }
    return hex;
}

std::string bytes_of(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

/// The key in `content` in hexadecimal, or "nothing".
std::string key_in(std::string_view content)
{
    const auto key = read_ed25519_key(content);
    return key ? hex_of(*key) : "nothing";
}

std::string with_carriage_returns(std::string_view text)
{
    std::string changed;
    for (const char c : text)
        changed.append(c == '\n' ? "\r\n" : std::string(1, c));
    return changed;
}

std::string number(std::uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift);
    return bytes;
}

std::string text(std::string_view bytes)
{
    return number(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

std::string enclosed(std::string_view base64)
{
    return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + std::string(base64) + "\n-----END OPENSSH PRIVATE KEY-----\n";
}

std::string in_base64(const std::string& bytes)
{
    std::string base64(bytes.size() / 3 * 4 + 5, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    base64.resize(static_cast<std::size_t>(size));
    return base64;
}

/// The parts of an OpenSSH key, valid unless a test changes one.
struct openssh_parts {
    std::string magic = "openssh-key-v1\0"s;
    std::string cipher = "none";
    std::string key_derivation = "none";
    std::string derivation_options;
    std::uint32_t keys = 1;
    std::string public_type = "ssh-ed25519";
    std::string public_key = bytes_of(openssh_public_in_hex);
    std::string behind_public_key;
    std::uint32_t second_check = 0xF51918EB;
    std::string type = "ssh-ed25519";
    std::string own_public_key = bytes_of(openssh_public_in_hex);
    std::string private_key = bytes_of(openssh_seed_in_hex) + bytes_of(openssh_public_in_hex);
    std::string comment = "test key";
    std::string padding = "\1\2\3\4\5";
    std::string behind;

    std::string bytes() const
    {
        const std::string public_part = text(public_type) + text(public_key) + behind_public_key;
        const std::string private_part = number(0xF51918EB) + number(second_check) + text(type) + text(own_public_key) +
                                         text(private_key) + text(comment) + padding;
        return magic + text(cipher) + text(key_derivation) + text(derivation_options) + number(keys) +
               text(public_part) + text(private_part) + behind;
    }

    std::string file() const { return enclosed(in_base64(bytes())); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(private_key)

BOOST_AUTO_TEST_CASE(raw_bytes_are_the_key_whatever_they_are)
{
    BOOST_TEST(key_in(bytes_of(pem_seed_in_hex)) == pem_seed_in_hex);
    BOOST_TEST(key_in(std::string(31, '\0') + "\n") == std::string(62, '0') + "0a");
    BOOST_TEST(key_in(" " + std::string(31, 'x')) == "20" + hex_of(std::string(31, 'x')));
    BOOST_TEST(key_in(std::string(31, 'x')) == "nothing");
    BOOST_TEST(key_in(std::string(33, 'x')) == "nothing");
    BOOST_TEST(key_in(std::string(32, 'x') + "\n") == "nothing");
}

BOOST_AUTO_TEST_CASE(hexadecimal_digits_are_read_in_any_case_with_white_space_around)
{
    const std::string upper = "AB5A4B4DD2B83EB3BF73BF8B73FC9BB37D08CE1B2CB2EB9539EBF3467AF83D79";
    BOOST_TEST(key_in(pem_seed_in_hex) == pem_seed_in_hex);
    BOOST_TEST(key_in(upper) == pem_seed_in_hex);
    BOOST_TEST(key_in(" \t\r\n" + upper + "\r\n \n") == pem_seed_in_hex);
    BOOST_TEST(key_in(upper.substr(1)) == "nothing");
    BOOST_TEST(key_in(upper + "0") == "nothing");
    BOOST_TEST(key_in("0x" + upper.substr(2)) == "nothing");
    BOOST_TEST(key_in(upper.substr(1) + "g") == "nothing");
    BOOST_TEST(key_in(upper.substr(0, 32) + " " + upper.substr(33)) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_pem_key_is_read)
{
    BOOST_TEST(key_in(pem_key) == pem_seed_in_hex);
    BOOST_TEST(key_in(with_carriage_returns(pem_key)) == pem_seed_in_hex);
    BOOST_TEST(key_in("\n \n" + std::string(pem_key) + "\n\n") == pem_seed_in_hex);
}

BOOST_AUTO_TEST_CASE(a_pem_key_that_is_encrypted_damaged_or_of_another_kind_is_none)
{
    const std::string good(pem_key);
    BOOST_TEST(key_in(encrypted_pem_key) == "nothing");
    BOOST_TEST(key_in(x25519_pem_key) == "nothing");
    BOOST_TEST(key_in("# my key\n" + good) == "nothing");
    BOOST_TEST(key_in(good + "# my key\n") == "nothing");
    BOOST_TEST(key_in("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n") == "nothing");
    BOOST_TEST(key_in("-----BEGIN PRIVATE KEY-----END PRIVATE KEY-----") == "nothing");
    for (std::size_t size = 28; size < 92; ++size)
        BOOST_TEST(key_in(good.substr(0, size) + "\n-----END PRIVATE KEY-----\n") == "nothing");
}

BOOST_AUTO_TEST_CASE(an_openssh_key_is_read)
{
    BOOST_TEST(key_in(openssh_key) == openssh_seed_in_hex);
    BOOST_TEST(key_in(with_carriage_returns(openssh_key)) == openssh_seed_in_hex);
    BOOST_TEST(key_in("\n" + std::string(openssh_key) + "\n") == openssh_seed_in_hex);
    BOOST_TEST(key_in(openssh_parts{}.file()) == openssh_seed_in_hex);
    BOOST_TEST(in_base64(openssh_parts{}.bytes()).substr(0, 70) == openssh_key.substr(36, 70));
}

BOOST_AUTO_TEST_CASE(an_openssh_key_may_have_a_comment_of_any_length)
{
    for (std::size_t size = 0; size < 20; ++size) {
        openssh_parts parts;
        parts.comment.assign(size, 'c');
        parts.padding = "\1\2\3\4\5\6\7"s.substr(0, (13 - size % 8) % 8);
        BOOST_TEST_CONTEXT(size) BOOST_TEST(key_in(parts.file()) == openssh_seed_in_hex);
    }
}

BOOST_AUTO_TEST_CASE(an_openssh_key_that_is_encrypted_or_of_another_kind_is_none)
{
    BOOST_TEST(key_in(encrypted_openssh_key) == "nothing");
    BOOST_TEST(key_in(ecdsa_openssh_key) == "nothing");
}

BOOST_AUTO_TEST_CASE(an_openssh_key_with_one_wrong_part_is_none)
{
    using parts = openssh_parts;
    const std::vector<std::pair<std::string_view, void (*)(parts&)>> rows{
        {"magic", [](parts& p) { p.magic = "openssh-key-v2\0"s; }},
        {"magic without its end", [](parts& p) { p.magic = "openssh-key-v1"; }},
        {"cipher", [](parts& p) { p.cipher = "aes256-ctr"; }},
        {"key derivation", [](parts& p) { p.key_derivation = "bcrypt"; }},
        {"options of the key derivation", [](parts& p) { p.derivation_options = "x"; }},
        {"no key", [](parts& p) { p.keys = 0; }},
        {"two keys", [](parts& p) { p.keys = 2; }},
        {"type of the public key", [](parts& p) { p.public_type = "ssh-rsa"; }},
        {"short public key", [](parts& p) { p.public_key.pop_back(); }},
        {"short public keys",
         [](parts& p) {
             p.public_key.pop_back();
             p.own_public_key.pop_back();
             p.private_key.pop_back();
             p.padding = "\1\2\3\4\5\6\7";
         }},
        {"other public key", [](parts& p) { p.public_key[0] ^= 1; }},
        {"more behind the public key", [](parts& p) { p.behind_public_key = "x"; }},
        {"checks differ", [](parts& p) { p.second_check ^= 1; }},
        {"type of the private key", [](parts& p) { p.type = "ssh-ed25518"; }},
        {"other public key beside the private one", [](parts& p) { p.own_public_key[0] ^= 1; }},
        {"other public key within the private one", [](parts& p) { p.private_key[63] ^= 1; }},
        {"private key without the public one", [](parts& p) { p.private_key.resize(32); }},
        {"long private key", [](parts& p) { p.private_key += "12345678"; }},
        {"padding", [](parts& p) { p.padding = "\1\2\3\4\6"; }},
        {"no padding", [](parts& p) { p.padding.clear(); }},
        {"a block of padding too many", [](parts& p) { p.padding = "\1\2\3\4\5\6\7\10\11\12\13\14\15"; }},
        {"more behind the key", [](parts& p) { p.behind = "x"; }},
    };
    for (const auto& [name, damage] : rows)
        BOOST_TEST_CONTEXT(name)
        {
            parts damaged;
            damage(damaged);
            BOOST_TEST(key_in(damaged.file()) == "nothing");
        }
}

BOOST_AUTO_TEST_CASE(an_openssh_key_that_was_cut_short_is_none)
{
    const std::string whole = openssh_parts{}.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST_CONTEXT(size) BOOST_TEST(key_in(enclosed(in_base64(whole.substr(0, size)))) == "nothing");
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_end_of_an_openssh_key_are_not_believed)
{
    const std::string whole = openssh_parts{}.bytes();
    for (std::size_t at = 15; at + 4 <= whole.size(); ++at) {
        std::string damaged = whole;
        damaged.replace(at, 4, "\xFF\xFF\xFF\xFF");
        const auto key = read_ed25519_key(enclosed(in_base64(damaged)));
        BOOST_TEST_CONTEXT(at) BOOST_TEST((!key || key->size() == 32));
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_base64_is_no_openssh_key)
{
    const std::string good = in_base64(openssh_parts{}.bytes());
    BOOST_REQUIRE(key_in(enclosed(good)) != "nothing");
    for (const std::string& base64 :
         {""s, "="s, "===="s, "----"s, "\n"s, good + "=", good + "====", good.substr(1),
          good.substr(0, 4) + "====" + good, " " + good, good + " ", good.substr(0, 8) + " " + good.substr(8),
          "*" + good.substr(1), good.substr(0, good.size() - 4) + "AA=A", good + "----", std::string(4, '\0') + good,
          good + "\xFF\xFF\xFF\xFF"})
        BOOST_TEST_CONTEXT(base64) BOOST_TEST(key_in(enclosed(base64)) == "nothing");
}

BOOST_AUTO_TEST_CASE(other_content_is_no_key)
{
    for (const std::string& content :
         {""s, " "s, "\n"s, "secret"s, "-----BEGIN PRIVATE KEY-----"s, "-----BEGIN OPENSSH PRIVATE KEY-----"s,
          "-----BEGIN OPENSSH PRIVATE KEY-----END OPENSSH PRIVATE KEY-----"s,
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHe3vAXNbzpR9AB7Mg499XvNqL6xyftgfx8L7BNfsDwf test key\n"s})
        BOOST_TEST_CONTEXT(content) BOOST_TEST(key_in(content) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_file_of_more_than_16_kib_is_no_key)
{
    const std::string key(pem_key);
    BOOST_TEST(key_in(std::string(16'384 - key.size(), '\n') + key) == pem_seed_in_hex);
    BOOST_TEST(key_in(std::string(16'385 - key.size(), '\n') + key) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
