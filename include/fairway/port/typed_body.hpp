// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_TYPED_BODY_HPP
#define FAIRWAY_PORT_TYPED_BODY_HPP

#include <fairway/codec/json.hpp>
#include <fairway/contract/message.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/error.hpp>
#include <fairway/port/failure.hpp>

#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway::detail {

template <class T>
using codec_of = typename codec_for<T>::type;

template <class T>
constexpr std::string_view content_type_of() {
    if constexpr (requires {
                      { T::content_type } -> std::convertible_to<std::string_view>;
                  })
        return T::content_type;
    else
        return codec_of<T>::content_type;
}

// The identity of T as a body, and how an envelope ends and encodes it.
template <class T>
inline constexpr body_type typed_body{
    sizeof(T),
    alignof(T),
    content_type_of<T>(),
    [](void* object) noexcept { static_cast<T*>(object)->~T(); },
    [](void const* object, std::string& out) { codec_of<T>::encode(*static_cast<T const*>(object), out); },
    wire_name<T>,
    contract_of<T>::number,
};

// An envelope with the bytes of a message, for transports that pass nothing else on; one with the object itself where
// those can't be made, which whoever sends it is told then.
template <class T>
envelope encoded_envelope(envelope_head& head, header_view own, T const& message) {
    std::string storage;
    std::string_view bytes;
    bool made = true;
    if constexpr (requires { codec_of<T>::bytes_of(message); }) {
        bytes = codec_of<T>::bytes_of(message);
    } else {
        try {
            codec_of<T>::encode(message, storage);
            bytes = storage;
        } catch (std::exception const&) {
            made = false;
        }
    }
    if (!made || bytes.size() > limits::body)
        return envelope::of_object(head, own, typed_body<T>, [&](void* where) { ::new (where) T(message); });
    head.content_type = content_type_of<T>();
    return envelope::of_bytes(head, own, bytes);
}

// "application/json; charset=utf-8" is application/json; a message without a content type is taken as what is expected.
constexpr bool same_media_type(std::string_view found, std::string_view expected) noexcept {
    auto const essence = found.substr(0, std::min(found.find(';'), found.size()));
    return essence.empty() || essence == expected;
}

template <class T>
struct upcast_source {
    using type = void;
};
template <class T>
    requires requires { &T::upcast; }
struct upcast_source<T> {
    template <class From>
    static std::remove_cvref_t<From> argument(T (*)(From));
    using type = decltype(argument(&T::upcast));
};

// Decodes bytes of version `from` as a T: directly where the major version is T's own, through T's predecessors where
// it is lower.
template <class T>
T decode_version(std::string_view bytes, message_version from) {
    constexpr message_version mine = contract_of<T>::number;
    if (from.major == mine.major) {
        T out{};
        codec_of<T>::decode(bytes, out);
        return out;
    }
    using previous = typename upcast_source<T>::type;
    if constexpr (!std::is_void_v<previous>) {
        static_assert(
            message<previous>, "fairway: the argument of upcast is the message's predecessor and has a contract");
        if constexpr (message<previous>) {
            static_assert(contract_of<previous>::number.major < mine.major,
                "fairway: upcast takes a message of a lower major version");
            if (from.major < mine.major) return T::upcast(decode_version<previous>(bytes, from));
        }
    }
    fail(errc::unknown_version, std::string(wire_name<T>) + " " + std::to_string(from.major) + "." +
                                    std::to_string(from.minor) + ", understood is " + std::to_string(mine.major) + "." +
                                    std::to_string(mine.minor));
}

// The body of an envelope as a T: the object that travelled, or one decoded into `storage`.
template <class T>
T const& body_as(envelope const& e, std::optional<T>& storage) {
    if (e.object_type() == &typed_body<T>) return e.object_as<T>();
    if (!same_media_type(e.content_type(), content_type_of<T>()))
        fail(errc::decode_failed, "content type is not " + std::string(content_type_of<T>()));
    storage.emplace(decode_version<T>(e.body(), e.version()));
    return *storage;
}

template <class T>
T const& request_as(envelope const& e, std::optional<T>& storage) {
    try {
        return body_as<T>(e, storage);
    } catch (system_error const& error) {
        throw unreadable{error.code(), error.what()};
    } catch (std::bad_alloc const&) {
        throw;
    } catch (fault const&) { // an upcast's answer
        throw;
    } catch (transient const&) {
        throw;
    } catch (std::exception const&) { // of a codec or an upcast; what it says may be a secret
        throw unreadable{errc::decode_failed, "the message's codec or upcast has failed"};
    }
}

} // namespace fairway::detail

#endif
