// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SIMULATION_ORACLE_HPP
#define FAIRWAY_TESTS_SIMULATION_ORACLE_HPP

// Stands outside of all hosts, records what happens in plain data, and checks it against what the library promises.

#include "scenario.hpp"

#include <fairway/envelope/message_id.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace workload {

using fairway::message_id;

// A checker: its name, and what it holds the library to.
struct promise {
    char const* name;
    char const* text;
};

namespace promises {
inline constexpr promise no_loss{"no-loss", "An accepted message reaches a successful handler of each subscribed "
                                            "group, or the dead-letter channel, or expires."};
inline constexpr promise no_invention{
    "no-invention", "Only what was sent, and not certainly refused, is handled, by a group that subscribes."};
inline constexpr promise identity{"identity", "A message keeps its id from the send to each attempt and dead letter."};
inline constexpr promise key_order{"key-order",
    "On sharded channels the first completions of one sender's messages of a key (or shard) keep the order sent."};
inline constexpr promise dead_letter_cause{"dead-letter-cause",
    "A message becomes a dead letter after the policy's attempts or a permanent failure only, and says why."};
inline constexpr promise attempts{
    "attempts", "A delivery is tried no more often than the policy says, and not again after a permanent failure."};
inline constexpr promise retry_delay{"retry-delay", "A retry comes no earlier than the policy says."};
inline constexpr promise parked_alone{
    "parked-alone", "While a message waits for its retry, messages of other keys of its shard go on."};
inline constexpr promise one_owner{"one-owner", "Two live instances never handle messages of one shard at a time."};
inline constexpr promise once_per_instance{
    "once-per-instance", "With a window, an instance handles a message with success once."};
inline constexpr promise once_per_store{
    "once-per-store", "With a shared store and nothing but duplicates, a group handles a message with success once."};
inline constexpr promise request_ends{"request-ends", "A request ends once, and not after its timeout."};
inline constexpr promise inherited_deadline{
    "inherited-deadline", "A handler's request ends no later than the deadline of the delivery being handled."};
inline constexpr promise right_reply{"right-reply", "A requester gets the reply to its own request."};
inline constexpr promise answered{
    "answered", "Where nothing is broken, a handled request gets its reply or fault before its timeout."};
inline constexpr promise one_answer_each{"one-answer-each", "A gather counts one answer of each responder."};
inline constexpr promise concurrency{"concurrency", "An instance runs no more handlers than its concurrency."};
inline constexpr promise prefetch{"prefetch", "An instance holds no more deliveries than its prefetch."};
inline constexpr promise queue_bound{"queue-bound", "No more messages wait in a queue than its bound."};
inline constexpr promise causality{
    "causality", "What a handler sends names the delivery that it was given, and its conversation."};
inline constexpr promise not_expired{"not-expired", "A handler never gets a message whose time has ended."};
inline constexpr promise lived_long_enough{
    "lived-long-enough", "A message does not expire before its time to live, counted from when it is due."};
inline constexpr promise not_early{"not-early", "A delayed message is not handled before it is due."};
inline constexpr promise replay_group{"replay-group", "A replayed dead letter is handled by the group it names only."};
inline constexpr promise drain_finishes{
    "drain-finishes", "A drain before its deadline lets running handlers finish, and holds no delivery after it."};
inline constexpr promise ledger{"ledger",
    "After a drain received == accepted + dead-lettered + released + expired + duplicates, and accepted are those that "
    "ended."};
inline constexpr promise no_leaks{"no-leaks", "When all has ended no request is pending and no message waits."};
inline constexpr promise liveness{"liveness", "After all is mended, everything ends within 15 minutes."};
inline constexpr promise determinism{"determinism", "The same seed makes the same steps."};
inline constexpr promise sane{"sane", "Nothing throws what it must not throw, and the world comes to rest."};
} // namespace promises

struct violation {
    promise what;
    std::string fact;
};

enum class sent { begun, accepted, refused, unknown };
enum class ending { running, success, fault, failure, cancelled, dropped };

// An instance of a service: from its start to its crash, drain or close.
struct instance {
    unsigned number = 0;
    unsigned group = 0;
    unsigned host = 0;
    unsigned life = 0;      // how often its host had crashed before
    bool ended = false;     // a crash, or a drain or close began
    bool disturbed = false; // it lost its connection or a shard
    bool crashed = false;   // its host did, with what was accepted there and not delivered
    std::uint64_t successes = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t failed_requests = 0;
    std::uint64_t expired = 0;
    std::uint64_t dead = 0;
    unsigned running[roads] = {};
};

struct attempt {
    std::uint32_t message = 0;
    unsigned instance = 0;
    std::uint64_t tag = 0;
    std::uint32_t number = 0;
    std::uint32_t shard = 0;
    duration begun{};
    duration ended{};
    duration host_begun{}; // on the host's own monotonic clock
    duration host_ended{};
    ending how = ending::running;
    std::string code{}; // of a fault
    std::optional<duration> after{};
};

// What became of a message in a group; on a point-to-point channel in all of them.
struct fate {
    std::vector<std::size_t> attempts{};
    std::uint64_t first_success = 0; // its place among all events
    unsigned successes = 0;
    unsigned failures = 0;
    bool dead = false;
    bool expired = false;
    bool refused = false; // a request whose requester was sent a fault
    duration concluded{-1};
    duration left_at{};     // when it was last with a handler, or expired
    bool too_early = false; // it was sent before the broker had a queue for the group
};

