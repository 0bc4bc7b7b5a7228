// Owns the file in state_dir that records which data set of a shared store this machine saw last.
#pragma once

#include "store/valkey/marker.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::store {

class marker_file {
public:
    /// The file is in `folder`, with a different name for each store. Throws std::runtime_error when the folder cannot
    /// be used.
    marker_file(std::string folder, const store_settings& store);

    /// Compares the record with a data set that began at `found_ms`, and records the latter. A file that cannot be read
    /// counts as a record of another data set. Throws std::runtime_error when it cannot be written.
    known_memory meet(std::int64_t found_ms);

private:
    std::string folder_;
    std::string name_;
    std::optional<known_memory> last_{};  // used when the file was removed meanwhile
};

}  // namespace wampfcgi::store
