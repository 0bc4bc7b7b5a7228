// Input: a Content-Type. Letter case, white space around parameters, empty parameters and unknown ones must not change
// the result.
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

// The only accepted media type.
bool is_json(std::string text)
{
    text = in_capitals(text.substr(0, text.find(';')));
    std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
    return text == "APPLICATION/JSON";
}

}  // namespace

void run(std::string_view input)
{
    const std::string text{input};
    const bool accepted = is_accepted(text);
    if (text.empty())
        return must(!accepted, "a page must say what it sends");
    if (accepted)
        must(is_json(text), "what is accepted is JSON");
    must(is_accepted(in_capitals(text)) == accepted, "letter case does not matter");
    must(is_accepted(" \t" + text + "\t ") == accepted, "white space around does not matter");
    must(is_accepted(text + "; ;") == accepted, "empty parameters do not matter");
    if (!accepted)
        return;
    must(is_accepted(text + R"(; x="a;charset=latin1\"" ;y=z)"), "other parameters do not matter");
    must(!is_accepted(text + ";charset=latin1"), "nothing hides a charset");
    must(!is_accepted(text + ";charset=utf-8;charset=utf-8"), "a charset is given once");
    if (in_capitals(text).find("CHARSET") == std::string::npos)
        must(is_accepted(text + ";charset=utf-8"), "a charset may stand behind the others");
}

}  // namespace wampfcgi::fuzz
