// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// SipHash against what its authors and another implementation compute.
#include "fw_catch.hpp"

#include <fairway/delivery/siphash.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

using fairway::message_id;
using fairway::siphash;
using fairway::siphash_key;

namespace {

// The key of the test vectors: the bytes 0 to 15.
constexpr siphash_key test_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string bytes_up_to(std::size_t n) {
    std::string bytes;
    for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(i);
    return bytes;
}

void append(std::string& out, std::uint64_t number, int size) {
    for (int i = 0; i < size; ++i) out += static_cast<char>(number >> 8 * i & 0xff);
}

} // namespace

TEST_CASE("SipHash-2-4 gives the value of the paper's appendix A") {
    CHECK(siphash<2, 4>(test_key, bytes_up_to(15)) == 0xa129ca6149be45e5);
}

TEST_CASE("SipHash-2-4 gives the reference implementation's 64 vectors") {
    // Inputs of 0 to 63 bytes. Of the 512 bytes of hashes: the first, and all of them under FNV-1a.
    CHECK(siphash<2, 4>(test_key, "") == 0x726fdb47dd0e0e31);
    std::uint64_t all = 0xcbf29ce484222325;
    for (std::size_t n = 0; n < 64; ++n) {
        std::string hash;
        append(hash, siphash<2, 4>(test_key, bytes_up_to(n)), 8);
        for (char const c : hash) all = (all ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    CHECK(all == 0xdf6e50c71553c78c);
}

TEST_CASE("SipHash-1-3 gives what Python hashes bytes with") {
    // CPython 3.11 with PYTHONHASHSEED=0: the key is zero.
    CHECK(siphash<1, 3>({}, "fairway") == 0x1063ccb68e6c4efc);
    CHECK(siphash<1, 3>({}, "12345678") == 0x3489982430560a87);
    CHECK(siphash<1, 3>({}, "the quick brown fox jumps over the lazy dog") == 0x80a65583f613da2d);
}

TEST_CASE("an id is hashed as its bytes, with and without a number beside it") {
    message_id const id{0x0123456789abcdef, 0xfedcba9876543210};
    std::string bytes;
    append(bytes, id.high, 8);
    append(bytes, id.low, 8);
    CHECK(siphash<2, 4>(test_key, id) == siphash<2, 4>(test_key, bytes));
    CHECK(siphash<1, 3>(test_key, id) == siphash<1, 3>(test_key, bytes));
    append(bytes, 0xa1b2c3d4, 4);
    CHECK(siphash<2, 4>(test_key, id, 0xa1b2c3d4) == siphash<2, 4>(test_key, bytes));
    CHECK(siphash(test_key, id, 0xa1b2c3d4) == siphash<1, 3>(test_key, bytes));
}

TEST_CASE("the key, the scope and each half of the id change the hash") {
    message_id const id{1, 2};
    auto const hash = siphash(test_key, id, 3);
    CHECK(siphash({test_key.first ^ 1, test_key.second}, id, 3) != hash);
    CHECK(siphash({test_key.first, test_key.second ^ 1}, id, 3) != hash);
    CHECK(siphash(test_key, {1 ^ 4, 2}, 3) != hash);
    CHECK(siphash(test_key, {1, 2 ^ 4}, 3) != hash);
    CHECK(siphash(test_key, {2, 1}, 3) != hash);
    CHECK(siphash(test_key, id, 4) != hash);
    CHECK(siphash(test_key, id) != siphash(test_key, id, 0));
}
