// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What stands around handlers and sends: who may do what, and what was done; and a handler that fails at
// first, which an observer is told.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using fairway::task;

namespace bank {
struct balance {
    using contract = fairway::document<"bank.balance">;
    int cents = 0;
};
struct ask_balance {
    using contract = fairway::command<"bank.ask-balance", balance>;
    std::string account;
};
using accounts = fairway::point_to_point<"bank.accounts", ask_balance>;
} // namespace bank

// [deliveries]
task<> authorise(fairway::handling const& what, fairway::next_handler next) {
    if (what.message.header("role") != "teller") throw fairway::fault("forbidden", "tellers only");
    co_await next();
}

task<> note(fairway::handling const& what, fairway::next_handler next) {
    std::cout << what.message.type() << ", attempt " << what.message.attempt() << "\n";
    try {
        co_await next();
    } catch (std::exception const& e) {
        std::cout << "  failed: " << e.what() << "\n";
        throw; // what is let through is the attempt's failure
    }
}
// [/deliveries]

// [sends]
class sign : public fairway::send_middleware {
public:
    void before(fairway::outgoing& message) override { message.own.set("role", "teller"); }
    void after(std::string_view channel, fairway::envelope const&, fairway::error_code outcome) noexcept override {
        std::cout << "to " << channel << ": " << (outcome ? outcome.message() : "sent") << "\n";
    }
};
// [/sends]

// [observer]
// Without one nobody learns why a handler failed.
class journal : public fairway::observer {
public:
    void on(fairway::observation const& o) noexcept override {
        std::cout << o.service << ": " << to_string(o.what) << " at " << o.channel << ": " << o.text << "\n";
    }
};
// [/observer]

task<> bank_day(fairway::any_transport net) {
    int calls = 0;
    // [retry]
    fairway::service vault{net, "vault", std::make_shared<journal>()};
    vault.around_deliveries(note);
    vault.around_deliveries(authorise); // within note
    auto const read = [&calls](bank::ask_balance const&) {
        if (++calls < 3) throw std::runtime_error("the database is locked");
        return bank::balance{.cents = 4200};
    };
    vault.handle<bank::accounts>(
        read, fairway::handler_options().retry(fairway::retry_policy().attempts(4).delay(5ms)));
    vault.start();
    // [/retry]

    fairway::service counter{net, "counter"};
    counter.around_sends(std::make_shared<sign>());
    bank::ask_balance const mine{.account = "7"};
    auto const answer = co_await counter.sender<bank::accounts>().request(mine, 2s);
    std::cout << "balance: " << answer.cents << "\n";

    fairway::service stranger{net, "stranger"};
    try {
        co_await stranger.sender<bank::accounts>().request(mine, 2s);
    } catch (fairway::fault const& f) {
        std::cout << f.responder() << ": " << f.what() << "\n";
    }
}

int main() {
    return fairway::run([](auto executor) { return bank_day(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
