#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/pipeline.hpp>

BOOST_AUTO_TEST_SUITE(redis_pipeline)

namespace redis = cyclone::redis;
using namespace std::chrono_literals;
using cyclone::Deferred;
using redis::Pipeline;

namespace {

const Pipeline::Clock::time_point start{};

std::string encoded(const auto&... args) {
    std::string out;
    redis::append_command(out, args...);
    return out;
}

/// What became of a command: its reply, or the type and the sentence of its error; empty while it
/// waits.
class Ending {
public:
    explicit Ending(Deferred<std::string> deferred)
        : watching_(std::move(deferred).add_both([text = text_](cyclone::Outcome<std::string> o) {
              if (o) {
                  *text = o.value();
              } else if (o.failure().check<cyclone::CancelledError>()) {
                  *text = "cancelled";
              } else {
                  *text = o.failure().get_error_message();
              }
          })) {}

    const std::string& text() const { return *text_; }
    void cancel() { watching_.cancel(); }

private:
    std::shared_ptr<std::string> text_ = std::make_shared<std::string>();
    Deferred<> watching_;
};

Ending push(Pipeline& pipeline, std::string_view name,
            Pipeline::Clock::time_point deadline = Pipeline::no_deadline) {
    auto waiter = redis::TypedPendingReply<std::string>::make(name);
    auto deferred = waiter->get_deferred();
    pipeline.push(std::move(waiter), deadline, name);
    return Ending(std::move(deferred));
}

void write_all(Pipeline& pipeline) {
    pipeline.wrote(pipeline.start_write().size());
    pipeline.finish_write();
}

struct ConnectedPipeline : Pipeline {
    ConnectedPipeline() : Pipeline("here:1") { connected(); }
};

const std::string not_known =
    "redis: here:1: A: it closed the connection; whether the command was executed is not known";

}  // namespace

BOOST_AUTO_TEST_CASE(commands_of_one_turn_leave_in_one_write_and_replies_go_to_them_in_order) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A");
    auto b = push(pipeline, "B");
    BOOST_TEST(pipeline.start_write() == encoded("A") + encoded("B"));
    pipeline.wrote(encoded("A").size() * 2);
    pipeline.finish_write();
    BOOST_TEST(pipeline.start_write() == "");

    BOOST_TEST(pipeline.feed("+one\r\n+t"));
    BOOST_TEST(a.text() == "one");
    BOOST_TEST(b.text() == "");
    BOOST_TEST(pipeline.feed("wo\r\n"));
    BOOST_TEST(b.text() == "two");
    BOOST_TEST(pipeline.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(the_reply_of_a_cancelled_command_is_dropped_and_the_others_get_their_own) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A");
    auto b = push(pipeline, "B");
    auto c = push(pipeline, "C");
    write_all(pipeline);
    b.cancel();
    BOOST_TEST(b.text() == "cancelled");
    BOOST_TEST(pipeline.in_flight() == 3U);
    BOOST_TEST(pipeline.feed("+1\r\n+2\r\n+3\r\n"));
    BOOST_TEST(a.text() == "1");
    BOOST_TEST(b.text() == "cancelled");
    BOOST_TEST(c.text() == "3");
}

BOOST_AUTO_TEST_CASE(a_command_cancelled_before_it_was_written_is_never_written) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A");
    auto b = push(pipeline, "BB");
    auto c = push(pipeline, "C");
    b.cancel();
    BOOST_TEST(pipeline.start_write() == encoded("A") + encoded("C"));
    BOOST_TEST(pipeline.in_flight() == 2U);
    BOOST_TEST(pipeline.feed("+1\r\n+3\r\n"));
    BOOST_TEST(c.text() == "3");
}

BOOST_AUTO_TEST_CASE(a_lost_connection_fails_what_is_in_flight_and_keeps_what_waits) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A");
    write_all(pipeline);
    auto b = push(pipeline, "B");
    pipeline.lost("it closed the connection");
    BOOST_TEST(a.text() == not_known);
    BOOST_TEST(b.text() == "");
    pipeline.connected();
    BOOST_TEST(pipeline.start_write() == encoded("B"));
    BOOST_TEST(pipeline.feed("+ok\r\n"));
    BOOST_TEST(b.text() == "ok");
}

