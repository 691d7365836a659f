// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_TRANSPORT_SEAM_KIT_HPP
#define FAIRWAY_TESTS_TRANSPORT_SEAM_KIT_HPP

// What tests at the seam share: plain envelopes, a receiver that counts, a consumer that notes what it gets.

#include <fairway/inproc.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace seam_kit {

using namespace fairway;

inline envelope numbered(std::uint64_t n, std::uint32_t shard = no_shard, std::string key = "") {
    envelope_head h;
    h.id = {1, n};
    h.type = "test.number";
    h.shard = shard;
    h.shard_key = key;
    return envelope::of_bytes(h, {}, std::to_string(n));
}

inline std::uint64_t number_of(delivery const& d) { return d.id().low; }

struct counting_receiver : receiver {
    int times = 0;
    void ready() noexcept override { ++times; }
};

// A consumer that receives when it is told to, and keeps what it has not settled.
struct consumer {
    consumer(inproc& transport, address const& from, std::string group, std::size_t prefetch = 64) {
        subscription what;
        what.from = from;
        what.group = std::move(group);
        what.prefetch = prefetch;
        in = transport.listen(what, told);
    }
    std::vector<std::uint64_t> receive(std::size_t most = 64) {
        std::vector<delivery> got;
        in->receive(got, most);
        std::vector<std::uint64_t> numbers;
        for (auto& d : got) {
            numbers.push_back(number_of(d));
            d.keep();
            held.push_back(std::move(d));
        }
        return numbers;
    }
    void settle_all(bool accept = true) {
        std::vector<settlement> all;
        for (auto const& d : held) all.push_back({d.tag(), accept});
        held.clear();
        in->settle(all);
    }
    void settle_first(bool accept) {
        settlement const one{held.front().tag(), accept};
        held.erase(held.begin());
        in->settle({&one, 1});
    }

    counting_receiver told;
    std::shared_ptr<source> in;
    std::vector<delivery> held;
};

using numbers = std::vector<std::uint64_t>;

} // namespace seam_kit

#endif
