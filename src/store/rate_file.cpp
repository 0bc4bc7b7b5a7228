#include "store/rate_file.hpp"

#include "store/folder.hpp"
#include "wampfcgi/bridge/store.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

namespace wampfcgi::store {
namespace {

constexpr std::uint64_t rate_magic = 0x3145'5441'5246'4657;  // "WFRATE" and a version number
constexpr std::size_t key_bytes = 16;                        // for AES-128

std::string why_of(int error_number)
{
    return std::generic_category().message(error_number);
}

}  // namespace

/// The beginning of the file, in native byte order.
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

/// Hashes a client's name as one block of AES-128. The key keeps clients from aiming at a set. Only names of keys,
/// which the administrator chooses, are longer than a block.
class rate_file::keyed_hash {
public:
    explicit keyed_hash(const std::array<unsigned char, key_bytes>& key)
        : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free)
    {
        if (!context_ || EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) != 1 ||
            EVP_CIPHER_CTX_set_padding(context_.get(), 0) != 1)
            throw std::runtime_error("OpenSSL has no AES");
    }

    std::array<std::uint64_t, 2> operator()(std::string_view name) const
    {
        using block = std::array<std::uint64_t, 2>;
        block plain{};
        if (name.size() <= sizeof plain)
            name.copy(reinterpret_cast<char*>(plain.data()), name.size());
        else
            plain = {static_cast<std::uint64_t>(bridge::id_of(name, {})),
                     static_cast<std::uint64_t>(bridge::id_of({}, name))};
        block hashed{};
        int length = 0;
        if (EVP_EncryptUpdate(context_.get(), reinterpret_cast<unsigned char*>(hashed.data()), &length,
                              reinterpret_cast<const unsigned char*>(plain.data()), sizeof plain) != 1)
            throw std::runtime_error("OpenSSL cannot encrypt a block");
        return hashed;
    }

private:
    std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context_;
};

namespace {

void fill(const descriptor& file, std::size_t bytes)
{
    rate_header head;
    // Allocate the blocks instead of only setting the size: on a full disk, the first write to a mapped page would be a
    // SIGBUS.
    if (const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)); error != 0)
        throw std::runtime_error("cannot be given " + std::to_string(bytes) + " bytes: " + why_of(error));
    if (::getrandom(head.key.data(), head.key.size(), 0) != static_cast<ssize_t>(head.key.size()))
        throw std::runtime_error("cannot get random numbers: " + why_of(errno));
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
