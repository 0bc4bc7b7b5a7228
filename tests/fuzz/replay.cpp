// Runs a fuzz target once for each stored input, without libFuzzer.
// usage: fuzz_TARGET FOLDER-OR-FILE...
#include "target.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs_in(const fs::path& place)
{
    std::vector<fs::path> found;
    if (fs::is_regular_file(place))
        found.push_back(place);
    else if (fs::is_directory(place))
        for (const auto& each : fs::directory_iterator{place})
            if (each.is_regular_file())
                found.push_back(each.path());
    std::sort(found.begin(), found.end());
    return found;
}

// Returns exactly the bytes, so that sanitizers detect reads past their end.
std::vector<char> bytes_of(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
    bytes.shrink_to_fit();
    return bytes;
}

}  // namespace

int main(int argc, char** argv)
{
    std::size_t runs = 0;
    for (int i = 1; i < argc; ++i)
        for (const fs::path& path : inputs_in(argv[i])) {
            std::fprintf(stderr, "%s\n", path.c_str());  // the last one printed is the one that crashed
            const auto bytes = bytes_of(path);
            wampfcgi::fuzz::run({bytes.data(), bytes.size()});
            ++runs;
        }
    std::printf("%zu inputs\n", runs);
    return runs > 0 ? 0 : 1;
}
