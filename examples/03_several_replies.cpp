// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A command with several possible replies, and a handler that answers when it can: at once, or much later.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <map>
#include <string>
#include <variant>

using namespace std::chrono_literals;
using fairway::task;

namespace bank {
struct paid {
    using contract = fairway::event<"bank.paid">;
    std::string by;
};
struct declined {
    using contract = fairway::document<"bank.declined">;
    std::string reason;
};
struct pay {
    using contract = fairway::command<"bank.pay", paid, declined>; // either of them
    std::string account;
    int amount = 0;
};
struct confirm {
    using contract = fairway::command<"bank.confirm">;
    std::string account;
};
using payments = fairway::point_to_point<"bank.payments", pay, confirm>;
} // namespace bank

// [token]
class teller {
public:
    // A token is the right to answer: it can be kept, and one that is dropped tells the caller so.
    void operator()(bank::pay const& order, fairway::reply_token<bank::pay> answer) {
        if (order.amount > 100)
            answer.send(bank::declined{.reason = "above the limit"});
        else if (order.amount > 50)
            unconfirmed_.emplace(order.account, std::move(answer)); // large: the owner is asked first
        else
            answer.send(bank::paid{.by = "cash"});
    }
    void operator()(bank::confirm const& yes) {
        if (auto const order = unconfirmed_.extract(yes.account)) order.mapped().send(bank::paid{.by = "transfer"});
    }

private:
    std::map<std::string, fairway::reply_token<bank::pay>> unconfirmed_;
};
// [/token]
// [several]
task<> buy(fairway::sender_port<bank::payments> payments, int amount) {
    bank::pay const order{.account = "ada", .amount = amount};
    auto const answer = co_await payments.request(order, 2s); // a std::variant<bank::paid, bank::declined>
    auto const paid = [](bank::paid const& p) { std::cout << "paid by " << p.by << "\n"; };
    auto const declined = [](bank::declined const& d) { std::cout << "declined: " << d.reason << "\n"; };
    std::visit(fairway::overload{paid, declined}, answer);
}
// [/several]

task<> shopping(fairway::any_transport net) {
    fairway::service counter{net, "bank"}, shop{net, "shop"};
    counter.handle<bank::payments>(teller{});
    counter.start();

    auto const payments = shop.sender<bank::payments>();
    co_await buy(payments, 30);
    co_await buy(payments, 300);
    bank::confirm const yes{.account = "ada"};
    co_await payments.send(yes, fairway::send_options().delay(20ms)); // while the next one waits for its answer
    co_await buy(payments, 70);
}

int main() {
    return fairway::run([](auto executor) { return shopping(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
