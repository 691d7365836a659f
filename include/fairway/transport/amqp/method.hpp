// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a method is: a struct with an `id`, its fields in their order, and `each`, which names them once for reading and
// writing. Its texts and tables are borrowed: those that were read lie where the frame does.
#ifndef FAIRWAY_TRANSPORT_AMQP_METHOD_HPP
#define FAIRWAY_TRANSPORT_AMQP_METHOD_HPP

#include <fairway/transport/amqp/table.hpp>
#include <fairway/transport/amqp/wire.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

struct method_id {
    std::uint16_t class_id = 0;
    std::uint16_t method = 0;
    bool operator==(method_id const&) const = default;

    static method_id read(wire_reader& in) {
        auto const class_id = in.number<std::uint16_t>();
        return {class_id, in.number<std::uint16_t>()};
    }
    void write(wire_writer& out) const {
        out.put(class_id);
        out.put(method);
    }
};

// Base of methods without fields.
struct no_fields {
    static void each(auto&, auto&& f) { f(); }
};

// Whether a content header and a body follow it.
template <class Method>
concept carries_content = requires { requires Method::content; };

// Appends a method's id and fields. Throws `errc::too_large` for a text that does not fit.
template <class Method>
void append_fields(std::string& out, Method const& method) {
    wire_writer to(out);
    to.put(Method::id);
    Method::each(method, [&](auto const&... field) { (to.put(field), ...); });
}
// Reads the fields behind the id, which have to be all that there is. Throws `violation`.
template <class Method>
Method read_fields(std::string_view fields) {
    Method method;
    wire_reader in(fields);
    Method::each(method, [&](auto&... field) { (in.get(field), ...); });
    if (!in.rest().empty()) violate(reply_code::syntax_error, "a method goes on behind its fields");
    return method;
}

} // namespace fairway::amqp_detail

#endif
