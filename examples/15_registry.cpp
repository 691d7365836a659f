// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A registry: services listen at any port, announce themselves, and are found by the channels that they consume. Here
// everybody is in one process, over TCP; in a system each is a process of its own, and only the registry's place is
// known.
#include <fairway/fairway.hpp>
#include <fairway/registry.hpp>
#include <fairway/tcp.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using fairway::task;

namespace shop {
struct price {
    using contract = fairway::document<"shop.price">;
    int cents = 0;
};
struct ask_price {
    using contract = fairway::command<"shop.ask-price", price>;
    std::string sku;
};
using prices = fairway::point_to_point<"shop.prices", ask_price>;
} // namespace shop

// [directory]
// What is wrong with connections, places and the registry; without it nobody would say why nothing arrives.
void print_trouble(std::string_view where, fairway::error_code const& why, std::string_view text) {
    std::clog << where << ": " << text << " (" << why.message() << ")\n";
}
void print_registry_trouble(fairway::error_code const& why, std::string_view text) {
    print_trouble("registry", why, text);
}
fairway::tcp_options options_of(std::string const& url) {
    return fairway::tcp_options::from(fairway::url(url)).on_trouble(print_trouble);
}

// A transport with the URL `own`, which finds and is found by the registry that the URL `registry` leads to.
class participant {
public:
    participant(fairway::asio::any_io_executor const& executor, std::string const& name, std::string const& registry,
        std::string const& own)
        : locator_(fairway::tcp(executor, options_of(registry)), name),
          books_(std::make_shared<fairway::registry_directory>(locator_, print_registry_trouble)),
          net_(fairway::tcp(executor, options_of(own).places(books_))) {
        locator_.start();
    }
    fairway::any_transport const& net() const { return net_; }

private:
    fairway::service locator_; // lives as long as the directory
    std::shared_ptr<fairway::registry_directory> books_;
    fairway::any_transport net_;
};
// [/directory]

// Listens at a port that the system chose.
task<> trade(fairway::asio::any_io_executor const& executor, std::string registry) {
    participant const at_stock(executor, "stock", registry, "tcp://?listen=127.0.0.1:0");
    fairway::service stock(at_stock.net(), "stock");
    stock.handle<shop::prices>([](shop::ask_price const& p) { return shop::price{p.sku == "tea" ? 390 : 1200}; });
    stock.start();

    participant const at_shop(executor, "shop", registry, "tcp://");
    fairway::service const self(at_shop.net(), "shop");
    auto const prices = self.sender<shop::prices>();
    for (auto const* const sku : {"tea", "saffron"}) {
        shop::ask_price const question{.sku = sku};
        auto const answer = co_await prices.request(question, 20s);
        std::cout << sku << ": " << answer.cents << " cents\n";
    }
}

task<> run(fairway::asio::any_io_executor executor) {
    fairway::tcp const net(executor, fairway::tcp_options().listen("127.0.0.1:0"));
    // [registry]
    fairway::service names(fairway::any_transport(net), "registry");
    names.handle<fairway::registry_channel>(fairway::registry(names));
    names.start();
    // [/registry]
    auto const where = net.local()->text(); // tcp://127.0.0.1:..., which is a URL, too
    co_await trade(executor, where);
}

int main() {
    return fairway::run([](auto executor) { return run(executor); });
}
