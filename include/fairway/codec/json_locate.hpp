// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Where in a JSON text an error is. Readers and writers keep no path while all goes well: it is found again from the
// byte.
#ifndef FAIRWAY_CODEC_JSON_LOCATE_HPP
#define FAIRWAY_CODEC_JSON_LOCATE_HPP

#include <fairway/codec/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::detail {

// A place in a JSON text: the exact pointer, and the pointer with a * for each name that is data.
struct json_place {
    std::string pointer;
    std::string shown;

    void add(std::string_view token, bool is_data) {
        pointer.push_back('/');
        for (char const c : token) {
            if (c == '~')
                pointer.append("~0");
            else if (c == '/')
                pointer.append("~1");
            else
                pointer.push_back(c);
        }
        shown.push_back('/');
        shown.append(is_data ? "*" : token);
    }
};

// Finds the place of the value that stands or starts at `offset`; the text before `offset` has to be the start of valid
// JSON. Bit d of `data_levels` says that the names in objects d levels deep came with the data, not from a struct.
class json_locator {
public:
    json_locator(std::string_view text, std::size_t offset, std::uint64_t data_levels)
        : text_(text), offset_(offset < text.size() ? offset : text.size()), data_levels_(data_levels) {}

    json_place find() {
        while (position_ < offset_ && step()) {}
        json_place place;
        for (std::size_t i = 0; i < levels_.size(); ++i) {
            auto const& each = levels_[i];
            if (i + 1 == levels_.size() && each.done) break;
            if (!each.object)
                place.add(std::to_string(each.index), false);
            else if (each.named)
                place.add(each.name, i >= 64 || ((data_levels_ >> i) & 1) != 0);
        }
        return place;
    }

private:
    struct level {
        bool object;
        bool named = false; // in an object: behind a name
        bool done = false;  // behind a value, before the comma
        std::size_t index = 0;
        std::string name;
    };

    // False if `offset_` lies within the token at `position_`.
    bool step() {
        char const c = text_[position_];
        if (c == '{' || c == '[') {
            levels_.push_back({.object = c == '{', .name = {}});
            ++position_;
        } else if (c == '}' || c == ']') {
            if (!levels_.empty()) levels_.pop_back();
            value_ended();
            ++position_;
        } else if (c == ',') {
            if (!levels_.empty()) {
                levels_.back().done = levels_.back().named = false;
                ++levels_.back().index;
            }
            ++position_;
        } else if (c == '"') {
            return string();
        } else if (is_space(c) || c == ':') {
            ++position_;
        } else {
            while (position_ < text_.size() &&
                   std::string_view(",]} \n\r\t").find(text_[position_]) == std::string_view::npos)
                ++position_;
            if (position_ > offset_) return false;
            value_ended();
        }
        return true;
    }

    bool string() {
        std::string content;
        char const* const begin = text_.data();
        auto const end = read_string(begin + position_ + 1, begin + text_.size(), &content);
        auto const behind = static_cast<std::size_t>(end.position - begin);
        if (end.fault != string_fault::none || behind > offset_) return false;
        position_ = behind;
        if (!levels_.empty() && levels_.back().object && !levels_.back().named) {
            levels_.back().named = true;
            levels_.back().name = std::move(content);
        } else {
            value_ended();
        }
        return true;
    }

    void value_ended() {
        if (!levels_.empty()) levels_.back().done = true;
    }

    std::string_view text_;
    std::size_t offset_;
    std::uint64_t data_levels_;
    std::size_t position_ = 0;
    std::vector<level> levels_;
};

} // namespace fairway::detail

#endif
