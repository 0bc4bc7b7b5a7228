// Owns texts of valid configuration files, with places where a test inserts its own.
#pragma once

#include "support/pem_samples.hpp"
#include "wampfcgi/config/config.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::config::test {

inline constexpr std::string_view good_router = R"("router": {"url": "rs://localhost:8081"})";
inline constexpr std::string_view good_paths = R"("paths": {"/": {"type": "caller", "realm": "r", "role": "f"}})";

/// Made with ssh-keygen -t ed25519, only for these tests.
inline constexpr std::string_view openssh_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB3t7wFzW86UfQAezIOPfV7zai+scn7YH8fC+wTX7A8HwAAAJD1GRjr9RkY
6wAAAAtzc2gtZWQyNTUxOQAAACB3t7wFzW86UfQAezIOPfV7zai+scn7YH8fC+wTX7A8Hw
AAAEA/sqjsDGrX1MxzIFtnfPm5XdxpvwAY+ZVM3NxQYjfdYXe3vAXNbzpR9AB7Mg499XvN
qL6xyftgfx8L7BNfsDwfAAAACHRlc3Qga2V5AQIDBAU=
-----END OPENSSH PRIVATE KEY-----
)";

/// The top level in one line: `members` after a valid router and valid paths.
inline std::string with_top(std::string_view members)
{
    return std::string{"{"}.append(good_router).append(", ").append(good_paths).append(", ").append(members) + '}';
}

/// A file with the router section `router`.
inline std::string with_router(std::string_view router)
{
    return std::string{R"({"router": )"}.append(router).append(", ").append(good_paths) + '}';
}

/// A file with `members` after a valid URL in its router section.
inline std::string with_router_members(std::string_view members)
{
    return with_router(std::string{R"({"url": "rs://localhost:8081", )"}.append(members) + '}');
}

/// A file whose role "f" logs in with `login`.
inline std::string with_login(std::string_view login)
{
    return with_router_members(std::string{R"("credentials": {"f": )"}.append(login) + '}');
}

/// A file with the paths section `paths`.
inline std::string with_paths(std::string_view paths)
{
    return std::string{"{"}.append(good_router).append(R"(, "paths": )").append(paths) + '}';
}

/// A file with one service, "call", which is `service`.
inline std::string with_service(std::string_view service)
{
    return with_paths(std::string{R"({"call": )"}.append(service) + '}');
}

/// A file with one service, "call", whose options are `members`.
inline std::string with_options(std::string_view members)
{
    return with_service(std::string{R"({"type": "caller", "realm": "r", "role": "f", "options": {)"}.append(members) +
                        "}}");
}

/// A file with one service, "call": a webhook with `members` after a topic in its options.
inline std::string with_webhook(std::string_view members)
{
    return with_service(
        std::string{R"({"type": "webhook", "realm": "r", "role": "f", "options": {"topic": "com.hook")"}.append(
            members) +
        "}}");
}

/// A file with a webhook that verifies senders by `members` after a header and a secret.
inline std::string with_verify(std::string_view members)
{
    return with_webhook(std::string{R"(, "verify": {"header": "X-Sig", "secret": "s")"}.append(members) + '}');
}

/// Provides a few files: /secret, /secret.crlf, /open (to others), /empty, private keys, and PEM files.
inline result<file_content, trouble> read_fake_file(const std::string& path)
{
    if (path == "/secret")
        return file_content{"s3cret\n"};
    if (path == "/secret.crlf")
        return file_content{"s3cret\r\n"};
    if (path == "/open" || path == "/open.crt")
        return file_content{"s3cret\n", true};
    if (path == "/empty")
        return file_content{"\n"};
    if (path == "/raw")
        return file_content{std::string(31, 'k') + '\n'};
    if (path == "/hex")
        return file_content{std::string(64, '4') + '\n'};
    if (path == "/openssh")
        return file_content{std::string{openssh_key}};
    if (path == "/other.crt")
        return file_content{pem_samples::other_certificate, true};
    if (path == "/encrypted.key")
        return file_content{pem_samples::encrypted_key};
    if (path == "/key.pem" || path.ends_with(".key"))
        return file_content{pem_samples::key};
    if (path.ends_with(".pem") || path.ends_with(".crt"))
        return file_content{pem_samples::certificate, true};
    return trouble("No such file or directory");
}

/// Parses `text` as the file "f". Also saves it for tests/lint/schema_test.py, if that asks for it.
inline std::variant<settings, mistakes> parse_text(std::string_view text, const file_reader& read_file = read_fake_file)
{
    static int texts = 0;
    if (const char* const folder = std::getenv("WAMPFCGI_CORPUS"))
        std::ofstream{folder + ('/' + std::to_string(++texts))} << text;
    return parse(text, "f", read_file);
}

/// The mistakes in `text`, as the file "f".
inline mistakes mistakes_in(std::string_view text)
{
    auto parsed = parse_text(text);
    return std::holds_alternative<mistakes>(parsed) ? std::get<mistakes>(parsed) : mistakes{};
}

/// The settings in `text`, which must be valid.
inline settings settings_in(std::string_view text)
{
    return std::get<settings>(parse_text(text));
}

/// The text unchanged.
inline std::string as_it_is(std::string_view text)
{
    return std::string{text};
}

/// A faulty file, and all messages about it, one line each.
struct faulty_row {
    std::string (*build)(std::string_view);
    const char* text;
    const char* expected;
};

inline void check_rows(std::span<const faulty_row> rows)
{
    for (const faulty_row& row : rows) {
        std::string found;
        for (const std::string& mistake : mistakes_in(row.build(row.text)))
            found += found.empty() ? mistake : '\n' + mistake;
        BOOST_TEST_CONTEXT(row.text)
        {
            BOOST_TEST(found == row.expected);
        }
    }
}

}  // namespace wampfcgi::config::test
