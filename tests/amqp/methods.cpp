// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "allocations.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "samples.hpp"

#include <set>
#include <string>
#include <tuple>
#include <utility>

using namespace samples;

namespace {

template <class Method>
std::string framed(Method const& method, std::uint16_t channel) {
    std::string bytes;
    append_method(bytes, channel, method, 131'072);
    return bytes;
}
template <class Method>
Method read(std::string_view payload) {
    Method found;
    bool called = false;
    dispatch(payload, [&](Method const& method) {
        found = method;
        called = true;
    });
    CHECK(called);
    return found;
}

} // namespace

TEST_CASE("methods are written as RabbitMQ and its clients write them") {
    std::string arguments;
    append_entry(arguments, "x-queue-type", "quorum");
    CHECK(framed(queue_declare{.queue = "orders", .durable = true, .arguments = table_view(arguments)}, 1) ==
          hex("01 0001 0000002a 0032 000a 0000 06 6f7264657273 02"
              "00000018 0c 782d71756575652d74797065 53 00000006 71756f72756d ce"));
    CHECK(framed(connection_tune{2047, 131'072, 60}, 0) == hex("01 0000 0000000c 000a 001e 07ff 00020000 003c ce"));
    CHECK(framed(connection_tune_ok{2047, 131'072, 60}, 0) == hex("01 0000 0000000c 000a 001f 07ff 00020000 003c ce"));
    CHECK(framed(connection_open{}, 0) == hex("01 0000 00000008 000a 0028 01 2f 00 00 ce"));
    CHECK(
        framed(connection_start_ok{.mechanism = "PLAIN", .response = {std::string_view("\0guest\0guest", 12)}}, 0) ==
        hex("01 0000 00000024 000a 000b 00000000 05 504c41494e 0000000c 00 6775657374 00 6775657374 05 656e5f5553 ce"));
    CHECK(framed(connection_close{reply_code::success, "bye", {}}, 0) ==
          hex("01 0000 0000000e 000a 0032 00c8 03 627965 0000 0000 ce"));
    CHECK(framed(connection_close_ok{}, 0) == hex("01 0000 00000004 000a 0033 ce"));
    CHECK(framed(channel_open{}, 1) == hex("01 0001 00000005 0014 000a 00 ce"));
    CHECK(framed(channel_open_ok{}, 1) == hex("01 0001 00000008 0014 000b 00000000 ce"));
    CHECK(framed(exchange_declare{.exchange = "e", .type = "topic", .durable = true}, 1) ==
          hex("01 0001 00000013 0028 000a 0000 01 65 05 746f706963 02 00000000 ce"));
    CHECK(framed(exchange_unbind_ok{}, 1) == hex("01 0001 00000004 0028 0033 ce"));
    CHECK(framed(basic_qos{.prefetch_count = 64}, 1) == hex("01 0001 0000000b 003c 000a 00000000 0040 00 ce"));
    CHECK(framed(basic_consume{.queue = "q", .consumer_tag = "t", .no_ack = true, .no_wait = true}, 1) ==
          hex("01 0001 0000000f 003c 0014 0000 01 71 01 74 0a 00000000 ce"));
    CHECK(framed(basic_publish{.routing_key = "hello", .mandatory = true}, 1) ==
          hex("01 0001 0000000e 003c 0028 0000 00 05 68656c6c6f 01 ce"));
    CHECK(framed(basic_deliver{"t", 3, true, "e", "k"}, 1) ==
          hex("01 0001 00000013 003c 003c 01 74 0000000000000003 01 01 65 01 6b ce"));
    CHECK(framed(basic_ack{7, true}, 1) == hex("01 0001 0000000d 003c 0050 0000000000000007 01 ce"));
    CHECK(framed(basic_nack{7, true, true}, 1) == hex("01 0001 0000000d 003c 0078 0000000000000007 03 ce"));
    CHECK(framed(confirm_select{}, 1) == hex("01 0001 00000005 0055 000a 00 ce"));
}

TEST_CASE("each method is read as it was written, and refused cut or with more behind it") {
    std::set<std::pair<int, int>> ids;
    for_each_method([&]<class Method>() {
        CHECK(ids.emplace(Method::id.class_id, Method::id.method).second);
        for (auto const& method : {Method{}, filler::filled<Method>()}) {
            auto const bytes = fields_of(method);
            CHECK(fields_of(read<Method>(bytes)) == bytes);
            for (std::size_t n = 0; n < bytes.size(); ++n)
                CHECK(refusal([&] { read<Method>(bytes.substr(0, n)); }) == reply_code::syntax_error);
            CHECK(refusal([&] { read<Method>(bytes + '\0'); }) == reply_code::syntax_error);
        }
    });
    CHECK(ids.size() == 58);
}

TEST_CASE("no lie in a method makes anything be allocated") {
    for_each_method([&]<class Method>() {
        auto const whole = fields_of(filler::filled<Method>());
        for (std::size_t at = 4; at < whole.size(); ++at)
            for (char const lie : {'\xff', '\x7f', '\0', '\1'}) {
                auto bytes = whole;
                bytes[at] = lie;
                take_allocations();
                auto const code = refusal([&] { read<Method>(bytes); });
                CHECK(take_allocations().largest < 1000);
                CHECK((code == reply_code::success || code == reply_code::syntax_error));
            }
    });
}

TEST_CASE("a method that is unknown or not expected is refused with the code for it") {
    auto const ack = fields_of(basic_ack{1, false});
    auto const code = [](std::string_view payload) {
        return refusal([&] { dispatch(payload, [](basic_ack const&) {}); });
    };
    CHECK(code(ack) == reply_code::success);
    CHECK(code(fields_of(basic_nack{})) == reply_code::command_invalid);
    CHECK(code(fields_of(connection_close_ok{})) == reply_code::command_invalid);
    CHECK(code(hex("003c 0079")) == reply_code::not_implemented);
    CHECK(code(hex("005a 000a")) == reply_code::not_implemented); // transactions
    CHECK(code(hex("0000 0000")) == reply_code::not_implemented);
    CHECK(code(hex("003c 00")) == reply_code::syntax_error);
    CHECK(code("") == reply_code::syntax_error);
}

TEST_CASE("the text of a refusal has nothing of the peer's") {
    try {
        read<queue_purge>(hex("0032 001e 0000 ff 736563726574"));
        FAIL("it was taken");
    } catch (violation const& v) {
        CHECK(v.code() == reply_code::syntax_error);
        CHECK(std::string(v.what()).find("secret") == std::string::npos);
        CHECK(v.rule() == "a field goes beyond what it is a part of");
    }
}
