// Owns the file in state_dir that says which memory of a shared store this machine has seen last.
#pragma once

#include "store/valkey/marker.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::store {

class marker_file {
public:
    /// In `folder`, by a name of its own for each store. Throws std::runtime_error when the folder cannot be used.
    marker_file(std::string folder, const store_settings& store);

    /// Compares what is remembered with a memory that began at `found_ms`, and remembers that from now on. A file that
    /// cannot be read counts as one of another memory. Throws std::runtime_error when it cannot be written.
    known_memory meet(std::int64_t found_ms);

private:
    std::string folder_;
    std::string name_;
    std::optional<known_memory> last_{};  // where the file has gone meanwhile
};

}  // namespace wampfcgi::store
