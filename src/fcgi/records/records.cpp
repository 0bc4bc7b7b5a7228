#include "fcgi/records/records.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

char byte(std::size_t value)
{
    return static_cast<char>(value & 0xFFU);
}

void append_record(std::string& records, record_type type, unsigned id, std::string_view content)
{
    const std::array<char, record_header_bytes> header{fcgi_version,
                                                       static_cast<char>(type),
                                                       byte(id >> 8U),
                                                       byte(id),
                                                       byte(content.size() >> 8U),
                                                       byte(content.size()),
                                                       0,
                                                       0};
    records.append(header.data(), header.size()).append(content);
}

std::string record(record_type type, unsigned id, std::string_view content)
{
    std::string alone;
    append_record(alone, type, id, content);
    return alone;
}

}  // namespace

std::string request_with(std::string_view variables)
{
    constexpr unsigned id = 1;
    constexpr std::size_t most_content_bytes = 0xFFFF;
    std::string records = record(record_type::begin_request, id, {"\0\1\0\0\0\0\0\0", begin_body_bytes});
    for (; !variables.empty(); variables.remove_prefix(std::min(variables.size(), most_content_bytes)))
        append_record(records, record_type::params, id, variables.substr(0, most_content_bytes));
    append_record(records, record_type::params, id, {});
    return records;
}

bool is_abort(std::string_view record, unsigned request_id)
{
    const std::array<char, 4> wanted{fcgi_version, static_cast<char>(record_type::abort_request),
                                     byte(request_id >> 8U), byte(request_id)};
    return record.starts_with(std::string_view(wanted.data(), wanted.size()));
}

end_record end_request_record(unsigned request_id, protocol_status status)
{
    return {fcgi_version,
            static_cast<char>(record_type::end_request),
            byte(request_id >> 8U),
            byte(request_id),
            0,
            8,  // bytes of content: four of the application's status, one of the protocol's, three reserved
            0,
            0,
            0,
            0,
            0,
            0,
            static_cast<char>(status)};
}

std::string end_request(unsigned request_id, protocol_status status)
{
    const end_record record = end_request_record(request_id, status);
    return {record.begin(), record.end()};
}

std::string unknown_type(std::uint8_t type)
{
    const std::array<char, 8> content{static_cast<char>(type), 0, 0, 0, 0, 0, 0, 0};
    return record(record_type::unknown_type, 0, {content.data(), content.size()});
}

std::string values_result(std::string_view asked, std::size_t max_connections)
{
    const std::string most = std::to_string(max_connections);
    std::array<std::pair<std::string_view, std::string_view>, 3> answers{
        {{"FCGI_MAX_CONNS", most}, {"FCGI_MAX_REQS", most}, {"FCGI_MPXS_CONNS", "0"}}};
    std::string content;
    while (const auto next = take_pair(asked))
        for (auto& [name, value] : answers)
            if (next->name == name && !value.empty())
                append_pair(content, name, std::exchange(value, {}));  // each once, however often it is asked for
    return record(record_type::get_values_result, 0, content);
}

}  // namespace wampfcgi::fcgi
