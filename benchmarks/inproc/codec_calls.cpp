// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How often a message is encoded and decoded on its way: never where objects are passed on, and once where bytes are
// needed, whatever the number of subscribers.
#include "../kit.hpp"
#include "order.hpp"

#include <fairway/codec/json.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;

std::size_t encodes = 0;
std::size_t decodes = 0;

// JSON, counted.
struct counting_codec {
    static constexpr std::string_view content_type = fairway::json_codec::content_type;
    template <class T>
    static void encode(T const& message, std::string& out) {
        ++encodes;
        fairway::json_codec::encode(message, out);
    }
    template <class T>
    static void decode(std::string_view bytes, T& out) {
        ++decodes;
        fairway::json_codec::decode(bytes, out);
    }
};

struct placed {
    using contract = fairway::event<"count.placed">;
    using codec = counting_codec;
    std::string order_id = "ord-12345678";
};
struct place {
    using contract = fairway::command<"count.place", placed>;
    using codec = counting_codec;
    std::string sku = "SKU-000001";
};
using events = fairway::publish_subscribe<"count.events", placed>;
using commands = fairway::point_to_point<"count.commands", place>;

constexpr std::size_t messages = 1000;

// Sends or asks a thousand times and prints the calls for each message.
class counted {
public:
    counted(char const* name, char const* url, std::size_t groups)
        : name_(name), net_(fairway::open<fairway::inproc>(process_.executor(), url)) {
        for (std::size_t i = 0; i < groups; ++i) {
            auto& s = subscribers_.emplace_back(net_, "group" + std::to_string(i));
            s.handle<events>([this](placed const& p) { handled_ += p.order_id == "ord-12345678"; });
            s.start();
        }
        stock_.handle<commands>([this](place const& p) {
            handled_ += p.sku == "SKU-000001";
            return placed();
        });
        stock_.start();
    }
    void publish() {
        auto const port = shop_.sender<events>();
        placed const one;
        auto send = [&] {
            if (port.try_send(one)) std::abort();
        };
        begin();
        std::size_t const all = messages * subscribers_.size();
        bench::send_in_bursts(process_, messages, messages, send, [&] { return handled_ == 0 || handled_ == all; });
        end(all);
    }
    void request() {
        begin();
        asio::co_spawn(process_.context(), asking(), asio::detached);
        process_.run();
        end(messages);
    }

private:
    fairway::task<> asking() {
        auto const port = shop_.sender<commands>();
        place const one;
        for (std::size_t i = 0; i < messages; ++i) {
            auto const reply = co_await port.request(one);
            if (reply.order_id != "ord-12345678") std::abort();
        }
        process_.stop();
    }
    void begin() { handled_ = encodes = decodes = 0; }
    void end(std::size_t wanted) const {
        if (handled_ != wanted) {
            std::fprintf(stderr, "%s: %zu of %zu were handled\n", name_, handled_, wanted);
            std::exit(1);
        }
        auto const each = [](std::size_t n) { return static_cast<double>(n) / static_cast<double>(messages); };
        bench::print("codec_calls", name_, bench::order_size, "encodes_per_message", each(encodes), "calls");
        bench::print("codec_calls", name_, bench::order_size, "decodes_per_message", each(decodes), "calls");
    }

    char const* name_;
    std::size_t handled_ = 0;
    bench::process process_;
    fairway::any_transport net_;
    std::list<fairway::service> subscribers_;
    fairway::service stock_{net_, "stock"};
    fairway::service shop_{net_, "shop"};
};

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    if (!bench::wanted("codec_calls")) return 0;
    counted("objects-16-groups", "inproc://", 16).publish();
    counted("objects-request", "inproc://", 0).request();
    counted("bytes-16-groups", "inproc://?paranoid=true", 16).publish();
}
