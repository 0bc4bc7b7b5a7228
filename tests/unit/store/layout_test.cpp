#include "store/layout.hpp"

#include "support.hpp"

#include <cstring>
#include <set>

using namespace wampfcgi;
using namespace wampfcgi::store;

BOOST_AUTO_TEST_CASE(a_sealed_header_is_intact_and_none_with_one_other_bit)
{
    header head;
    head.generation = 4711;
    head.segments = 3;
    seal(head);
    BOOST_TEST(is_intact(head));

    for (std::size_t bit = 0; bit < 8 * sizeof head; ++bit) {
        header other = head;
        reinterpret_cast<unsigned char*>(&other)[bit / 8] ^= static_cast<unsigned char>(1U << bit % 8);
        BOOST_TEST(!is_intact(other), "bit " << bit);
    }
}

BOOST_AUTO_TEST_CASE(a_header_with_more_segments_than_there_can_be_is_not_intact)
{
    header head;
    head.segments = max_segments;
    seal(head);
    BOOST_TEST(is_intact(head));

    head.segments = max_segments + 1;
    seal(head);
    BOOST_TEST(!is_intact(head));
}

BOOST_AUTO_TEST_CASE(a_header_of_zeros_is_not_intact)
{
    header head;
    std::memset(static_cast<void*>(&head), 0, sizeof head);
    BOOST_TEST(!is_intact(head));
}

BOOST_AUTO_TEST_CASE(buckets_lie_on_pages_within_their_segment_and_all_are_used)
{
    header head;
    head.salt = {1, 0x1234'5678'9abc'def1, 3, 0x0fed'cba9'8765'4321,
                 5, 0x1111'2222'3333'4445, 7, 0x9999'8888'7777'6667};
    for (const std::uint64_t segment : {0U, 1U, 2U}) {
        std::set<std::uint64_t> seen;
        for (std::uint64_t number = 0; number < 20'000; ++number) {
            const std::uint64_t position = bucket_position(head, segment, signature_of(number));
            BOOST_REQUIRE(position % page_bytes == 0);
            BOOST_REQUIRE(position >= file_bytes(segment));
            BOOST_REQUIRE(position < file_bytes(segment + 1));
            seen.insert(position);
        }
        BOOST_TEST(seen.size() == (file_bytes(segment + 1) - file_bytes(segment)) / page_bytes);
    }
}

BOOST_AUTO_TEST_CASE(signatures_that_meet_in_a_bucket_do_not_meet_under_another_salt)
{
    header head;
    header other;
    head.salt = {11, 0x1234'5678'9abc'def1, 3, 0x0fed'cba9'8765'4321,
                 5,  0x1111'2222'3333'4445, 7, 0x9999'8888'7777'6667};
    other.salt = {0x1357'9bdf'0246'8ace, 17, 0xfdb9'7531'eca8'6420, 1,
                  0x5555'4444'3333'2221, 2,  0x7777'1234'5678'1111, 4};
    const auto aimed_at = bucket_position(head, 0, signature_of(0));
    std::set<std::uint64_t> elsewhere;
    for (std::uint64_t number = 0; number < 20'000; ++number)
        if (bucket_position(head, 0, signature_of(number)) == aimed_at)
            elsewhere.insert(bucket_position(other, 0, signature_of(number)));
    BOOST_TEST(elsewhere.size() > 40U);
}
