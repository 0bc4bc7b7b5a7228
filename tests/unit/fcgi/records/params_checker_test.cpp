#include "fcgi/records/params_checker.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using wampfcgi::fcgi::params_checker;

namespace {

std::string long_length(std::uint32_t value)
{
    const auto byte = [value](unsigned shift) { return static_cast<char>(value >> shift & 0xFFU); };
    return {static_cast<char>(byte(24) | '\x80'), byte(16), byte(8), byte(0)};
}

std::string pair(const std::string& name, const std::string& value, bool with_long_lengths = false)
{
    const auto length = [&](const std::string& text) {
        return with_long_lengths || text.size() > 127 ? long_length(static_cast<std::uint32_t>(text.size()))
                                                      : std::string(1, static_cast<char>(text.size()));
    };
    return length(name) + length(value) + name + value;
}

/// The fault in a stream that arrives in pieces of `most` bytes.
std::string_view check(std::string_view stream, std::size_t most)
{
    params_checker checker;
    for (; !stream.empty(); stream.remove_prefix(std::min(most, stream.size())))
        if (const auto wrong = checker.feed(stream.substr(0, most)); !wrong.empty())
            return wrong;
    return checker.finish();
}

const std::vector<std::size_t> cuts{1, 2, 3, 7, 100, 1 << 20};

}  // namespace

BOOST_AUTO_TEST_CASE(variables_of_any_length_and_with_any_text_are_fit)
{
    const std::string many = [] {
        std::string all;
        for (int i = 0; i < 20'000; ++i)
            all += pair("N" + std::to_string(i), "v");
        return all;
    }();
    for (const std::string& stream :
         {std::string(), pair("A", ""), pair("A", "b", true),
          pair("A", "b") + pair("HTTP_C", "", true) + pair("D", "e=f"),
          pair(std::string(127, 'N'), std::string(128, 'v')), pair("A", "\xFF\x01\x80 =") + pair("\xFF", "x"), many,
          pair("N", std::string(params_checker::most_bytes - 6, 'v'))})
        for (const std::size_t most : cuts)
            BOOST_TEST(check(stream, most) == "");
}

BOOST_AUTO_TEST_CASE(variables_that_libfcgi_would_misread_are_not)
{
    struct row {
        std::string_view name;
        std::string stream;
        std::string_view wrong;
    };
    const std::string zero(1, '\0');
    const std::vector<row> rows{
        {"zero in a value", pair("PATH_INFO", "/signed" + zero + "x"), "a zero byte in a CGI variable"},
        {"zero at the end", pair("A", "b") + pair("B", zero), "a zero byte in a CGI variable"},
        {"zero in a name", pair("A" + zero + "B", "c"), "a zero byte in a CGI variable"},
        {"equals sign in a name", pair("HTTPS=on", ""), "an equals sign in the name of a CGI variable"},
        {"equals sign in a name behind some in values", pair("Q", "a=b=c") + pair("R", "=") + pair("HTTPS=on", ""),
         "an equals sign in the name of a CGI variable"},
        {"zero behind empty values", pair("A", "") + pair("B", "") + pair("C", "d" + zero),
         "a zero byte in a CGI variable"},
        {"no name", pair("", "v"), "a CGI variable without a name"},
        {"no name, long", pair("", "v", true), "a CGI variable without a name"},
        {"name of 2 GiB", long_length(0x7FFF'FFFF) + "\1Nv", "a CGI variable with an impossible length"},
        {"value of 2 GiB", "\1" + long_length(0x7FFF'FFFF) + "Nv", "a CGI variable with an impossible length"},
        {"both of 2 GiB", long_length(0x7FFF'FFFF) + long_length(0x7FFF'FFFF),
         "a CGI variable with an impossible length"},
        {"one byte too long", "\1" + long_length(params_checker::most_bytes) + "N",
         "a CGI variable with an impossible length"},
        {"a length alone", "\1", "CGI variables that end in the middle of one"},
        {"half a length", std::string("\x80\0\0", 3), "CGI variables that end in the middle of one"},
        {"no text", "\1\1", "CGI variables that end in the middle of one"},
        {"name cut short", "\3\1ab", "CGI variables that end in the middle of one"},
        {"value cut short", pair("A", "b") + "\1\4Nabc", "CGI variables that end in the middle of one"},
        {"too many", pair("N", std::string(params_checker::most_bytes - 6, 'v')) + "\1",
         "more than 256 KiB of CGI variables"},
    };
    for (const row& each : rows)
        for (const std::size_t most : cuts)
            BOOST_TEST_CONTEXT(each.name << " in pieces of " << most)
            {
                BOOST_TEST(check(each.stream, most) == each.wrong);
            }
}
