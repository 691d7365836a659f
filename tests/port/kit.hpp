// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_PORT_KIT_HPP
#define FAIRWAY_TESTS_PORT_KIT_HPP

// What the tests of ports share: a few channels, an observer that takes notes, keys that meet in one shard.

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace port_kit {

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

struct step {
    using contract = fairway::command<"kit.step">;
    std::string key;
    int n = 0;
    std::string const& shard_key() const { return key; }
};
using steps = sharded<4, point_to_point<"steps", step>>;

struct tally {
    using contract = fairway::command<"kit.tally">;
    int n = 0;
};
using tallies = point_to_point<"tallies", tally>;

struct answer {
    using contract = fairway::document<"kit.answer">;
    std::string text;
};
struct question {
    using contract = fairway::command<"kit.question", answer>;
    std::string text;
};
using questions = point_to_point<"questions", question>;

struct rumour {
    using contract = fairway::event<"kit.rumour">;
    std::string text;
};
using rumours = publish_subscribe<"rumours", rumour>;

class note_book : public observer {
public:
    void on(observation const& o) noexcept override { seen.push_back(o.what); }
    std::size_t count(occurrence what) const {
        return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), what));
    }
    std::vector<occurrence> seen;
};

template <class Channel>
std::string key_of(std::string const& than, bool same) {
    for (int i = 0;; ++i) {
        std::string const key = "k" + std::to_string(i);
        if ((shard_of(key, Channel::shards) == shard_of(than, Channel::shards)) == same) return key;
    }
}
template <class Channel>
std::string key_of_another_shard(std::string const& than) {
    return key_of<Channel>(than, false);
}
template <class Channel>
std::string key_of_the_same_shard(std::string const& than) {
    return key_of<Channel>(than, true);
}

} // namespace port_kit

#endif
