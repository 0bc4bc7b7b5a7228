#include "support.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

BOOST_AUTO_TEST_SUITE(body_json)

BOOST_AUTO_TEST_CASE(text_that_is_no_json_is_refused)
{
    const std::string_view bodies[] = {
        "",
        " ",
        "{",
        "}",
        "nul",
        "True",
        "{]",
        R"({"procedure":"p")",
        R"({"procedure":"p"}})",
        R"({"procedure":"p"} x)",
        R"({"procedure":"p"}{})",
        "{\"procedure\":\"p\"}\0"sv,
        R"({"procedure":"p",})",
        R"({,"procedure":"p"})",
        R"({"procedure":"p" "args":[]})",
        R"({"procedure" "p"})",
        R"({"procedure":})",
        R"({procedure:"p"})",
        R"({'procedure':'p'})",
        R"({1:2})",
        R"({"procedure":"p"} // comment)",
        R"(/* comment */{"procedure":"p"})",
        R"({"procedure":"p"/**/})",
        "\xEF\xBB\xBF{\"procedure\":\"p\"}",
        "{\"procedure\":\"p\"\f}",
        "\u00A0{\"procedure\":\"p\"}",
    };
    for (const auto body : bodies)
        BOOST_TEST_CONTEXT(body) BOOST_TEST(refusal_of(body) == errc::body_not_json);
}

BOOST_AUTO_TEST_CASE(values_that_are_no_json_are_refused_wherever_they_stand)
{
    const std::string_view values[] = {
        "NaN",    "Infinity", "-Infinity", "nan",       "undefined",  "+1",          "01",          "-01",
        "-",      "1.",       ".5",        "1e",        "1e+",        "0x10",        "1_000",       "--1",
        "[1,]",   "[,1]",     "[1 2]",     "[1",        "{\"a\":1,}", "{\"a\"}",     "{\"a\":}",    "tru",
        "nulll",  "'a'",      "\"a",       "\"\\\"",    R"("\x41")",  R"("\u12")",   R"("\u12G4")", R"("\a")",
        "\"\n\"", "\"\t\"",   "\"\0\""sv,  "\"a\x1F\"", "\"\\\n\"",   R"("\U0041")", R"("\u 041")", "1 2",
    };
    for (const auto value : values)
        BOOST_TEST_CONTEXT(value)
        {
            const auto text = std::string(value);

            BOOST_TEST(refusal_of(with_args("[" + text + "]")) == errc::body_not_json);
            BOOST_TEST(refusal_of(with_kwargs("{\"a\":" + text + "}")) == errc::body_not_json);
            BOOST_TEST(refusal_of("{\"procedure\":\"p\",\"ignored\":" + text + "}") == errc::body_not_json);
            BOOST_TEST(refusal_of("{\"procedure\":\"p\",\"ignored\":[" + text + "]}" + std::string(50, ' ')) ==
                       errc::body_not_json);
        }
}

BOOST_AUTO_TEST_CASE(unpaired_surrogate_escapes_are_refused_in_values_and_keys)
{
    const std::string_view texts[] = {
        R"(\ud800)",        R"(\udbff)",
        R"(\udc00)",        R"(\uDFFF)",
        R"(\ud800x)",       R"(\ud800\n)",
        R"(\ud800\u0041)",  R"(\ud800\ud800)",
        R"(\ud83d\udbff)",  R"(\udc00\ud800)",
        R"(\ud800\ue000)",  R"(\ud800 \udc00)",
        R"(\ud800\\udc00)", R"(\ud83d\ude00\ude00)",
    };
    for (const auto text : texts)
        for (const std::size_t padding : {0U, 40U, 4085U, 4090U, 4095U})
            BOOST_TEST_CONTEXT(text << " behind and before " << padding)
            {
                const auto quoted =
                    "\"\\n" + std::string(padding, 'a') + std::string(text) + std::string(padding, 'b') + "\"";

                BOOST_TEST(refusal_of(with_args("[" + quoted + "]")) == errc::body_not_json);
                BOOST_TEST(refusal_of(with_kwargs("{" + quoted + ":1}")) == errc::body_not_json);
            }
}

BOOST_AUTO_TEST_CASE(a_body_with_ill_formed_utf8_is_refused_wherever_it_stands)
{
    const std::string_view sequences[] = {"\x80",
                                          "\xC0\xAF",
                                          "\xC3",
                                          "\xED\xA0\x80",
                                          "\xED\xA0\xBD\xED\xB8\x80",
                                          "\xF4\x90\x80\x80",
                                          "\xF8\x88\x80\x80\x80",
                                          "\xFF"};
    for (const auto sequence : sequences) {
        const auto text = std::string(sequence);

        BOOST_TEST(refusal_of(with_args("[\"" + text + "\"]")) == errc::body_not_utf8);
        BOOST_TEST(refusal_of(with_kwargs("{\"" + text + "\":1}")) == errc::body_not_utf8);
        BOOST_TEST(refusal_of("{\"procedure\":\"" + text + "\"}") == errc::body_not_utf8);
        BOOST_TEST(refusal_of("{\"procedure\":\"p\"}" + text) == errc::body_not_utf8);
    }
}

BOOST_AUTO_TEST_CASE(nesting_is_accepted_to_level_128_and_refused_at_129)
{
    struct row {
        const char* name;
        std::string_view open;
        std::string_view inside;
        std::string_view close;
    };
    const row rows[] = {
        {"lists", "[", "", "]"}, {"lists with a value", "[", "1", "]"}, {"objects", "{\"a\":", "1", "}"}};
    const auto nested = [](const row& r, std::size_t levels) {
        return repeated(r.open, levels) + std::string(r.inside) + repeated(r.close, levels);
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            // the body is level 1, the args list level 2
            BOOST_TEST(parse_body(with_args("[" + nested(row, 126) + "]")).has_value());
            BOOST_TEST(refusal_of(with_args("[" + nested(row, 127) + "]")) == errc::body_not_json);
            BOOST_TEST(refusal_of("{\"ignored\":" + nested(row, 127) + "}") == errc::procedure_missing);
            BOOST_TEST(refusal_of("{\"ignored\":" + nested(row, 128) + "}") == errc::body_not_json);
            BOOST_TEST(refusal_of(with_args(repeated(row.open, 1'000'000))) == errc::body_not_json);
        }
}

BOOST_AUTO_TEST_CASE(the_detail_says_where_and_why_in_our_words)
{
    struct row {
        std::string_view body;
        std::string_view detail;
    };
    const row rows[] = {
        {"{\"a\":\xFF}", "byte 5: ill-formed UTF-8"},
        {R"({"a":18446744073709551616})", "byte 25: an integer does not fit into 64 bits"},
        {R"({"a":1e309})", "byte 10: a double overflows"},
        {R"({"procedure":"p"} secret)", "byte 18: text after the JSON value"},
        {R"({"procedure":"secret#"})", "procedure is not a valid WAMP URI"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.body) BOOST_TEST(parse_body(row.body).error().detail == row.detail);
    BOOST_TEST(parse_body(R"({"a":secret})").error().detail.starts_with("byte 5: "));
}

BOOST_AUTO_TEST_SUITE_END()
