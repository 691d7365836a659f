// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// In the steady state a message costs no allocation, whichever way it goes.
#include "allocations.hpp"

#include "fw_catch.hpp"
#include "samples.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>

using namespace samples;

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> largest{0};

void* try_allocate(std::size_t size) noexcept {
    ++count;
    largest = std::max(largest.load(), size);
    return std::malloc(size > 0 ? size : 1);
}
void* allocate(std::size_t size) {
    if (void* const p = try_allocate(size)) return p;
    throw std::bad_alloc();
}

} // namespace

allocations take_allocations() noexcept { return {count.exchange(0), largest.exchange(0)}; }

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return try_allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return try_allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace {

struct receiver {
    std::size_t bytes = 0;
    std::size_t acks = 0;

    void operator()(basic_ack const& a) { acks += a.multiple ? 2 : 1; }
    void operator()(basic_deliver const& d, content const& c) {
        bytes += d.routing_key.size() + c.body.size();
        for (auto const& [name, value] : *c.properties.headers) bytes += name.size() + value.text()->size();
    }
    void operator()(basic_deliver const&, oversized const&) { FAIL("too large"); }
};

} // namespace

TEST_CASE("messages are written and read without an allocation") {
    std::string headers;
    std::string sent;
    frame_input in;
    in.limit(4096);
    content_assembler channel(1'000'000);
    receiver to;
    std::string const small(200, 'b');
    std::string const large(20'000, 'B');
    std::size_t allocated = 0;
    for (int i = 0; i < 40; ++i) {
        take_allocations();
        headers.clear();
        for (std::string_view const name : {"fw-type", "fw-key", "fw-conversation", "tenant", "traceparent", "fw-x"})
            append_entry(headers, name, "some text that is longer than what a string has room for");
        basic_properties p;
        p.content_type = "application/json";
        p.headers = table_view(headers);
        p.delivery_mode = std::uint8_t{2};
        p.message_id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
        sent.clear();
        auto const tag = static_cast<std::uint64_t>(i);
        basic_deliver const d{.consumer_tag = "c", .delivery_tag = tag, .exchange = "fw.orders", .routing_key = "3"};
        append_content(sent, 1, d, p, small, 4096);
        append_content(sent, 1, d, p, large, 4096);
        append_method(sent, 1, basic_ack{.delivery_tag = tag}, 4096);
        for (std::string_view rest = sent; !rest.empty();) {
            auto const part = rest.substr(0, 1000);
            feed(in, part);
            rest.remove_prefix(part.size());
            while (auto const f = in.next()) channel.take(*f, to);
        }
        allocated = take_allocations().count;
        if (i == 0) CHECK(allocated > 0); // they are counted
    }
    CHECK(allocated == 0);
    CHECK(to.acks == 40);
    CHECK(to.bytes > 40 * (small.size() + large.size()));
}
