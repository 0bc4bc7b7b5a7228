// Signatures confirmed by other implementations of the contract's section 3. All are valid; test cases derive invalid
// ones by changing one field.
#pragma once

#include <string>
#include <vector>

namespace wampfcgi::checks {

struct signature_vector {
    std::string name;
    std::string secret;
    std::string key;
    std::string timestamp;
    std::string seq;
    std::string nonce;
    std::string body;
    std::string hmac_hex;
    std::string signature_urlsafe;
    std::string signature_standard;
};

inline const std::vector<signature_vector> signature_vectors{
    {"plain call", "kkjH68GiuUZ", "myapp1", "2026-11-22T09:49:10.429Z", "1", "12345",
     R"({"procedure":"com.example.add2","args":[1,2]})",
     "69ad14d15f19b9ced16a18deb7f0e6df9907eb29f2fa1531f151c3cb497cd66a",
     "aa0U0V8Zuc7Rahjet_Dm35kH6yny-hUx8VHDy0l81mo=", "aa0U0V8Zuc7Rahjet/Dm35kH6yny+hUx8VHDy0l81mo="},
    // the largest nonce
    {"utf-8 body", "kkjH68GiuUZ", "myapp1", "2026-11-22T09:49:10.429Z", "2", "9007199254740992",
     R"({"procedure":"com.example.echo","args":["Grüße ☃"]})",
     "b9280cbd30fed52c9f680c7e71b27efadaaddaffb2a7b599323b02583d2b003f",
     "uSgMvTD-1SyfaAx-cbJ--tqt2v-yp7WZMjsCWD0rAD8=", "uSgMvTD+1SyfaAx+cbJ++tqt2v+yp7WZMjsCWD0rAD8="},
    {"empty body", "kkjH68GiuUZ", "myapp1", "2026-11-22T09:49:10.429Z", "0", "0", "",
     "4b17ce37bf14cd14c0d2eb8a4b8f5cc2e091ff2086ae2128da965ba031b59720",
     "SxfON78UzRTA0uuKS49cwuCR_yCGriEo2pZboDG1lyA=", "SxfON78UzRTA0uuKS49cwuCR/yCGriEo2pZboDG1lyA="},
    // no fraction in the timestamp; query parameters are percent-encoded UTF-8
    {"utf-8 secret and key", "Schlüssel", "größe", "2026-11-22T09:49:10Z", "3", "7",
     R"({"procedure":"com.example.add2"})", "eec02d2719ed6ace27eb4e7498c11612316105994eab499bcae2434bb2d8f58a",
     "7sAtJxntas4n6050mMEWEjFhBZlOq0mbyuJDS7LY9Yo=", "7sAtJxntas4n6050mMEWEjFhBZlOq0mbyuJDS7LY9Yo="},
    {"digits on one side", "s", "k", "2026-11-22T09:49:10.1Z", "12", "3", "{}",
     "75382283a524b60d71dede2d47259e8b68c5e7896345b6790633be27948ade58",
     "dTgig6Uktg1x3t4tRyWei2jF54ljRbZ5BjO-J5SK3lg=", "dTgig6Uktg1x3t4tRyWei2jF54ljRbZ5BjO+J5SK3lg="},
    // same signature as the row before, because seq and nonce are concatenated without a separator
    {"digits moved", "s", "k", "2026-11-22T09:49:10.1Z", "1", "23", "{}",
     "75382283a524b60d71dede2d47259e8b68c5e7896345b6790633be27948ade58",
     "dTgig6Uktg1x3t4tRyWei2jF54ljRbZ5BjO-J5SK3lg=", "dTgig6Uktg1x3t4tRyWei2jF54ljRbZ5BjO+J5SK3lg="},
    // if the standard form is sent unescaped, plus signs arrive as spaces
    {"both special characters of the alphabet", "kkjH68GiuUZ", "myapp1", "2026-11-22T09:49:10.429Z", "4", "23",
     R"({"procedure":"com.example.add2","args":[1,2]})",
     "7c15c4d3ead2a1fb7264f31ffd5a7d747f90f37219dd27de2f455f3e00d9d2dc",
     "fBXE0-rSoftyZPMf_Vp9dH-Q83IZ3SfeL0VfPgDZ0tw=", "fBXE0+rSoftyZPMf/Vp9dH+Q83IZ3SfeL0VfPgDZ0tw="},
    // a fraction of six digits
    {"body of 64 KiB", "kkjH68GiuUZ", "myapp1", "2026-11-22T09:49:10.429123Z", "5", "42",
     R"({"procedure":"com.example.echo","args":[")" + std::string(65'536, 'x') + R"("]})",
     "c37728f9887c524d1d0abbf905b52f82eb4966d1d1712346de4f36457583dd40",
     "w3co-Yh8Uk0dCrv5BbUvgutJZtHRcSNG3k82RXWD3UA=", "w3co+Yh8Uk0dCrv5BbUvgutJZtHRcSNG3k82RXWD3UA="},
};

/// A GET with the secret, key, timestamp and nonce of the first row above.
struct link_vector {
    std::string name;
    std::string query;  ///< its other parameters, as sent
    std::string seq;
    std::string signature_urlsafe;
};

inline const std::vector<link_vector> link_vectors{
    {"no parameters of its own", "", "1", "wRuiHCXM8upeiTlbZVr4UHLtKgxx5o4UAMLUCAVscTk="},
    {"two parameters", "user=42&lang=de", "2", "ZSixGZoY1WjZhq8DicMkidPf2if5QiEcqbI9-r-jspE="},
    {"the same in another order", "lang=de&user=42", "3", "SE1mJkxWivUdpXDZK8_So-yLwME6H3i3v_1Daxnpqo4="},
    {"a name twice, an empty value, no value", "id=1&id=2&empty=&bare", "4",
     "nYXMyM_Zj488zwaEdJyM7ieamOBz0GtsJxqwKbv5bUg="},
    {"escapes, spaces and UTF-8", "name=Gr%C3%BC%C3%9Fe+%E2%98%83&a%3Db=c%26d%2B", "5",
     "7XOL46fOYv39o-rHEzz84qV_Q-8KaggdHc6rDRgo1Gg="},
    {"an empty name", "=x", "6", "Ul_jOYhVnKYUbrtDX6ZSdLdB4fH6YPP7Icb0DR9ZSjI="},
};

}  // namespace wampfcgi::checks