BOOST_AUTO_TEST_CASE(a_connection_lost_at_each_byte_of_a_write_keeps_what_had_not_left_whole) {
    const std::size_t each = encoded("A").size();
    for (std::size_t left = 0; left <= 3 * each; ++left) {
        ConnectedPipeline pipeline;
        auto a = push(pipeline, "A");
        auto b = push(pipeline, "B");
        auto c = push(pipeline, "C");
        pipeline.start_write();
        auto d = push(pipeline, "D");
        pipeline.wrote(left);
        pipeline.lost("it closed the connection");
        BOOST_TEST((a.text() == not_known) == (left >= each), "A with " << left << " bytes");
        BOOST_TEST((b.text() != "") == (left >= 2 * each), "B with " << left << " bytes");
        BOOST_TEST((c.text() != "") == (left >= 3 * each), "C with " << left << " bytes");
        const std::string all = encoded("A") + encoded("B") + encoded("C") + encoded("D");
        pipeline.connected();
        BOOST_TEST(pipeline.start_write() == all.substr(left / each * each));
        BOOST_TEST(pipeline.in_flight() == 4 - left / each);
    }
}

BOOST_AUTO_TEST_CASE(replies_may_come_before_the_last_bytes_of_the_write_have_left) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A");
    auto b = push(pipeline, "B");
    auto c = push(pipeline, "C");
    const std::size_t each = encoded("A").size();
    pipeline.start_write();
    pipeline.wrote(2 * each);
    BOOST_TEST(pipeline.feed("+1\r\n"));
    BOOST_TEST(a.text() == "1");
    pipeline.lost("gone");
    BOOST_TEST(b.text().find("gone; whether") != std::string::npos);
    BOOST_TEST(c.text() == "");
    pipeline.connected();
    BOOST_TEST(pipeline.start_write() == encoded("C"));
}

BOOST_AUTO_TEST_CASE(a_connection_lost_says_whether_the_command_may_have_run) {
    const auto may_have_run = [](bool written) {
        ConnectedPipeline pipeline;
        auto waiter = redis::TypedPendingReply<void>::make("A");
        auto deferred = waiter->get_deferred();
        pipeline.push(std::move(waiter), Pipeline::no_deadline, "A");
        if (written) {
            write_all(pipeline);
        }
        int answer = -1;
        auto seen = std::move(deferred).add_errback([&](const cyclone::Failure& failure) {
            try {
                failure.raise_exception();
            } catch (const redis::ConnectionLost& error) {
                answer = error.may_have_run ? 1 : 0;
            }
        });
        pipeline.close("closed");
        return answer;
    };
    BOOST_TEST(may_have_run(true) == 1);
    BOOST_TEST(may_have_run(false) == 0);
}

BOOST_AUTO_TEST_CASE(a_command_in_flight_that_times_out_keeps_its_place_until_its_reply_came) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A", start + 1s);
    auto b = push(pipeline, "B", start + 2s);
    write_all(pipeline);
    BOOST_CHECK(pipeline.next_deadline() == start + 1s);
    pipeline.expire(start + 1s, "");
    BOOST_TEST(a.text() ==
               "redis: here:1: A: no reply in time; whether the command was executed is not known");
    BOOST_CHECK(pipeline.next_deadline() == start + 2s);
    BOOST_TEST(pipeline.feed("+late\r\n+2\r\n"));
    BOOST_TEST(b.text() == "2");
    BOOST_CHECK(!pipeline.next_deadline());
}

BOOST_AUTO_TEST_CASE(a_command_that_times_out_before_it_was_written_is_never_written) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A", start + 1s);
    auto b = push(pipeline, "B", start + 2s);
    pipeline.expire(start + 1s, "connection refused");
    BOOST_TEST(a.text() == "redis: here:1: A: it could not be sent in time: connection refused");
    BOOST_TEST(pipeline.start_write() == encoded("B"));
}

BOOST_AUTO_TEST_CASE(what_is_postponed_is_due_later_and_what_has_no_deadline_never) {
    ConnectedPipeline pipeline;
    auto a = push(pipeline, "A", start + 1s);
    auto b = push(pipeline, "B");
    pipeline.postpone(3s);
    BOOST_TEST(pipeline.expire(start + 3s, "") == 0U);
    BOOST_TEST(a.text() == "");
    BOOST_CHECK(pipeline.next_deadline() == start + 4s);
    pipeline.expire(start + 4s, "");
    BOOST_TEST(a.text() == "redis: here:1: A: it could not be sent in time");
    BOOST_TEST(b.text() == "");
}