struct message {
    std::uint32_t n = 0;
    unsigned on = work;
    bool asks = false;
    std::string key{};
    plan what{};
    unsigned sender = 0; // the instance
    std::uint64_t sequence = 0;
    bool from_driver = false;
    message_id id{};
    message_id cause{};
    message_id conversation{};
    sent state = sent::begun;
    duration sent_at{};
    duration known_at{};
    std::optional<duration> life{};
    std::optional<duration> delay{};
    bool hung = false;
    bool killed = false;
    bool replayed = false;
    unsigned depth = 0;
    fate in[most_groups]{};
};

struct request {
    std::uint32_t message = 0;
    unsigned instance = 0;
    unsigned host = 0;
    duration begun{};
    duration host_begun{};
    duration timeout{};
    std::optional<duration> inherited{}; // what was left for the delivery being handled
    bool ended = false;
};

class oracle {
public:
    explicit oracle(scenario const& s);
    oracle(oracle const&) = delete;
    oracle& operator=(oracle const&) = delete;

    scenario const& world() const noexcept { return world_; }
    std::optional<violation> const& found() const noexcept { return found_; }
    void fail(promise const& what, std::string fact);

    // ---- hosts and instances
    unsigned add_instance(unsigned group, unsigned host);
    instance& at(unsigned number) { return instances_[number]; }
    void host_crashed(unsigned host);
    void host_stood_still(unsigned host) { ++stills_[host]; }
    void shard_was_fenced() noexcept { ++fences_; }
    void broker_expired(message_id id, duration now);
    void instance_draining(unsigned number) { instances_[number].ended = true; }
    struct counts {
        std::uint64_t received, accepted, dead_lettered, released, expired, duplicates, skipped;
    };
    void check_ledger(unsigned number, counts const& c, bool finished);
    void check_drained(unsigned number, bool before_deadline);

    // Where there is a broker: whether it has what a group of a channel is sent.
    std::function<bool(unsigned on, unsigned group)> has_queue{};

    // ---- sends
    std::uint32_t plan_message(
        unsigned sender, operation const& o, plan const& p, bool from_driver, std::uint32_t parent, duration now);
    message& of(std::uint32_t n) { return messages_[n]; }
    message* find(message_id id);
    std::size_t messages() const noexcept { return messages_.size(); }
    // The library made the message's headers, in the order of `expect_heads`.
    void expect_heads(std::vector<std::uint32_t> const& all);
    void head_made(message_id id, message_id cause, message_id conversation);
    void send_ended(std::uint32_t n, sent how, duration now);

    // ---- requests
    std::size_t request_begun(request r);
    // `code` is "reply", "timed_out", a fault's code, or another error.
    void request_ended(std::size_t number, std::string_view code, std::optional<std::uint32_t> replied, duration now,
        duration host_now);
    void request_dropped(std::size_t number) { requests_[number].ended = true; }
    void gather_ended(std::size_t number, std::vector<std::string> responders, std::vector<std::uint32_t> replied,
        duration now, duration host_now);

    // ---- deliveries
    struct seen {
        unsigned on;
        std::uint32_t n;
        message_id id;
        message_id cause;
        message_id conversation;
        std::uint64_t tag;
        std::uint32_t number;
        std::uint32_t shard;
        std::string_view only_group;
        std::optional<duration> left; // until its deadline on the host's clock
    };
    std::size_t begun(unsigned instance, seen const& s, duration now, duration host_now);
    void ended(std::size_t attempt, ending how, duration now, duration host_now, std::string code,
        std::optional<duration> after);
    void answer_given_up(unsigned instance, std::string_view channel, message_id id, duration now);
    void expired(unsigned instance, std::string_view channel, message_id id, duration now);
    void dead_letter(
        unsigned on, unsigned group, message_id id, std::string_view code, std::uint32_t attempts, duration now);
    bool is_dead(unsigned on, unsigned group, message_id id) const;
    attempt const& attempt_at(std::size_t i) const { return attempts_[i]; }

    // ---- at the end
    bool settled() const;
    std::string unsettled() const;
    void check_all();

private:
    unsigned group_of(unsigned on, unsigned group) const noexcept { return publishes(on) ? group : 0; }
    bool is_settled(message const& m) const;
    std::string name(message const& m) const;
    void check_calm(message const& m, fate const& f, std::uint32_t number, duration now);
    void check_retry(attempt const& before, attempt const& now, handling const& h);
    void check_parked_alone(attempt const& before, attempt const& now, handling const& h);
    bool same_sender(message const& one, message const& other) const;
    void check_owner(attempt const& now, unsigned on);
    void check_expiry(message const& m, duration now);
    void check_bound(message const& m);
    bool was_given_up(message const& m, fate const& f) const;
    bool gives_up(message const& m, attempt const& a) const;
    bool letter_may_be_lost(message const& m, fate const& f) const;
    bool may_be_lost(message const& m, fate const& f) const;
    void check_no_loss();
    bool keeps_order(message const& before, message const& m) const;
    void check_key_order(unsigned on, unsigned group);
    void check_once_per_store();
    void end_request(request& r, duration now, duration host_now);

    scenario const& world_;
    std::optional<violation> found_;
    std::deque<instance> instances_;
    std::deque<message> messages_; // the first one is none
    std::map<message_id, std::uint32_t> by_id_;
    std::deque<std::uint32_t> heads_;
    std::deque<attempt> attempts_;
    std::vector<std::size_t> running_;
    std::deque<request> requests_;
    std::map<unsigned, unsigned> crashes_;
    std::map<unsigned, unsigned> stills_;
    std::map<std::size_t, unsigned> stills_before_;
    std::uint64_t events_ = 0;
    std::uint64_t fences_ = 0;
};

} // namespace workload

#endif
