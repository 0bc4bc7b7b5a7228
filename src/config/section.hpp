// Owns walking the tree: entries that know their path, sections that know their keys, and the reading that collects
// mistakes. The readers in values.hpp check single values.
#pragma once

#include "config/tree.hpp"
#include "wampfcgi/config/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {

/// One reading of a configuration: reads the files that it names, and collects mistakes and warnings.
class reading {
public:
    /// `read_file` must outlive the reading.
    reading(std::string file_name, const file_reader& read_file);

    result<file_content, trouble> read_file(const std::string& path) const { return read_file_(path); }

    /// Adds the mistake "FILE:LINE: PATH: text"; the path is empty for the whole file.
    void add(std::size_t line, const std::string& path, const std::string& text);

    /// Adds a warning of the same form.
    void warn(std::size_t line, const std::string& path, const std::string& text);

    /// Records that the file itself contains a secret.
    void note_secret() { has_secret_ = true; }

    bool has_secret() const { return has_secret_; }

    /// All mistakes, ordered by line.
    mistakes take();

    /// All warnings, ordered by line.
    std::vector<std::string> take_warnings();

private:
    struct found {
        std::size_t line;
        std::string message;
    };

    static std::vector<std::string> in_order(std::vector<found> all);
    found finding(std::size_t line, const std::string& path, const std::string& text) const;

    std::string file_name_;
    const file_reader& read_file_;
    std::vector<found> mistakes_;
    std::vector<found> warnings_;
    bool has_secret_ = false;
};

/// A value in the tree, its path, and the reading that collects its mistakes. A missing key is an entry too: its value
/// is of kind nothing, and its line is that of the enclosing object.
struct entry {
    const node* value;
    std::size_t line;
    std::string path;
    reading* context;
    bool is_secret = false;  ///< never show its value

    /// Reports "expected WHAT, got WHAT".
    void refuse(const std::string& expected) const;
    void refuse(const std::string& expected, const std::string& got) const;

    /// False for a missing key.
    bool is_present() const { return value->type != node::kind::nothing; }

    /// The items of a list.
    std::vector<entry> items() const;
};

/// A member of an object with free keys, chosen by the administrator.
struct named_entry {
    std::string_view name;
    std::size_t line;  ///< of the name
    entry value;
};

/// The members of an object with free keys; none, and a report, if `where` is not an object. Refuses and omits repeated
/// names.
std::vector<named_entry> named_entries(const entry& where);

/// An object with fixed keys. Asking for a key makes it known; finish() refuses the others. A reader is a function from
/// an entry to an optional value, which reports what is wrong with the entry itself.
class section {
public:
    /// Refuses `where` if it is not an object, and then reports nothing more about it.
    explicit section(const entry& where);

    /// Reads `key` into `out` if it is given; otherwise keeps the default.
    template <class T, class Reader>
    void optional(std::string_view key, T& out, const Reader& read)
    {
        if (const entry found = find(key); found.is_present())
            assign(out, read(found));
    }

    /// Reads `key` into `out`. A missing key is a mistake, which the reader reports.
    template <class T, class Reader>
    void required(std::string_view key, T& out, const Reader& read)
    {
        if (const entry found = find(key); is_object_)
            assign(out, read(found));
    }

    /// The entry of `key`; of kind nothing if it is missing.
    entry find(std::string_view key);

    /// True if `key` is given, valid or not.
    bool has(std::string_view key) const;

    /// Reports that `key` is missing.
    void refuse_missing(std::string_view key, const std::string& expected);

    /// Refuses all keys that were not asked for.
    void finish() const;

private:
    template <class T, class Found>
    static void assign(T& out, Found&& found)
    {
        if (found)
            out = *std::forward<Found>(found);
    }

    entry where_;
    bool is_object_;
    std::vector<named_entry> members_;
    std::vector<std::string_view> known_;
};

}  // namespace wampfcgi::config
