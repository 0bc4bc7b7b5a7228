#include "config/tls.hpp"

#include "config/named_file.hpp"

#include <string>
#include <utility>

namespace wampfcgi::config {

std::optional<tls_settings> read_tls(const entry& from, const file_reader& read_file)
{
    const auto path_of = [&](file_use use) {
        return [&read_file, use](const entry& found) -> std::optional<std::string> {
            auto file = read_named_file(found, read_file, use);
            return file ? std::optional{std::move(file->path)} : std::nullopt;
        };
    };
    tls_settings out;
    section tls{from};
    tls.optional("ca_file", out.ca_file, path_of(file_use::open));
    tls.optional("certificate_file", out.certificate_file, path_of(file_use::open));
    tls.optional("key_file", out.key_file, path_of(file_use::secret));
    if (tls.has("certificate_file") && !tls.has("key_file"))
        tls.refuse_missing("key_file", "a key_file beside certificate_file");
    if (tls.has("key_file") && !tls.has("certificate_file"))
        tls.refuse_missing("certificate_file", "a certificate_file beside key_file");
    tls.finish();
    return out;
}

}  // namespace wampfcgi::config
