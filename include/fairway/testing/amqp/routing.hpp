// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_ROUTING_HPP
#define FAIRWAY_TESTING_AMQP_ROUTING_HPP

#include <fairway/testing/amqp/refusal.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::amqp_detail {

// Words with dots between them; no text is no word.
inline std::vector<std::string_view> words_of(std::string_view key) {
    std::vector<std::string_view> words;
    while (!key.empty()) {
        auto const dot = key.find('.');
        words.push_back(key.substr(0, dot));
        if (dot == std::string_view::npos) break;
        key.remove_prefix(dot + 1);
        if (key.empty()) words.emplace_back(); // it ended with one
    }
    return words;
}

// In a pattern, `*` stands for one word and `#` for any number of them.
inline bool topic_matches(std::span<std::string_view const> pattern, std::span<std::string_view const> key) {
    while (!pattern.empty()) {
        if (pattern[0] == "#") {
            for (std::size_t skip = 0; skip <= key.size(); ++skip)
                if (topic_matches(pattern.subspan(1), key.subspan(skip))) return true;
            return false;
        }
        if (key.empty() || (pattern[0] != "*" && pattern[0] != key[0])) return false;
        pattern = pattern.subspan(1);
        key = key.subspan(1);
    }
    return key.empty();
}
inline bool topic_matches(std::string_view pattern, std::string_view key) {
    auto const p = words_of(pattern);
    auto const k = words_of(key);
    return topic_matches(std::span(p), std::span(k));
}

enum class exchange_type { direct, fanout, topic };

inline std::string_view name_of(exchange_type type) noexcept {
    switch (type) {
    case exchange_type::fanout: return "fanout";
    case exchange_type::topic: return "topic";
    default: return "direct";
    }
}
inline std::optional<exchange_type> exchange_type_of(std::string_view name) {
    for (auto const type : {exchange_type::direct, exchange_type::fanout, exchange_type::topic})
        if (name == name_of(type)) return type;
    return std::nullopt;
}

struct binding {
    std::string queue;
    std::string key;
    bool operator==(binding const&) const = default;
};

struct exchange {
    exchange_type type = exchange_type::direct;
    bool durable = false;
    bool auto_delete = false; // with its last binding
    bool internal = false;    // clients don't publish to it
    std::vector<binding> bindings{};

    // The names of the queues that a message goes to, each once.
    std::vector<std::string> route(std::string_view key) const {
        std::vector<std::string> queues;
        for (auto const& b : bindings)
            if (leads(b, key) && std::find(queues.begin(), queues.end(), b.queue) == queues.end())
                queues.push_back(b.queue);
        return queues;
    }

private:
    bool leads(binding const& b, std::string_view key) const {
        switch (type) {
        case exchange_type::fanout: return true;
        case exchange_type::topic: return topic_matches(b.key, key);
        default: return b.key == key;
        }
    }
};

} // namespace fairway::testing::amqp_detail

#endif
