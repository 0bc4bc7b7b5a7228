#include "config/logging.hpp"

#include "config/values.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

constexpr std::string_view file_prefix = "file:";

struct destination {
    log_target target;
    std::string file;
};

std::optional<destination> destination_named(const std::string& text)
{
    if (text == "stderr")
        return destination{log_target::standard_error, {}};
    if (text == "syslog")
        return destination{log_target::syslog, {}};
    if (text == "journal")
        return destination{log_target::journal, {}};
    if (!text.starts_with(file_prefix))
        return std::nullopt;
    std::string path = text.substr(file_prefix.size());
    if (!path.starts_with('/') || path.ends_with('/') || path.find('\0') != std::string::npos)
        return std::nullopt;
    return destination{log_target::file, std::move(path)};
}

std::optional<destination> read_target(const entry& from)
{
    return read_string_as<destination>(
        from, R"("stderr", "syslog", "journal" or "file:" with an absolute path behind it)", destination_named);
}

}  // namespace

std::optional<log_settings> read_log(const entry& from)
{
    using enum log_level;
    log_settings out;
    section keys{from};
    destination to{out.target, {}};
    keys.optional("target", to, read_target);
    out.target = to.target;
    out.file = std::move(to.file);
    keys.optional("format", out.format, one_of<log_format>({{"text", log_format::text}, {"json", log_format::json}}));
    keys.optional("level", out.level,
                  one_of<log_level>(
                      {{"error", error}, {"warning", warning}, {"notice", notice}, {"info", info}, {"debug", debug}}));
    keys.optional("access", out.access, read_boolean);
    keys.optional("timestamps", out.timestamps, read_boolean);
    keys.finish();
    return out;
}

}  // namespace wampfcgi::config
