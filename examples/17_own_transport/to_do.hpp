// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is not written yet. This file goes once nothing is left to do.
#ifndef PIGEON_TO_DO_HPP
#define PIGEON_TO_DO_HPP

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pigeons {

struct to_do_list {
    std::vector<std::string> of_case;                // what this case came across: it fails with the first
    std::vector<std::pair<int, std::string>> of_all; // what all cases came across, each once, by steps
};
inline to_do_list to_dos;

// Stands in a function until that is written, in this step of the walk. Gives its text, to be thrown where nothing else
// can be done.
inline std::string to_do(int step, std::string const& function, std::string const& what) {
    std::string text = function + ": not written yet: " + what + " (step " + std::to_string(step) + ")";
    to_dos.of_case.push_back(text);
    auto& all = to_dos.of_all;
    if (std::find(all.begin(), all.end(), std::pair(step, text)) != all.end()) return text;
    all.emplace_back(step, text);
    std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    return text;
}

} // namespace pigeons

#endif
