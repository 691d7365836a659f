// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A service that works in every test and charges a customer twice in production, found by a simulation: hosts crash,
// links fail, and the seed that finds the mistake finds it again.
#include <fairway/fairway.hpp>
#include <fairway/testing/simulation.hpp>

#include <cstdint>
#include <iostream>
#include <map>
#include <string>

using namespace std::chrono_literals;
using fairway::task;
namespace testing = fairway::testing;

namespace till {
struct paid {
    using contract = fairway::event<"till.paid">;
    std::string order;
};
struct charge {
    using contract = fairway::command<"till.charge">;
    std::string order;
};
using charges = fairway::point_to_point<"till.charges", charge>;
using payments = fairway::publish_subscribe<"till.payments", paid>;
} // namespace till

// [service]
using database = std::map<std::string, int>; // how often each order was charged; it outlives the service's crashes

class cashier {
public:
    cashier(fairway::service const& self, database& db, bool careful)
        : payments_(self.sender<till::payments>()), db_(db), careful_(careful) {}

    task<> operator()(till::charge const& c) {
        // Messages come at least once: where the host crashes below, this one comes again.
        if (!careful_ || !db_.contains(c.order)) ++db_[c.order];
        till::paid const done{.order = c.order};
        co_await payments_.send(done);
    }

private:
    fairway::sender_port<till::payments> payments_;
    database& db_;
    bool careful_;
};
// [/service]

task<> sell(fairway::sender_port<till::charges> charges) {
    for (int i = 0; i < 20; ++i) {
        till::charge const c{.order = "order-" + std::to_string(i)};
        co_await charges.send(c);
    }
}

// [simulation]
std::string check(std::uint64_t seed, bool careful) {
    database db;
    testing::simulation world((testing::simulation_options(seed)));
    world.add_host("till", [&](testing::host& h) { // again after each crash
        auto& s = h.make<fairway::service>(h.transport(), "cashier");
        s.handle<till::charges>(cashier(s, db, careful));
        s.start();
    });
    world.add_host("shop", [](testing::host& h) {
        auto& s = h.make<fairway::service>(h.transport(), "shop");
        h.spawn(sell(s.sender<till::charges>()));
    });
    world.inject(testing::fault_plan(10s).crashes(1s, 1ms, 1s).cuts(2s, 1ms, 2s).duplicates(10).spare("shop"));
    world.run_for(2min);
    if (db.size() != 20) return "of 20 orders " + std::to_string(db.size()) + " were charged";
    for (auto const& [order, times] : db)
        if (times != 1) return "an order was charged " + std::to_string(times) + " times";
    return {};
}
// [/simulation]

int main() {
    for (bool const careful : {false, true}) {
        std::uint64_t seed = 1;
        std::string wrong;
        for (; seed <= 100 && wrong.empty(); ++seed) wrong = check(seed, careful);
        std::cout << (careful ? "careful: " : "careless: ");
        if (wrong.empty())
            std::cout << "100 seeds, nothing wrong\n";
        else
            std::cout << "seed " << seed - 1 << " finds that " << wrong << "\n";
    }
    return 0;
}
