// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_AMQP_SAMPLES_HPP
#define FAIRWAY_TESTS_AMQP_SAMPLES_HPP

#include <fairway/transport/amqp/content.hpp>
#include <fairway/transport/amqp/frame_input.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace samples {

using namespace fairway::amqp_detail; // NOLINT: its names are what the tests are about

// Bytes as hexadecimal digits, between which anything else is passed over.
inline std::string hex(std::string_view digits) {
    std::string bytes;
    int high = -1;
    for (char const c : digits) {
        std::size_t const at = std::string_view("0123456789abcdef").find(c);
        if (at == std::string_view::npos) continue;
        int const value = static_cast<int>(at);
        if (high < 0) {
            high = value;
        } else {
            bytes += static_cast<char>(high << 4 | value);
            high = -1;
        }
    }
    return bytes;
}

// The code of the violation that `f` throws; `success` where it throws none.
template <class F>
reply_code refusal(F&& f) {
    try {
        f();
    } catch (violation const& v) {
        return v.code();
    }
    return reply_code::success;
}

inline void feed(frame_input& in, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const [to, room] = in.prepare();
        std::size_t const n = std::min(room, bytes.size());
        std::memcpy(to, bytes.data(), n);
        in.commit(n);
        bytes.remove_prefix(n);
    }
}

inline std::string frame_of(frame_type type, std::uint16_t channel, std::string_view payload) {
    std::string bytes;
    append_frame(bytes, type, channel, 0xffffffff, [&](std::string& out) { out.append(payload); });
    return bytes;
}

template <class Method>
std::string fields_of(Method const& method) {
    std::string bytes;
    append_fields(bytes, method);
    return bytes;
}

template <class Method>
std::string method_of(Method const& method) {
    std::string bytes;
    append_method(bytes, 1, method, 4096);
    return bytes;
}

// A table with a value of each type.
inline std::string table_of_all() {
    std::string inner;
    append_entry(inner, "count", std::int64_t{3});
    append_entry(inner, "queue", "orders");
    std::string list;
    append_value(list, table_view(inner));
    append_value(list, "text");
    append_value(list, no_value{});
    std::string t;
    append_entry(t, "t", true);
    append_entry(t, "b", std::int8_t{-2});
    append_entry(t, "B", std::uint8_t{254});
    append_entry(t, "s", std::int16_t{-2});
    append_entry(t, "u", std::uint16_t{65534});
    append_entry(t, "I", std::int32_t{-2});
    append_entry(t, "i", std::uint32_t{4294967294});
    append_entry(t, "l", std::int64_t{-2});
    append_entry(t, "f", 1.5F);
    append_entry(t, "d", -1.5);
    append_entry(t, "D", decimal{2, 314});
    append_entry(t, "S", "text");
    append_entry(t, "x", binary{std::string_view("\0\xff", 2)});
    append_entry(t, "T", timestamp{1'795'435'200});
    append_entry(t, "V", no_value{});
    append_entry(t, "F", table_view(inner));
    append_entry(t, "A", array_view(list));
    return t;
}

// A method whose fields all differ from what they are at first. What it borrows is static.
class filler {
public:
    template <class Method>
    static Method filled() {
        Method method;
        filler f;
        Method::each(method, [&](auto&... field) { (f.fill(field), ...); });
        return method;
    }

    void fill(bool& flag) { flag = (next_++ % 2 == 0) || !flag; }
    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool>)
    void fill(Integer& number) {
        for (std::size_t i = 0; i < sizeof(Integer); ++i)
            number = static_cast<Integer>(std::uint64_t{number} << 8U | ++next_);
    }
    void fill(reply_code& code) { code = reply_code::precondition_failed; }
    void fill(method_id& id) { id = {60, 40}; }
    void fill(std::string_view& text) { text = std::string_view("abcdefghijklmnopqrstuvwxyz").substr(next_++ % 20, 5); }
    void fill(long_text& text) { text.bytes = std::string_view("a longer text\0with anything", 27); }
    void fill(timestamp& time) { time.seconds = 1'795'435'200; }
    void fill(table_view& table) {
        static std::string const all = table_of_all();
        table = table_view(all);
    }
    template <class Value>
    void fill(std::optional<Value>& value) {
        fill(value.emplace());
    }

private:
    unsigned next_ = 1;
};

inline basic_properties all_properties() {
    basic_properties p;
    filler f;
    basic_properties::each(p, [&](auto&... field) { (f.fill(field), ...); });
    return p;
}

// Calls `f.template operator()<Method>()` for all methods.
template <class F, class... Methods>
void for_each_method(F&& f, method_list<Methods...>) {
    (f.template operator()<Methods>(), ...);
}
template <class F>
void for_each_method(F&& f) {
    for_each_method(f, all_methods{});
}

} // namespace samples

#endif
