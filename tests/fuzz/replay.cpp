// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Feeds files to a fuzz target, without a fuzzer, in a plain build: replay FILE_OR_FOLDER...
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int count, char** arguments) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (int i = 1; i < count; ++i) {
        fs::path const path = arguments[i];
        if (!fs::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        for (auto const& entry : fs::directory_iterator(path))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (auto const& file : files) {
        std::ifstream in(file, std::ios::binary);
        std::string const content{std::istreambuf_iterator<char>(in), {}};
        if (!in) {
            std::fprintf(stderr, "cannot read %s\n", file.c_str());
            return 1;
        }
        std::printf("%s\n", file.c_str()); // the last one is the one that failed
        std::fflush(stdout);
        // A block of exactly the file's size, so that a sanitizer sees every byte read beyond.
        auto const exact = std::make_unique<std::uint8_t[]>(content.size());
        std::copy(content.begin(), content.end(), exact.get());
        LLVMFuzzerTestOneInput(exact.get(), content.size());
    }
    std::printf("%zu files\n", files.size());
    return files.empty() ? 1 : 0;
}
