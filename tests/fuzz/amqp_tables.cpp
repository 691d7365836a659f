// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as a field table of AMQP: it is refused with the error that is documented, or each value is of one kind and
// makes the same bytes again.
#include "must.hpp"

#include <fairway/transport/amqp/table.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace fairway::amqp_detail; // NOLINT

namespace {

std::string rewritten(table_view table, unsigned depth);

// `depth` tables and arrays are around it. Deeper ones than those that were looked at are left as they are.
void rewrite(std::string& out, value_view v, unsigned depth) {
    bool const is_inner = v.type == 'F' || v.type == 'A';
    if (is_inner && depth >= most_nesting) {
        out.push_back(v.type);
        return wire_writer(out).put(long_text{v.bytes});
    }
    switch (v.type) {
    case 't': return append_value(out, v.flag().value());
    case 'b': return append_value(out, static_cast<std::int8_t>(v.integer().value()));
    case 'B': return append_value(out, static_cast<std::uint8_t>(v.integer().value()));
    case 's':
    case 'U': return append_value(out, static_cast<std::int16_t>(v.integer().value()));
    case 'u': return append_value(out, static_cast<std::uint16_t>(v.integer().value()));
    case 'I': return append_value(out, static_cast<std::int32_t>(v.integer().value()));
    case 'i': return append_value(out, static_cast<std::uint32_t>(v.integer().value()));
    case 'l':
    case 'L': return append_value(out, v.integer().value());
    case 'f':
    case 'd': must(v.real().has_value(), "a floating-point value is one"); break; // which NaN it is need not be kept
    case 'D': return append_value(out, v.as_decimal().value());
    case 'T': return append_value(out, v.time().value());
    case 'S': return append_value(out, v.text().value());
    case 'x': return append_value(out, binary{v.bytes});
    case 'V': return append_value(out, no_value{});
    case 'F': {
        auto const inner = rewritten(v.table().value(), depth + 1);
        return append_value(out, table_view(inner));
    }
    case 'A': {
        std::string inner;
        auto const elements = v.array().value();
        for (auto const& element : elements) rewrite(inner, element, depth + 1);
        return append_value(out, array_view(inner));
    }
    default: must(false, "the type of a value is known");
    }
    out.push_back(v.type);
    out.append(v.bytes);
}
std::string rewritten(table_view table, unsigned depth) {
    std::string out;
    for (auto const& [name, value] : table) {
        wire_writer(out).put(name);
        rewrite(out, value, depth + 1);
        must(find(table, name).has_value(), "a name is found");
    }
    return out;
}
// What may be written in two ways, in one of them.
std::string canonical(table_view table) {
    auto const once = rewritten(table, 0);
    must(once.size() == table.bytes().size(), "a table is as long again");
    return once;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string field;
    wire_writer(field).put(long_text{{reinterpret_cast<char const*>(data), size}});
    try {
        wire_reader in(field);
        auto const table = table_view::read(in);
        must(in.rest().empty(), "a table ends where it says");
        auto const once = canonical(table);
        table_view(once).check(0);
        must(canonical(table_view(once)) == once, "a table is written as it was read");
    } catch (violation const& v) {
        must(v.code() == reply_code::syntax_error, "a wrong table is a wrong field");
    }
    return 0;
}
