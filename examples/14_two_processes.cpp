// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The same two services in one process, or in two that talk over TCP or a Unix socket: only the URL differs.
//   14_two_processes                                          both in this process, in memory
//   14_two_processes stock "tcp://?listen=127.0.0.1:7000"     in one terminal, until Ctrl-C
//   14_two_processes shop  "tcp://127.0.0.1:7000"             in another one
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>
#include <fairway/tcp.hpp>

#include <iostream>
#include <map>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using fairway::task;

namespace shop {
struct reserved {
    using contract = fairway::document<"shop.reserved">;
    int left = 0;
};
struct reserve {
    using contract = fairway::command<"shop.reserve", reserved>;
    std::string sku;
    int quantity = 1;
};
using stock = fairway::point_to_point<"shop.stock", reserve>;
} // namespace shop

// Neither of these knows what carries its messages.
class stock_keeper {
public:
    shop::reserved operator()(shop::reserve const& wish) {
        auto& left = left_[wish.sku];
        if (left < wish.quantity) throw fairway::fault("sold_out", "no more " + wish.sku);
        left -= wish.quantity;
        return {left};
    }

private:
    std::map<std::string, int> left_{{"tea", 5}, {"rice", 2}};
};

task<> buy(fairway::service const& self) {
    auto const stock = self.sender<shop::stock>();
    for (auto const* const sku : {"tea", "rice", "tea", "tea"}) {
        shop::reserve const two{.sku = sku, .quantity = 2};
        try {
            auto const answer = co_await stock.request(two, 10s);
            std::cout << "2 " << sku << ", " << answer.left << " left\n";
        } catch (fairway::fault const& f) {
            std::cout << "2 " << sku << ": " << f.responder() << " refused (" << f.code() << ")\n";
        }
    }
}

// [open]
// What is wrong with connections, places and permissions; without it nobody would say why nothing arrives.
void print_trouble(std::string_view where, fairway::error_code const& why, std::string_view text) {
    std::clog << where << ": " << text << " (" << why.message() << ")\n";
}

fairway::any_transport open(fairway::asio::any_io_executor const& executor, std::string_view text) {
    fairway::url const where(text);
    if (where.scheme() == fairway::inproc::scheme) return fairway::open<fairway::inproc>(executor, text);
    return fairway::tcp(executor, fairway::tcp_options::from(where).on_trouble(print_trouble)); // tcp:// and unix://
}
// [/open]

task<> run_stock(fairway::any_transport net) {
    fairway::service self(net, "stock");
    self.handle<shop::stock>(stock_keeper());
    co_await self.run();
}

task<> run_shop(fairway::any_transport net) {
    fairway::service const self(net, "shop");
    co_await buy(self);
}

task<> run_both(fairway::any_transport net) {
    fairway::service stock(net, "stock");
    stock.handle<shop::stock>(stock_keeper());
    stock.start();
    co_await run_shop(net);
}

int main(int argc, char** argv) {
    std::string_view const role = argc == 3 ? argv[1] : "both";
    std::string_view const url = argc == 3 ? argv[2] : "inproc://";
    return fairway::run([&](auto executor) {
        auto const net = open(executor, url);
        return role == "stock" ? run_stock(net) : role == "shop" ? run_shop(net) : run_both(net);
    });
}
