#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include <cyclone/http/output_queue.hpp>

BOOST_AUTO_TEST_SUITE(http_output_queue_test)

using namespace cyclone;
using http::FileRange;
using http::OpenFile;
using http::OutputQueue;

namespace {

/// What could be written at once, without saying that it was.
std::string gathered(const OutputQueue& queue) {
    std::array<iovec, 64> vectors;
    std::string text;
    for (std::size_t i = 0; i < queue.gather(vectors); ++i) {
        text.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
    }
    return text;
}

std::shared_ptr<const OpenFile> some_file() {
    return std::make_shared<OpenFile>(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_empty_queue_has_nothing_to_write) {
    OutputQueue queue;
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.size() == 0U);
    BOOST_TEST(gathered(queue) == "");
    BOOST_TEST(!queue.next_file().file);
    queue.text();
    BOOST_TEST(queue.empty());
    queue.consume(0);
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(short_texts_are_put_together) {
    OutputQueue queue;
    queue.append("a");
    std::string taken = "b";
    queue.take(taken);
    BOOST_TEST(taken == "");
    queue.share(std::make_shared<const std::string>("c"));
    std::array<iovec, 4> vectors;
    BOOST_TEST(queue.gather(vectors) == 1U);
    BOOST_TEST(gathered(queue) == "abc");
}

BOOST_AUTO_TEST_CASE(long_texts_are_not_copied) {
    OutputQueue queue;
    std::string taken(100'000, 't');
    const auto shared = std::make_shared<const std::string>(100'000, 's');
    const char* const address = taken.data();
    queue.append("<");
    queue.take(taken);
    queue.append("|");
    queue.share(shared);
    queue.append(">");
    std::array<iovec, 8> vectors;
    BOOST_TEST(queue.gather(vectors) == 5U);
    BOOST_TEST(vectors[1].iov_base == static_cast<const void*>(address));
    BOOST_TEST(vectors[3].iov_base == static_cast<const void*>(shared->data()));
    BOOST_TEST(gathered(queue) == "<" + std::string(100'000, 't') + "|" + *shared + ">");
    BOOST_TEST(queue.size() == 200'003U);
    queue.consume(200'002);
    BOOST_TEST(gathered(queue) == ">");
    BOOST_TEST(shared.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_stops_what_is_gathered_until_it_is_consumed) {
    OutputQueue queue;
    const auto file = some_file();
    queue.append("head");
    queue.append(FileRange{file, 10, 20});
    queue.append("tail");
    BOOST_TEST(queue.size() == 28U);
    BOOST_TEST(gathered(queue) == "head");
    BOOST_TEST(!queue.next_file().file);
    queue.consume(4);
    BOOST_TEST(gathered(queue) == "");
    queue.consume(5);
    BOOST_TEST(queue.next_file().offset == 15U);
    BOOST_TEST(queue.next_file().length == 15U);
    queue.consume(15);
    BOOST_TEST(file.use_count() == 1);
    BOOST_TEST(gathered(queue) == "tail");
}

BOOST_AUTO_TEST_CASE(an_empty_part_of_a_file_is_nothing) {
    OutputQueue queue;
    queue.append(FileRange{some_file(), 10, 0});
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(clear_drops_all_but_the_count_of_what_was_consumed) {
    OutputQueue queue;
    const auto file = some_file();
    queue.append("abc");
    queue.append(FileRange{file, 0, 5});
    queue.consume(2);
    queue.clear();
    BOOST_TEST(queue.empty());
    BOOST_TEST(file.use_count() == 1);
    BOOST_TEST(queue.consumed_in_all() == 2U);
    queue.append("d");
    BOOST_TEST(gathered(queue) == "d");
}

BOOST_AUTO_TEST_CASE(what_comes_out_is_what_went_in_however_it_is_consumed) {
    std::mt19937 random(4);
    for (int round = 0; round < 200; ++round) {
        OutputQueue queue;
        std::string in;
        std::string out;
        for (int step = 0; step < 200; ++step) {
            const std::size_t size = random() % (random() % 4 == 0 ? 20'000 : 100);
            std::string text(size, static_cast<char>('a' + step % 26));
            switch (random() % 4) {
                case 0:
                    in += text;
                    queue.append(text);
                    break;
                case 1:
                    in += text;
                    queue.take(text);
                    break;
                case 2:
                    in += text;
                    queue.share(std::make_shared<const std::string>(text));
                    break;
                default: {
                    const std::string some = gathered(queue);
                    const std::size_t consumed = some.empty() ? 0 : random() % (some.size() + 1);
                    out += some.substr(0, consumed);
                    queue.consume(consumed);
                }
            }
            if (queue.size() != in.size() - out.size() || queue.empty() != (queue.size() == 0)) {
                BOOST_FAIL("round " << round << ", step " << step << ": " << queue.size()
                                    << " bytes wait");
            }
        }
        while (!queue.empty()) {
            const std::string some = gathered(queue);
            out += some;
            queue.consume(some.size());
        }
        BOOST_CHECK(in == out);
    }
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_never_empty_keeps_no_more_than_what_waits) {
    OutputQueue queue;
    queue.append("x");
    for (int i = 0; i < 1'000'000; ++i) {
        queue.append("0123456789");
        queue.consume(10);
    }
    BOOST_TEST(queue.size() == 1U);
    BOOST_TEST(queue.text().capacity() < 100'000U);
}

BOOST_AUTO_TEST_CASE(a_queue_of_many_pieces_that_is_never_empty_forgets_those_that_have_gone) {
    OutputQueue queue;
    const auto piece = std::make_shared<const std::string>(5000, 'p');
    for (int i = 0; i < 10; ++i) {
        queue.share(piece);
    }
    for (int i = 0; i < 100'000; ++i) {
        queue.share(piece);
        queue.consume(5000);
    }
    BOOST_TEST(piece.use_count() == 11);
    BOOST_TEST(queue.size() == 50'000U);
    BOOST_TEST(queue.segments() < 100U);
}

BOOST_AUTO_TEST_CASE(a_queue_that_gives_its_memory_back_keeps_a_little_for_what_comes_next) {
    OutputQueue queue;
    queue.append("short");
    queue.consume(5);
    const std::size_t kept = queue.text().capacity();
    queue.consume(0);
    queue.give_memory_back();
    BOOST_TEST(queue.text().capacity() == kept);
    queue.append(std::string(10'000, 'x'));
    queue.consume(10'000);
    BOOST_TEST(queue.text().capacity() >= 10'000U);
    queue.consume(0);
    queue.give_memory_back();
    BOOST_TEST(queue.text().capacity() < 256U);
    // With something in it, nothing is lost.
    queue.append("kept");
    queue.give_memory_back();
    BOOST_TEST(gathered(queue) == "kept");
}

BOOST_AUTO_TEST_SUITE_END()
