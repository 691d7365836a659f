// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Shards: two instances of a service share the work, and what belongs to one key is handled in the order sent.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <array>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using fairway::task;

namespace bank {
// [key]
struct deposit {
    using contract = fairway::command<"bank.deposit">;
    std::string account;
    int amount = 0;
    std::string const& shard_key() const { return account; }
};
// [/key]
struct statement {
    using contract = fairway::document<"bank.statement">;
    std::string instance;
    std::vector<int> deposits;
};
struct get_statement {
    using contract = fairway::command<"bank.get-statement", statement>;
    std::string account;
    static constexpr auto shard_key = &get_statement::account; // the other way to say it
};
using accounts = fairway::sharded<8, fairway::point_to_point<"bank.accounts", deposit, get_statement>>;
} // namespace bank

class account_book {
public:
    explicit account_book(std::string const& instance) : instance_(instance) {}

    task<> operator()(bank::deposit const& d) {
        co_await fairway::sleep_for((10 - d.amount) * 1ms); // the first one takes longest, the order stays
        deposits_[d.account].push_back(d.amount);
    }
    bank::statement operator()(bank::get_statement const& g) { return {instance_, deposits_[g.account]}; }

private:
    std::string instance_;
    std::map<std::string, std::vector<int>> deposits_;
};

constexpr std::array names{"ada", "ida", "leo", "bob"};

task<> bank_day(fairway::any_transport net) {
    fairway::service one{net, "accounts"}, two{net, "accounts"}; // instances of a service have one name
    one.handle<bank::accounts>(account_book{"one"});
    two.handle<bank::accounts>(account_book{"two"});
    one.start();
    two.start();

    fairway::service teller{net, "teller"};
    auto const accounts = teller.sender<bank::accounts>();
    for (int amount = 1; amount <= 3; ++amount)
        for (auto const* const name : names) co_await accounts.emplace<bank::deposit>(name, amount);

    // A request comes behind the deposits of its account.
    for (auto const* const name : names) {
        bank::get_statement const get{.account = name};
        auto const statement = co_await accounts.request(get);
        std::cout << name << " at instance " << statement.instance << ":";
        for (int const amount : statement.deposits) std::cout << " " << amount;
        std::cout << "\n";
    }
}

int main() {
    return fairway::run([](auto executor) { return bank_day(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
