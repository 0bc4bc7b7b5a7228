#include "fcgi/cgi/variables.hpp"

#include "fcgi/cgi/request_id.hpp"
#include "fcgi/cgi/sound_pairs.hpp"
#include "wampfcgi/core/pairs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace wampfcgi::fcgi {
namespace {

using variable = request::variable;

/// Variables that decide about others.
struct clues {
    std::string_view unique_id;
    std::string_view x_request_id;
    std::string_view client_verify = "SUCCESS";  // default when the web server does not send it
    std::string_view server_software;
    std::string_view sent_content_type;

    void finish(request& req) const
    {
        // When unverified client certificates are allowed, nginx and Apache pass their subjects too.
        if (client_verify != "SUCCESS")
            req.unset(variable::client_subject);
        // Caddy sends REMOTE_USER="" when no user is logged in.
        if (req.remote_user() == "")
            req.unset(variable::remote_user);
        if (req.client_subject() == "")
            req.unset(variable::client_subject);
        // Caddy gives a request without a content type that of a form; what the client has sent is HTTP_CONTENT_TYPE.
        if (sent_content_type.empty() && server_software.starts_with("Caddy") &&
            req.content_type() == "application/x-www-form-urlencoded")
            req.unset(variable::content_type);
        req.set(variable::id, request_id(unique_id, x_request_id));
    }
};

/// A variable that is used: a member of the request, or else a clue.
struct known_variable {
    std::string_view name{};
    std::optional<variable> which{};
    std::string_view clues::*clue = nullptr;
};

constexpr std::array known_variables{
    known_variable{"REQUEST_METHOD", variable::method},
    known_variable{"SCRIPT_NAME", variable::script_name},
    known_variable{"PATH_INFO", variable::path_info},
    known_variable{"QUERY_STRING", variable::query},
    known_variable{"REMOTE_ADDR", variable::remote_addr},
    known_variable{"HTTPS", variable::https},
    known_variable{"HTTP_HOST", variable::host},
    known_variable{"SERVER_PORT", variable::server_port},
    known_variable{"HTTP_ORIGIN", variable::origin},
    known_variable{"CONTENT_TYPE", variable::content_type},
    known_variable{"CONTENT_LENGTH", variable::content_length},
    known_variable{"REMOTE_USER", variable::remote_user},
    known_variable{"SSL_CLIENT_S_DN", variable::client_subject},
    known_variable{"HTTP_USER_AGENT", variable::user_agent},
    known_variable{"HTTP_ACCEPT", variable::accept},
    known_variable{"HTTP_SEC_FETCH_SITE", variable::sec_fetch_site},
    known_variable{"HTTP_SEC_FETCH_MODE", variable::sec_fetch_mode},
    known_variable{"HTTP_LAST_EVENT_ID", variable::last_event_id},
    known_variable{"HTTP_IF_NONE_MATCH", variable::if_none_match},
    known_variable{"WAMP_FCGI_STATUS", variable::wanted_status},
    known_variable{"UNIQUE_ID", {}, &clues::unique_id},
    known_variable{"HTTP_X_REQUEST_ID", {}, &clues::x_request_id},
    known_variable{"SSL_CLIENT_VERIFY", {}, &clues::client_verify},
    known_variable{"SERVER_SOFTWARE", {}, &clues::server_software},
    known_variable{"HTTP_CONTENT_TYPE", {}, &clues::sent_content_type},
};

constexpr std::size_t slots = 64;

/// The slot of a name of at least three bytes. The factors were chosen so that every known variable has a slot of its
/// own.
constexpr std::size_t slot_of(std::string_view name)
{
    const auto byte = [&](std::size_t from_end) {
        return std::size_t{static_cast<unsigned char>(name[name.size() - from_end])};
    };
    return (byte(2) + 2 * byte(3) + 2 * name.size()) % slots;
}

/// The known variable of each slot, or else one without a name.
constexpr auto variables_by_slot = [] {
    std::array<known_variable, slots> table{};
    for (const known_variable& each : known_variables)
        table[slot_of(each.name)] = each;
    return table;
}();
static_assert(std::ranges::all_of(known_variables, [](const known_variable& each) {
    return variables_by_slot[slot_of(each.name)].name == each.name;
}));

/// True when two texts of the same length are equal. A dozen names are compared in each request, and memcmp() takes
/// three times the instructions for so few bytes.
bool is_same(std::string_view one, std::string_view other)
{
    const auto word = [](std::string_view text, std::size_t at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        return bytes;
    };
    constexpr std::size_t word_bytes = 8;
    if (one.size() < word_bytes)
        return one == other;
    for (std::size_t at = 0; at + word_bytes < one.size(); at += word_bytes)
        if (word(one, at) != word(other, at))
            return false;
    const std::size_t last = one.size() - word_bytes;
    return word(one, last) == word(other, last);
}

const known_variable* find_variable(std::string_view name)
{
    if (name.size() < 3)
        return nullptr;
    const known_variable& only = variables_by_slot[slot_of(name)];
    return only.name.size() == name.size() && is_same(only.name, name) ? &only : nullptr;
}

}  // namespace

request read_variables(const char* const* variables)
{
    std::string pairs;
    for (; *variables != nullptr; ++variables) {
        const std::string_view variable = *variables;
        const std::size_t equals = variable.find('=');
        if (equals != std::string_view::npos && equals > 0)
            append_pair(pairs, variable.substr(0, equals), variable.substr(equals + 1));
    }
    request req;
    read_variables(req, pairs);
    return req;
}

bool read_variables(request& into, std::string_view params, std::size_t body_bytes)
{
    clues found;
    into.reserve(params.size() + longest_request_id + body_bytes);
    const std::size_t start = into.add(params);
    into.place_pairs(start, params.size());
    sound_pairs pairs(params);
    for (name_value_pair next = pairs.take(); !next.name.empty(); next = pairs.take()) {
        const known_variable* const known = find_variable(next.name);
        if (known == nullptr)
            continue;
        if (known->which)
            into.place(*known->which, start + static_cast<std::size_t>(next.value.data() - params.data()),
                       next.value.size());
        else
            found.*known->clue = next.value;
    }
    if (!pairs.rest().empty()) {
        into = {};
        return false;
    }
    found.finish(into);
    return true;
}

}  // namespace wampfcgi::fcgi
