// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The JSON codec against nlohmann::json, on an order with eight fields and three lines (301 bytes).
#include "../kit.hpp"

#include <fairway/codec/json.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

using nlohmann::json;

struct line {
    std::string sku;
    std::int64_t qty;
    double price;
};

struct order_created {
    std::string orderId, customerId, currency, status;
    std::int64_t createdAt;
    double total;
    bool gift;
    std::int64_t version;
    std::vector<line> lines;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(line, sku, qty, price)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    order_created, orderId, customerId, currency, status, createdAt, total, gift, version, lines)

order_created sample() {
    return {"order-12345678", "customer-87654321", "EUR", "PENDING", 1795400824123, 123.45, false, 7,
        {{"SKU-000001", 1, 19.99}, {"SKU-000002", 2, 24.5}, {"SKU-000003", 3, 18.15}}};
}

// What one would write by hand over nlohmann's SAX interface, which builds no tree.
class sax_reader final : public json::json_sax_t {
public:
    order_created order{};

    bool null() override { return true; }
    bool boolean(bool value) override {
        if (key_ == "gift") order.gift = value;
        return true;
    }
    bool number_integer(number_integer_t value) override {
        if (in_line_) {
            if (key_ == "qty") line_.qty = value;
            if (key_ == "price") line_.price = static_cast<double>(value);
        } else if (key_ == "createdAt") {
            order.createdAt = value;
        } else if (key_ == "version") {
            order.version = value;
        } else if (key_ == "total") {
            order.total = static_cast<double>(value);
        }
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override { return number_integer(static_cast<std::int64_t>(value)); }
    bool number_float(number_float_t value, string_t const&) override {
        (in_line_ ? line_.price : order.total) = value;
        return true;
    }
    bool string(string_t& value) override {
        if (in_line_)
            line_.sku = std::move(value);
        else if (key_ == "orderId")
            order.orderId = std::move(value);
        else if (key_ == "customerId")
            order.customerId = std::move(value);
        else if (key_ == "currency")
            order.currency = std::move(value);
        else
            order.status = std::move(value);
        return true;
    }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override {
        if (in_line_) line_ = {};
        return true;
    }
    bool key(string_t& value) override {
        key_.swap(value);
        return true;
    }
    bool end_object() override {
        if (in_line_) order.lines.push_back(std::move(line_));
        return true;
    }
    bool start_array(std::size_t) override { return in_line_ = true; }
    bool end_array() override {
        in_line_ = false;
        return true;
    }
    bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const&) override { return false; }

private:
    std::string key_;
    bool in_line_ = false;
    line line_{};
};

void compare(std::string_view scenario, std::vector<bench::peer> const& peers) {
    bench::print_factors(scenario, peers, bench::run(scenario, peers));
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    order_created const order = sample();
    std::string const text = fairway::to_json_text(order);
    json const tree = order;
    sax_reader check;
    if (json::parse(text) != tree || json(fairway::from_json_text<order_created>(text)) != tree ||
        !json::sax_parse(text, &check) || json(check.order) != tree) {
        std::fprintf(stderr, "the peers disagree\n");
        return 1;
    }
    std::size_t const size = text.size();

    std::string buffer;
    compare("codec_encode", {{"fairway", size,
                                 [&] {
                                     fairway::json_codec::encode(order, buffer);
                                     bench::keep(buffer.size());
                                 }},
                                {"fairway-fresh-string", size,
                                    [&] {
                                        std::string out;
                                        fairway::json_codec::encode(order, out);
                                        bench::keep(out.size());
                                    }},
                                {"nlohmann", size, [&] { bench::keep(json(order).dump().size()); }}});

    compare(
        "codec_decode", {{"fairway", size,
                             [&] {
                                 order_created out{};
                                 fairway::json_codec::decode(text, out);
                                 bench::keep(out.version);
                             }},
                            {"nlohmann", size, [&] { bench::keep(json::parse(text).get<order_created>().version); }},
                            {"nlohmann-sax", size, [&] {
                                 sax_reader reader;
                                 json::sax_parse(text, &reader);
                                 bench::keep(reader.order.version);
                             }}});
}
