// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Opt-in: nlohmann::json as a field and as a body, and types with their own to_json and from_json.
#ifndef FAIRWAY_CODEC_NLOHMANN_HPP
#define FAIRWAY_CODEC_NLOHMANN_HPP

#include <fairway/codec/json.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway {

/// Makes `T` go by its own `to_json` and `from_json` for nlohmann::json:
/// `template <> struct fairway::use_nlohmann<bank::iban> : std::true_type {};`
///
/// What these throw becomes an `encode_error` or a `decode_error` that says where, without the exception's text.
template <class T>
struct use_nlohmann : std::false_type {};

namespace detail {

// A tree of nlohmann's, read and written under this library's rules: no deeper than 64 levels (nlohmann overflows the
// stack on what it happily parsed), every name once, no NaN, UTF-8 checked.
template <class Json>
struct json_tree {
    static constexpr std::string_view expected = "a value";
    static constexpr std::string_view name = "json";

    static void write(json_writer& out, Json const& tree) {
        switch (tree.type()) {
        case Json::value_t::object: return write_object(out, tree);
        case Json::value_t::array: return write_array(out, tree);
        case Json::value_t::string: return out.string(tree.template get_ref<typename Json::string_t const&>());
        case Json::value_t::boolean: return out.boolean(tree.template get<bool>());
        case Json::value_t::number_integer: return out.number(tree.template get<std::int64_t>());
        case Json::value_t::number_unsigned: return out.number(tree.template get<std::uint64_t>());
        case Json::value_t::number_float: return out.number(tree.template get<double>());
        case Json::value_t::null: return out.null();
        case Json::value_t::binary:
        case Json::value_t::discarded: out.fail("a value that JSON has", "a binary or discarded one");
        }
    }

    static void read(json_reader& in, Json& tree) {
        switch (in.peek()) {
        case json_type::object: return read_object(in, tree);
        case json_type::array: return read_array(in, tree);
        case json_type::string: tree = std::string(in.string()); return;
        case json_type::number: return read_number(in, tree);
        case json_type::boolean: tree = in.boolean(); return;
        case json_type::null:
            if (!in.null()) in.fail("a value");
            tree = nullptr;
            return;
        case json_type::nothing: in.fail("a value");
        }
    }

private:
    static void write_object(json_writer& out, Json const& tree) {
        out.begin_object();
        out.names_are_data();
        for (auto const& [key, value] : tree.template get_ref<typename Json::object_t const&>()) {
            out.key(key);
            write(out, value);
        }
        out.end_object();
    }

    static void write_array(json_writer& out, Json const& tree) {
        out.begin_array();
        for (auto const& element : tree) {
            out.element();
            write(out, element);
        }
        out.end_array();
    }

    static void read_object(json_reader& in, Json& tree) {
        tree = Json::object();
        in.begin_object();
        in.names_are_data();
        for (std::string_view key; in.next_key(key);) {
            auto const [place, is_new] = tree.emplace(std::string(key), nullptr);
            if (!is_new) in.fail_at(in.position(), "every name once", "one twice");
            read(in, *place);
        }
    }

    static void read_array(json_reader& in, Json& tree) {
        tree = Json::array();
        in.begin_array();
        while (in.next_element()) {
            Json element;
            read(in, element);
            tree.push_back(std::move(element));
        }
    }

    static void read_number(json_reader& in, Json& tree) {
        integer_text number;
        std::int64_t negative = 0;
        auto const where = in.position();
        if (!in.whole(number))
            tree = in.floating<double>();
        else if (!number.negative)
            tree = number.magnitude;
        else if (number.to(negative))
            tree = negative;
        else
            in.again(where, [&] { tree = in.floating<double>(); });
    }
};

} // namespace detail

/// Fields and bodies that are nlohmann::json.
template <>
struct json_as<nlohmann::json> : detail::json_tree<nlohmann::json> {};

/// The same, with its members in the order of the text.
template <>
struct json_as<nlohmann::ordered_json> : detail::json_tree<nlohmann::ordered_json> {};

/// Types with their own `to_json` and `from_json`, for which `use_nlohmann` says so.
template <class T>
    requires use_nlohmann<T>::value
struct json_as<T> {
    /// Writes what the type's `to_json` makes.
    static void write(json_writer& out, T const& value) {
        nlohmann::json tree;
        if (!attempt([&] { tree = nlohmann::json(value); })) out.fail("a value that its to_json takes", "another");
        out.write(tree);
    }
    /// Reads by the type's `from_json`.
    static void read(json_reader& in, T& value) {
        char const* const where = in.position();
        nlohmann::json tree;
        in.read(tree);
        if (!attempt([&] { tree.get_to(value); })) in.fail_at(where, "a value that its from_json takes");
    }

private:
    template <class Convert>
    static bool attempt(Convert convert) {
        try {
            convert();
            return true;
        } catch (std::bad_alloc const&) {
            throw;
        } catch (std::exception const&) {
            return false;
        }
    }
};

/// Bodies that are any JSON: for messages whose only field is an nlohmann::json, which is the body itself.
///
/// `struct webhook { using codec = fairway::json_document_codec; nlohmann::json document; };`
struct json_document_codec {
    /// The media type of the bodies.
    static constexpr std::string_view content_type = "application/json";

    /// Replaces `out` by the document's text; throws `encode_error`.
    template <class T>
    static void encode(T const& message, std::string& out) {
        to_json_text(only_field(message), out);
    }

    /// Reads the document from a body; throws `decode_error`.
    template <class T>
    static void decode(std::string_view bytes, T& out) {
        json_codec::decode(bytes, only_field(out));
    }

private:
    template <class Message>
    static auto& only_field(Message& message) {
        static_assert(std::is_aggregate_v<Message>, "fairway: json_document_codec needs a plain struct with one field");
        auto& [document] = message; // does not compile: the message has more than the one field this codec is for
        using field = std::remove_cvref_t<decltype(document)>;
        static_assert(std::is_same_v<field, nlohmann::json> || std::is_same_v<field, nlohmann::ordered_json>,
            "fairway: the field of a message with json_document_codec is an nlohmann::json");
        return document;
    }
};

} // namespace fairway

#endif
