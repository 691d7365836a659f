// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_FAULTS_HPP
#define FAIRWAY_TESTING_AMQP_FAULTS_HPP

#include <fairway/envelope/time.hpp>

#include <cstdint>
#include <string>

namespace fairway::testing {

/// What goes wrong at an `amqp_broker`; nothing, as it is made. What is random follows from the broker's seed.
struct amqp_faults {
    /// No message is confirmed while this is set; they are once it is not.
    bool withhold_confirms = false;
    /// The same for messages with this routing key, if any: their queue is slow to confirm.
    std::string stalled_key{};
    /// Messages with this routing key, if any, are refused by basic.nack: their queue is full.
    std::string full_key{};
    /// A confirm comes so much later, at least.
    duration least_confirm_delay{};
    /// And at most. Confirms overtake each other then.
    duration most_confirm_delay{};
    /// One in so many published messages is not taken, but refused by basic.nack, where its channel confirms; 0 for
    /// none.
    std::uint64_t nack_one_in = 0;
    /// The same, of those that a channel publishes to where none of its messages was taken yet: RabbitMQ (3.10) does so
    /// where a quorum queue has no leader.
    std::uint64_t nack_first_one_in = 0;
    /// One in so many channels that publish somewhere for the first time are refused that, and all that they publish
    /// there later; 0 for none. RabbitMQ (3.10) does so where a quorum queue's leader was at a node that has gone.
    std::uint64_t nack_channel_one_in = 0;
    /// One in so many acknowledgements is forgotten: the message comes again; 0 for none.
    std::uint64_t repeat_one_in = 0;
    /// One in so many published messages and acknowledgements is not taken, and ends its channel by an error (404 and
    /// 406); 0 for none.
    std::uint64_t close_one_in = 0;
    /// One in so many reads from a connection finds it cut; 0 for none.
    std::uint64_t cut_one_in = 0;
    /// What comes waits for so long before anybody looks at it.
    duration read_delay{};
};

} // namespace fairway::testing

#endif
