#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

/// What msgpack-cxx finds.
std::optional<std::size_t> length_by_the_library(std::string_view bytes)
{
    struct : msgpack::null_visitor {
        void parse_error(std::size_t, std::size_t) {}
        void insufficient_bytes(std::size_t, std::size_t) {}
    } visitor;
    std::size_t length = 0;
    return msgpack::parse(bytes.data(), bytes.size(), length, visitor) ? std::optional(length) : std::nullopt;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(length_of_a_value)

BOOST_AUTO_TEST_CASE(the_first_value_is_measured_whatever_follows)
{
    const std::string values[] = {
        "\xC0"s,
        "\x7F"s,
        "\xCB" + std::string(8, '\0'),
        "\xA3zzz"s,
        "\xA0"s,
        "\xC4\x02zz"s,
        "\x90"s,
        "\x80"s,
        "\x92\x01\xA1z"s,
        "\x81\x01\x02"s,
        "\x81\x90\x91\xC0"s,
        "\xD4\x01z"s,
        "\xC7\0\x01"s,
        "\xDC\0\x01\xA1\xFF"s,
        "\xDB\0\x01\0\0"s + std::string(65536, 'z'),
        "\xDD\0\0\0\0"s,
    };
    for (const auto& value : values)
        for (const auto& behind : {""s, "\x01"s, "\xC1"s, "\xDD\xFF\xFF\xFF\xFF"s})
            BOOST_TEST_CONTEXT(static_cast<int>(static_cast<unsigned char>(value[0])) << " of " << value.size())
    BOOST_TEST(value_length(value + behind).value_or(0) == value.size());
}

BOOST_AUTO_TEST_CASE(no_whole_well_formed_value_has_no_length)
{
    for (const auto& bytes : {""s, "\xC1"s, "\x91"s, "\x91\xC1"s, "\x82\xA1z\x01\xA1z"s, "\xA3zz"s, "\xCD\x01"s})
        BOOST_TEST(!value_length(bytes).has_value());
}

BOOST_AUTO_TEST_CASE(nesting_is_measured_to_128_levels)
{
    for (const auto& opening : {"\x91"s, "\x81\xA1k"s}) {
        BOOST_TEST(value_length(repeated(opening, 127) + "\x90").value() == opening.size() * 127 + 1);
        BOOST_TEST(!value_length(repeated(opening, 128) + "\x90").has_value());
        BOOST_TEST(value_length(repeated(opening, 128) + "\x01").value() == opening.size() * 128 + 1);
    }
    BOOST_TEST(!value_length(std::string(1'000'000, '\x91')).has_value());
}

BOOST_AUTO_TEST_CASE(values_with_any_start_have_the_length_that_the_library_finds)
{
    const std::string behind[] = {std::string(40, '\0'), std::string(40, '\x01'), std::string(40, '\x91'),
                                  "\0\0\0\x02\x82"s + std::string(40, '\x7F'), "\0\x03\xA2"s + std::string(40, '\xD9')};
    for (unsigned lead = 0; lead <= 0xFF; ++lead)
        for (const auto& each : behind)
            for (std::size_t size = 0; size <= each.size(); ++size) {
                const auto bytes = static_cast<char>(lead) + each.substr(0, size);
                if (value_length(bytes) != length_by_the_library(bytes))
                    BOOST_ERROR("differs for " << lead << " before " << size << " bytes");
            }
}

BOOST_AUTO_TEST_SUITE_END()
