#include "store/rate_file.hpp"

#include "store/folder.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

namespace wampfcgi::store {
namespace {

constexpr std::uint64_t rate_magic = 0x3145'5441'5246'4657;  // "WFRATE" and a number
constexpr std::size_t key_bytes = 16;                        // of SipHash

std::string why_of(int error_number)
{
    return std::generic_category().message(error_number);
}

}  // namespace

/// The beginning of the file, in the processor's own byte order.
struct rate_header {
    std::uint64_t magic = rate_magic;
    std::uint64_t sets = sets_in_file;
    std::array<unsigned char, key_bytes> key{};
};

struct rate_file::content {
    rate_header head;
    std::array<std::byte, 4096 - sizeof(rate_header)> unused;
    std::array<bucket_set, sets_in_file> sets;
};

/// SipHash, keyed so that nobody can aim at a set (OpenSSL's EVP_MAC-SIPHASH).
class rate_file::keyed_hash {
public:
    explicit keyed_hash(const std::array<unsigned char, key_bytes>& key) : key_(key)
    {
        const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> algorithm(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                                     EVP_MAC_free);
        context_.reset(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
        if (!context_)
            throw std::runtime_error("OpenSSL has no SipHash");
    }

    std::array<std::uint64_t, 2> operator()(std::string_view text) const
    {
        std::array<unsigned char, sizeof(std::array<std::uint64_t, 2>)> digest{};
        std::size_t length = 0;
        if (EVP_MAC_init(context_.get(), key_.data(), key_.size(), nullptr) != 1 ||
            EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
            EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) != 1 || length != digest.size())
            throw std::runtime_error("OpenSSL cannot compute a SipHash");
        return std::bit_cast<std::array<std::uint64_t, 2>>(digest);
    }

private:
    std::array<unsigned char, key_bytes> key_;
    std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> context_{nullptr, EVP_MAC_CTX_free};
};

namespace {

void fill(const descriptor& file, std::size_t bytes)
{
    rate_header head;
    // Reserved, not only made so long: on a full disk the first write to a page that is mapped would be a SIGBUS.
    if (const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)); error != 0)
        throw std::runtime_error("cannot be given " + std::to_string(bytes) + " bytes: " + why_of(error));
    if (::getrandom(head.key.data(), head.key.size(), 0) != static_cast<ssize_t>(head.key.size()))
        throw std::runtime_error("cannot be given random numbers: " + why_of(errno));
    if (::pwrite(file.get(), &head, sizeof head, 0) != static_cast<ssize_t>(sizeof head))
        throw std::runtime_error("cannot be written: " + why_of(errno));
}

bool is_of_this_kind(const descriptor& file, std::size_t bytes)
{
    rate_header head;
    struct stat facts {};
    return ::fstat(file.get(), &facts) == 0 && static_cast<std::size_t>(facts.st_size) == bytes &&
           ::pread(file.get(), &head, sizeof head, 0) == static_cast<ssize_t>(sizeof head) &&
           head.magic == rate_magic && head.sets == sets_in_file;
}

}  // namespace

rate_file::rate_file(const std::string& folder, const std::string& name)
{
    constexpr std::size_t bytes = sizeof(content);
    const descriptor opened = open_folder(folder);
    const auto open = [&] {
        return open_or_create_private_file(opened, folder, name, [](const descriptor& made) { fill(made, bytes); });
    };
    file_ = open();
    if (!is_of_this_kind(file_, bytes)) {
        if (::unlinkat(opened.get(), name.c_str(), 0) != 0 && errno != ENOENT)
            throw std::runtime_error(folder + "/" + name + ": cannot be removed: " + why_of(errno));
        file_ = open();
    }
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (memory == MAP_FAILED)
        throw std::runtime_error(folder + "/" + name + ": cannot be mapped: " + why_of(errno));
    content_.reset(static_cast<content*>(memory));
    hash_ = std::make_unique<keyed_hash>(content_->head.key);
}

rate_file::~rate_file() = default;
rate_file::rate_file(rate_file&& other) noexcept = default;
rate_file& rate_file::operator=(rate_file&& other) noexcept = default;

void rate_file::unmap::operator()(content* memory) const noexcept
{
    ::munmap(memory, sizeof(content));
}

bool rate_file::is_in_place() const noexcept
{
    struct stat facts {};
    return ::fstat(file_.get(), &facts) != 0 || facts.st_nlink > 0;
}

rate_file::position rate_file::position_of(std::string_view client) const
{
    const auto [tag, index] = (*hash_)(client);
    return {content_->sets[index % sets_in_file], tag == 0 ? 1 : tag};
}

}  // namespace wampfcgi::store
