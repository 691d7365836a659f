// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The example of PROTOCOL.md is what is written, byte by byte, and can be read.
#include "samples.hpp"

#include "fw_catch.hpp"

#include <fstream>
#include <sstream>

using namespace samples;

namespace {

std::map<std::string, std::string> examples() {
    std::string file = __FILE__;
    file.erase(file.rfind("tests"));
    std::ifstream in(file + "include/fairway/transport/tcp/PROTOCOL.md");
    std::map<std::string, std::string> found;
    std::string line;
    std::string inside;
    while (std::getline(in, line)) {
        if (line.rfind("```hex ", 0) == 0) {
            inside = line.substr(7);
        } else if (line == "```") {
            inside.clear();
        } else if (!inside.empty()) {
            std::istringstream bytes(line);
            for (std::string byte; bytes >> byte;)
                found[inside].push_back(static_cast<char>(std::stoi(byte, nullptr, 16)));
        }
    }
    return found;
}

template <class Record>
std::string whole(Record const& r) {
    std::string bytes;
    append_record(bytes, r);
    return bytes;
}

} // namespace

// The reasons of a REFUSED.
static_assert(static_cast<int>(fairway::errc::queue_full) == 4);
static_assert(static_cast<int>(fairway::errc::topology_mismatch) == 14);
static_assert(static_cast<int>(fairway::errc::unauthorized) == 26);

TEST_CASE("the protocol's example is what is written") {
    auto const all = examples();
    REQUIRE(all.size() == 9);
    hello_record h;
    h.node = id_of(0xa0);
    h.name = "checkout";
    CHECK(all.at("HELLO") == whole(h));
    welcome_record w;
    w.node = id_of(0xb0);
    w.name = "stock";
    w.session = id_of(0x10);
    w.token = id_of(0x20);
    CHECK(all.at("WELCOME") == whole(w));
    CHECK(all.at("OFFER") == whole(offer_record{1, wire_kind::point_to_point, 0, "orders"}));
    CHECK(all.at("SUBSCRIBE") ==
          whole(subscribe_record{1, wire_kind::point_to_point, 0, "orders", "stock", 16, 64, 1 << 20, 7}));
    settled const one{1, 1, settle_how::accepted};
    CHECK(all.at("SETTLE") == whole(settle_record{1, 136, settled_list({&one, 1})}));
    CHECK(all.at("ANSWERED") == whole(answered_record{1}));
    CHECK(all.at("SUBSCRIBED") == whole(subscribed_record{1}));
    auto const sent = all.at("OFFER").size() + all.at("SUBSCRIBED").size() + all.at("DELIVER").size();
    CHECK(all.at("ACK") == whole(ack_record{sent}));

    record_input in;
    feed(in, all.at("DELIVER"));
    auto const r = in.next();
    REQUIRE(r);
    REQUIRE(r->type == record_type::deliver);
    field_reader fields(r->payload);
    auto const head = read_fields<deliver_head>(fields);
    CHECK(head.consumer == 1);
    CHECK(head.tag == 1);
    CHECK(head.attempt == 1);
    auto const e = read_envelope(fields, now);
    CHECK(fields.rest().empty());
    CHECK(e.type() == "shop.place-order");
    CHECK(e.content_type() == "application/json");
    CHECK(e.source() == "checkout");
    CHECK(e.expires() == now + std::chrono::seconds(30));
    CHECK(e.time() == now);
    CHECK(e.headers().find("tenant") == "acme");
    CHECK(e.body() == "{\"sku\":\"tea\"}");
    wire_envelope const again(e, now);
    std::string bytes(head_bytes + wire_size(head) + again.size(), '\0');
    again.write(write_fields(write_head(bytes.data(), deliver_head::type, wire_size(head) + again.size()), head));
    CHECK(bytes == all.at("DELIVER"));
}