BOOST_AUTO_TEST_CASE(what_belongs_to_an_earlier_connection_is_not_written_on_a_later_one) {
    ConnectedPipeline pipeline;
    auto waiter = redis::TypedPendingReply<std::string>::make("EXEC");
    Ending bound(waiter->get_deferred());
    pipeline.push_encoded("bytes", 1, std::move(waiter), Pipeline::no_deadline,
                          pipeline.connection());
    auto free = push(pipeline, "B");
    pipeline.lost("gone");
    pipeline.connected();
    BOOST_TEST(pipeline.start_write() == encoded("B"));
    BOOST_TEST(bound.text() ==
               "redis: here:1: EXEC: the connection that this belongs to was lost, so that it was "
               "not sent");
}

BOOST_AUTO_TEST_CASE(a_waiter_for_several_replies_gets_all_of_them_and_nobody_elses) {
    struct Counter final : redis::PendingReply {
        explicit Counter(int& count) : count_(count) {}
        std::string_view command() const override { return "EXEC"; }
        bool abandoned() const override { return false; }
        void deliver(redis::Reply&&) override { ++count_; }
        void fail(std::exception_ptr) override {}
        int& count_;
    };
    ConnectedPipeline pipeline;
    int count = 0;
    pipeline.push_encoded("x", 3, std::make_unique<Counter>(count), Pipeline::no_deadline);
    auto next = push(pipeline, "B");
    write_all(pipeline);
    BOOST_TEST(pipeline.feed("+1\r\n+2\r\n"));
    BOOST_TEST(count == 2);
    BOOST_TEST(pipeline.feed("+3\r\n+4\r\n"));
    BOOST_TEST(count == 3);
    BOOST_TEST(next.text() == "4");
}

BOOST_AUTO_TEST_CASE(a_reply_that_nobody_asked_for_and_bytes_that_are_none_make_it_useless) {
    ConnectedPipeline pipeline;
    BOOST_TEST(!pipeline.feed("+hello\r\n"));
    BOOST_TEST(pipeline.error() == "it sent the status \"hello\" that nobody had asked for");
    ConnectedPipeline other;
    BOOST_TEST(!other.feed("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(other.error().starts_with("it sent something that is no Redis reply: "));
}

BOOST_AUTO_TEST_CASE(what_a_server_pushes_is_nobodys_reply) {
    ConnectedPipeline pipeline;
    std::string pushed;
    auto a = push(pipeline, "A");
    write_all(pipeline);
    const std::string_view unasked = ">2\r\n+invalidate\r\n_\r\n";
    BOOST_TEST(pipeline.feed(unasked));
    pipeline.on_push = [&](redis::Reply&& reply) { pushed += reply.describe(); };
    BOOST_TEST(pipeline.feed(std::string(unasked) + "+1\r\n" + std::string(unasked)));
    BOOST_TEST(pushed == "a push of 2a push of 2");
    BOOST_TEST(a.text() == "1");
}

BOOST_AUTO_TEST_CASE(a_waiter_may_push_another_command_or_close_it_all_while_it_is_told) {
    ConnectedPipeline pipeline;
    auto a = redis::TypedPendingReply<std::string>::make("A");
    std::optional<Ending> pushed;
    auto pushing = a->get_deferred().add_callback(
        [&](const std::string&) { pushed.emplace(push(pipeline, "C")); });
    pipeline.push(std::move(a), Pipeline::no_deadline, "A");
    auto b = redis::TypedPendingReply<std::string>::make("B");
    auto closing =
        b->get_deferred().add_callback([&](const std::string&) { pipeline.close("enough"); });
    pipeline.push(std::move(b), Pipeline::no_deadline, "B");
    auto last = push(pipeline, "D");
    write_all(pipeline);
    BOOST_TEST(pipeline.feed("+1\r\n+2\r\n+3\r\n"));
    BOOST_TEST(pushed->text() == "redis: here:1: enough");
    BOOST_TEST(last.text().find("D: enough; whether") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_type_fails_that_command_alone) {
    ConnectedPipeline pipeline;
    auto waiter = redis::TypedPendingReply<int>::make("GET");
    std::string error;
    auto failing = waiter->get_deferred().add_both([&](cyclone::Outcome<int> outcome) {
        error = outcome ? "a value" : outcome.failure().get_error_message();
    });
    pipeline.push(std::move(waiter), Pipeline::no_deadline, "GET", "x");
    auto b = push(pipeline, "B");
    write_all(pipeline);
    BOOST_TEST(pipeline.feed("$1\r\na\r\n+2\r\n"));
    BOOST_TEST(error.starts_with("redis: GET answered the string \"a\", which is not"));
    BOOST_TEST(b.text() == "2");
}

BOOST_AUTO_TEST_SUITE_END()
