// Owns the bytes that a web server sends and receives, for testing code that reads and writes them (FastCGI
// specification, sections 3 to 5).
#pragma once

#include "fcgi/records/records.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::fcgi {

inline std::string make_record(record_type type, std::string_view content, unsigned id = 1, std::size_t padding = 0)
{
    const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xFFU); };
    const std::string header{fcgi_version,
                             static_cast<char>(type),
                             byte(id >> 8U),
                             byte(id),
                             byte(content.size() >> 8U),
                             byte(content.size()),
                             byte(padding),
                             0};
    return header + std::string(content) + std::string(padding, '\xEE');
}

enum class after_answer { close, keep };

inline std::string begin_record(after_answer then, unsigned id = 1, char role = 1)
{
    return make_record(record_type::begin_request,
                       std::string{0, role, then == after_answer::keep ? '\1' : '\0', 0, 0, 0, 0, 0}, id);
}

using variable_list = std::vector<std::pair<std::string, std::string>>;

/// Names and values must be shorter than 128 bytes.
inline std::string pairs_of(const variable_list& variables)
{
    std::string pairs;
    for (const auto& [name, value] : variables)
        pairs += std::string{static_cast<char>(name.size()), static_cast<char>(value.size())} + name + value;
    return pairs;
}

inline std::string params_records(const variable_list& variables, unsigned id = 1)
{
    return make_record(record_type::params, pairs_of(variables), id) + make_record(record_type::params, "", id);
}

inline std::string stdin_record(std::string_view content, unsigned id = 1)
{
    return make_record(record_type::standard_input, content, id);
}

inline std::string abort_record(unsigned id = 1)
{
    return make_record(record_type::abort_request, "", id);
}

/// A request as sent by a web server, with `body` in one record.
inline std::string whole_request(after_answer then, std::string_view body = "body", unsigned id = 1,
                                 const std::string& path_info = "/p")
{
    const variable_list variables{{"REQUEST_METHOD", "POST"},
                                  {"PATH_INFO", path_info},
                                  {"CONTENT_LENGTH", std::to_string(body.size())},
                                  {"UNIQUE_ID", "1-2"}};
    return begin_record(then, id) + params_records(variables, id) + (body.empty() ? "" : stdin_record(body, id)) +
           stdin_record("", id);
}

/// What the web server has received: "1:200 body" for each answer, "1:end" for a request without one; then "; " for the
/// end of the request.
inline std::string answers_in(std::string_view sent)
{
    std::string text;
    std::string output;
    bool is_output_ended = false;
    const auto octet = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(sent[at])); };
    while (sent.size() >= record_header_bytes) {
        const std::size_t id = octet(2) * 256 + octet(3);
        const std::size_t bytes = octet(4) * 256 + octet(5);
        const auto type = static_cast<record_type>(sent[1]);
        if (type == record_type::standard_output)
            output += sent.substr(record_header_bytes, bytes);
        const bool ends_output = type == record_type::standard_output && bytes == 0;
        if (ends_output || (type == record_type::end_request && !is_output_ended)) {
            const std::size_t head = output.find("\r\n\r\n");
            text += std::to_string(id) + ":";
            text += head == std::string::npos ? "end" : output.substr(8, 3) + " " + output.substr(head + 4);
            output.clear();
        }
        is_output_ended = ends_output;
        if (type == record_type::end_request)
            text += "; ";
        sent.remove_prefix(record_header_bytes + bytes + octet(6));
    }
    return text + output + (sent.empty() ? "" : "(cut)");
}

}  // namespace wampfcgi::fcgi
