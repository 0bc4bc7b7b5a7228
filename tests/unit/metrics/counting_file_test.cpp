#include "wampfcgi/metrics/counting_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

namespace fs = std::filesystem;

settings one_service()
{
    settings made;
    made.services.push_back({.path = "call", .realm = "realm1", .role = "backend"});
    return made;
}

/// Removed when destroyed.
class scratch_folder {
public:
    scratch_folder()
    {
        std::string made = (fs::temp_directory_path() / "wamp-fcgi-figures-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(made.data()) != nullptr);
        path = made;
    }
    ~scratch_folder() { fs::remove_all(path); }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    descriptor open() const { return descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

    std::vector<fs::path> files_of_processes() const
    {
        std::vector<fs::path> found;
        for (const auto& each : fs::directory_iterator(path))
            if (each.path().filename().string().starts_with("figures.process."))
                found.push_back(each.path());
        return found;
    }

    fs::path path;
};

void answer(counting_file& counts, const settings& config, unsigned times)
{
    bridge::service_cells& cells = counts.meter_for(0)->of(config.services[0]);
    for (unsigned i = 0; i < times; ++i)
        bridge::count_answer(&cells, {200, 1, std::chrono::milliseconds(1)}, {});
}

std::uint64_t answers_in(const snapshot& seen)
{
    const auto found = std::ranges::find(seen.services, "call", &service_figures::path);
    return found == seen.services.end() ? 0 : found->requests.at(200);
}

/// A process that answers, and then lives until it is ended.
class other_process {
public:
    other_process(const scratch_folder& where, const settings& config, unsigned times)
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        std::fflush(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::signal(SIGTERM, SIG_DFL);
            auto counts = std::make_unique<counting_file>(where.open(), config);
            counts->process(0).begin(static_cast<std::uint64_t>(::getpid()));
            answer(*counts, config, times);
            const char done = 1;
            if (::write(ends[1], &done, 1) == 1)
                while (true)
                    ::pause();
            ::_exit(1);
        }
        char done = 0;
        BOOST_REQUIRE(::read(ends[0], &done, 1) == 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~other_process() { kill(); }
    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;

    void kill()
    {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

private:
    pid_t pid_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(counting_file_test)

BOOST_AUTO_TEST_CASE(whoever_looks_sees_what_all_that_live_have_counted)
{
    const scratch_folder where;
    const settings config = one_service();
    counting_file own(where.open(), config);
    own.process(0).begin(4711);
    answer(own, config, 1);
    const other_process first(where, config, 2);
    const other_process second(where, config, 4);

    const snapshot seen = own.look(-1);

    BOOST_TEST(answers_in(seen) == 7);
    BOOST_TEST(seen.workers.size() == 3);
    BOOST_TEST(!seen.in_pool);
    BOOST_TEST((seen.started.time_since_epoch().count() > 1'700'000'000));
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_counted_stays_and_its_file_goes)
{
    const scratch_folder where;
    const settings config = one_service();
    counting_file own(where.open(), config);
    other_process killed(where, config, 5);
    other_process lives(where, config, 3);
    killed.kill();

    for (int i = 0; i < 3; ++i)
        BOOST_TEST(answers_in(own.look(-1)) == 8);

    BOOST_TEST(where.files_of_processes().size() == 2);
    lives.kill();
    BOOST_TEST(answers_in(own.look(-1)) == 8);
    BOOST_TEST(where.files_of_processes().size() == 1);
}

BOOST_AUTO_TEST_CASE(what_was_counted_of_a_store_goes_into_the_total)
{
    const scratch_folder where;
    settings config = one_service();
    config.services[0].options.replay_protection = true;
    config.store.emplace();
    const auto count = [&](std::uint64_t trips) {
        counting_file own(where.open(), config);
        own.meter_for(0)->of_store().counted.round_trips.add(trips);
        own.meter_for(0)->of_store().counted.failures.add();
        return own.look(-1).store.value();
    };

    count(3);
    count(4);
    const store_figures seen = count(5);

    BOOST_TEST(seen.round_trips == 12U);
    BOOST_TEST(seen.failures == 3U);
}

BOOST_AUTO_TEST_CASE(a_program_that_serves_one_request_adds_to_the_total)
{
    const scratch_folder where;
    const settings config = one_service();
    for (int i = 0; i < 5; ++i) {
        counting_file once(where.open(), config);
        answer(once, config, 1);
    }

    BOOST_TEST(where.files_of_processes().empty());
    BOOST_TEST(answers_in(counting_file(where.open(), config).look(-1)) == 5);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_in_the_total_and_still_there_counts_once)
{
    const scratch_folder where;
    const settings config = one_service();
    {
        other_process killed(where, config, 5);
        killed.kill();
    }
    const fs::path file = where.files_of_processes().at(0);
    const fs::path kept = where.path / "kept";
    fs::create_hard_link(file, kept);
    counting_file own(where.open(), config);
    BOOST_REQUIRE(!fs::exists(file));

    fs::rename(kept, file);  // as after killing the process that folded it, before it removed the file

    BOOST_TEST(answers_in(own.look(-1)) == 5);
    BOOST_TEST(answers_in(own.look(-1)) == 5);
    BOOST_TEST(!fs::exists(file));
}

BOOST_AUTO_TEST_CASE(a_file_that_another_process_has_not_finished_is_left_to_it)
{
    const scratch_folder where;
    const settings config = one_service();
    {
        other_process killed(where, config, 5);
        killed.kill();
    }
    const fs::path unfinished = where.files_of_processes().at(0).string() + ".new";
    fs::rename(where.files_of_processes().at(0), unfinished);

    BOOST_TEST(answers_in(counting_file(where.open(), config).look(-1)) == 0);
    BOOST_TEST(fs::exists(unfinished));
}

BOOST_AUTO_TEST_CASE(while_another_process_holds_the_lock_the_figures_are_right_all_the_same)
{
    const scratch_folder where;
    const settings config = one_service();
    counting_file own(where.open(), config);
    const descriptor lock(::open((where.path / "figures.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    BOOST_REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
    other_process killed(where, config, 5);
    killed.kill();

    BOOST_TEST(answers_in(own.look(-1)) == 5);
    BOOST_TEST(where.files_of_processes().size() == 2);
}

BOOST_AUTO_TEST_CASE(files_that_are_damaged_or_of_another_program_are_left_alone)
{
    const scratch_folder where;
    const settings config = one_service();
    counting_file own(where.open(), config);
    answer(own, config, 2);
    std::ofstream(where.path / "figures.process.1.2") << "rubbish";
    std::ofstream(where.path / "figures.process.1.3") << std::string(100'000, 'x');
    std::ofstream(where.path / "figures.process.1.4") << "";
    std::ofstream(where.path / "figures.total") << std::string(5'000, '\0');
    fs::create_symlink("/etc/passwd", where.path / "figures.process.1.5");

    BOOST_TEST(answers_in(own.look(-1)) == 2);
    BOOST_TEST(where.files_of_processes().size() == 5);
}

BOOST_AUTO_TEST_CASE(a_folder_in_which_no_file_can_be_made_is_an_error)
{
    const settings config = one_service();
    BOOST_CHECK_THROW(counting_file(descriptor(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), config),
                      std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::metrics
