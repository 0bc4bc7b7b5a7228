// A Content-Type. Letter case, white space around parameters and empty parameters change no verdict.
#include "target.hpp"

#include "wampfcgi/checks/transport.hpp"

#include <algorithm>
#include <string>

namespace wampfcgi::fuzz {
namespace {

bool is_accepted(std::string_view content_type)
{
    request req;
    req.set(request::variable::content_type, content_type);
    req.set(request::variable::origin, "https://app.example.com");
    const auto checked = checks::check_content_type(req);
    must(checked || checked.error().code == errc::content_type_unsupported,
         "there is one way to refuse a content type");
    return checked.has_value();
}

std::string in_capitals(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

// The only spellings that are accepted, apart from what run() tries.
bool is_known(std::string text)
{
    text = in_capitals(std::move(text));
    std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == ';' || c == '"'; });
    return text == "APPLICATION/JSON" || text == "APPLICATION/JSONCHARSET=UTF-8" ||
           text == "APPLICATION/JSONCHARSET=UTF8";
}

}  // namespace

void run(std::string_view input)
{
    const std::string text{input};
    const bool accepted = is_accepted(text);
    if (text.empty())
        return must(!accepted, "a page must say what it sends");
    if (accepted)
        must(is_known(text), "what is accepted is JSON in UTF-8");
    must(is_accepted(in_capitals(text)) == accepted, "letter case does not matter");
    must(is_accepted(" \t" + text + "\t ") == accepted, "white space around does not matter");
    must(is_accepted(text + "; ;") == accepted, "empty parameters do not matter");
    if (accepted && text.find('=') != std::string::npos)
        must(!is_accepted(text + ";charset=utf-8"), "a charset is given once");
}

}  // namespace wampfcgi::fuzz
