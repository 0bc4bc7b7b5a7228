// Entity tags, and whether a client's copy is current.
#include "wampfcgi/checks/entity_tag.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi::checks;

BOOST_AUTO_TEST_CASE(a_tag_is_the_start_of_the_bodys_sha_256_in_base64)
{
    BOOST_TEST(entity_tag("") == R"("47DEQpj8HBSa+/TImW+5JCeu")");
    BOOST_TEST(entity_tag(R"({"args":[5]})") == R"("RMKqyhJ6/4Ibm3979aJ5LDKG")");
    BOOST_TEST(entity_tag(R"({"args":[5]})") != entity_tag(R"({"args":[6]})"));
}

BOOST_AUTO_TEST_CASE(a_client_has_what_it_lists_whatever_server_compressed_it)
{
    for (const char* listed :
         {R"("abc")", R"(W/"abc")", R"("x", "abc")", R"("abc","x")", R"(W/"x",W/"abc" )", R"(,, "abc")", "*", " * ",
          R"("abc-gzip")", R"("abc-br")", R"("abc-deflate")", R"("abc-zstd")", R"(W/"abc-gzip")", R"("a,b", "abc")",
          R"("", "abc")", "\t\"abc\"", R"("x""abc")"})
        BOOST_TEST_CONTEXT(listed)
    BOOST_TEST(is_listed(R"("abc")", listed));
    for (const char* listed : {"",
                               " ",
                               ",",
                               "abc",
                               R"("ab")",
                               R"("abcd")",
                               R"("ABC")",
                               R"("abc)",
                               R"(abc")",
                               R"("x, abc")",
                               R"(w/"abc")",
                               R"(W/abc)",
                               R"("abc-gzip-gzip")",
                               R"("abc-zip")",
                               R"("abc-")",
                               R"("-gzip")",
                               "**",
                               R"("x", *)",
                               "W/",
                               "W",
                               R"(abc, "abc")"})
        BOOST_TEST_CONTEXT(listed)
    BOOST_TEST(!is_listed(R"("abc")", listed));
}

BOOST_AUTO_TEST_CASE(a_body_without_a_tag_is_nowhere)
{
    BOOST_TEST(!is_listed("", "*"));
    BOOST_TEST(!is_listed("", R"("")"));
}
