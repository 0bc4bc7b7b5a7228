// Owns walking the tree: entries that know their path, sections that know their keys, and the reading that collects
// mistakes. What a single value may be is said by the readers in values.hpp.
#pragma once

#include "config/tree.hpp"
#include "wampfcgi/config/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {

/// One reading of a configuration: what it takes to read the files that are named there, and the mistakes and warnings
/// found so far.
class reading {
public:
    /// `read_file` must outlive it.
    reading(std::string file_name, const file_reader& read_file);

    result<file_content, trouble> read_file(const std::string& path) const { return read_file_(path); }

    /// Adds the mistake "FILE:LINE: PATH: text"; the whole file has an empty path.
    void add(std::size_t line, const std::string& path, const std::string& text);

    /// The same for what is no mistake.
    void warn(std::size_t line, const std::string& path, const std::string& text);

    /// Notes that a secret stands in the file itself.
    void note_secret() { has_secret_ = true; }

    bool has_secret() const { return has_secret_; }

    /// All mistakes, in the order of the lines.
    mistakes take();

    /// All warnings, in the order of the lines.
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

/// A value in the tree, the path to it, and the reading that its mistakes go to. A key that is missing is an entry too:
/// its value is of kind nothing, its line that of the object around it.
struct entry {
    const node* value;
    std::size_t line;
    std::string path;
    reading* context;
    bool is_secret = false;  ///< its value is never shown

    /// Reports "expected WHAT, got WHAT".
    void refuse(const std::string& expected) const;
    void refuse(const std::string& expected, const std::string& got) const;

    /// False for a key that is not there.
    bool is_present() const { return value->type != node::kind::nothing; }

    /// A list's items.
    std::vector<entry> items() const;
};

/// A member of an object whose keys are names of the administrator's own.
struct named_entry {
    std::string_view name;
    std::size_t line;  ///< of the name
    entry value;
};

/// The members of an object with free keys; none if `where` is no object, which is refused. A second one of the same
/// name is refused and left out.
std::vector<named_entry> named_entries(const entry& where);

/// An object with fixed keys. To ask for one makes it a known key; finish() refuses the rest.
/// A reader is a function from an entry to an optional value, which reports what is wrong with the entry itself.
class section {
public:
    /// Refuses `where` if it is no object; nothing more is reported about it then.
    explicit section(const entry& where);

    /// Reads `key` into `out` if it is there; a default stays otherwise.
    template <class T, class Reader>
    void optional(std::string_view key, T& out, const Reader& read)
    {
        if (const entry found = find(key); found.is_present())
            assign(out, read(found));
    }

    /// Reads `key` into `out`; its being missing is a mistake that the reader reports as of nothing.
    template <class T, class Reader>
    void required(std::string_view key, T& out, const Reader& read)
    {
        if (const entry found = find(key); is_object_)
            assign(out, read(found));
    }

    /// The entry of `key`, of kind nothing if it is not there.
    entry find(std::string_view key);

    /// True if `key`, right or wrong, is there.
    bool has(std::string_view key) const;

    /// Reports that `key` is missing.
    void refuse_missing(std::string_view key, const std::string& expected);

    /// Refuses every key that was not asked for.
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
