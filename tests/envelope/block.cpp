// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Envelopes as blocks of bytes: the layout, byte for byte; what is lost on the way (nothing) and what is refused.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/envelope/block.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using fairway::duration;
using fairway::envelope;
using fairway::envelope_head;
using fairway::errc;
using fairway::headers;
using fairway::no_time;
using fairway::read_block;
using fairway::time_point;
using fairway::write_block;

namespace {

time_point at(std::int64_t ticks) { return time_point(duration(ticks)); }

time_point const noon = at(1'795'435'200'000'000'000); // 2026-11-23T12:00:00Z

std::string block_of(envelope const& e, time_point now = noon) {
    std::string out;
    write_block(e, now, out);
    return out;
}

// Reads from memory of exactly the block's size, so that a sanitizer sees every byte read beyond.
envelope read_exact(std::string_view block, time_point now = noon) {
    auto const exact = std::make_unique<char[]>(block.size());
    block.copy(exact.get(), block.size());
    return read_block({exact.get(), block.size()}, now);
}

fairway::error_code refusal(std::string_view block) {
    return code_of([&] { (void)read_exact(block); });
}

// What is said of a block that is refused.
std::string complaint(std::string_view block) {
    try {
        (void)read_exact(block);
    } catch (fairway::system_error const& e) {
        return e.what();
    }
    return "";
}

bool same(envelope const& a, envelope const& b) {
    auto const& x = a.head();
    auto const& y = b.head();
    return x.id == y.id && x.correlation == y.correlation && x.conversation == y.conversation &&
           x.causation == y.causation && x.time == y.time && x.expires == y.expires && x.due == y.due &&
           x.type == y.type && x.version == y.version && x.shard == y.shard && x.content_type == y.content_type &&
           x.shard_key == y.shard_key && x.reply_to == y.reply_to && x.source == y.source &&
           a.headers().size() == b.headers().size() && a.headers().packed() == b.headers().packed() &&
           a.body() == b.body();
}

// A message with every field.
envelope full() {
    headers h;
    h.set("tenant", "acme").set("drink", "th\xc3\xa9").set("empty", "");
    h.set_reserved("fw-dead-code", "decode_failed");
    envelope_head head;
    head.id = {0x018f0c5e7a3b7d1eU, 0x9c4f0a1b2c3d4e5fU};
    head.correlation = {1, 2};
    head.conversation = {3, 4};
    head.causation = {5, 6};
    head.time = noon;
    head.expires = noon + duration(2'000'000'000);
    head.due = noon - duration(1);
    head.type = "shop.placed";
    head.version = {2, 1};
    head.shard = 7;
    head.content_type = "application/json";
    head.shard_key = "k-1";
    head.reply_to = "inbox-1";
    head.source = "till";
    return envelope::of_bytes(head, h.view(), std::string_view("{\"id\":1}\0", 9));
}

// A field: its id, a length of one byte, its value.
std::string field(int id, std::string_view value) {
    return {std::string(1, static_cast<char>(id)) + static_cast<char>(value.size()) + std::string(value)};
}

std::string header(std::string_view name, std::string_view value) {
    std::string out;
    for (std::size_t const n : {name.size(), value.size()})
        (out += static_cast<char>(n & 0xff)) += static_cast<char>(n >> 8);
    return out.append(name).append(value);
}

std::string const start = "\x01";                     // the version
std::string const no_body = std::string("\xff\0", 2); // the body field of an empty body

// A field of any length.
std::string long_field(int id, std::string_view value) {
    std::string out(1, static_cast<char>(id));
    std::size_t n = value.size();
    for (; n > 127; n >>= 7) out += static_cast<char>(0x80 | (n & 0x7f));
    return (out += static_cast<char>(n)).append(value);
}

struct typed {
    int number;
};
fairway::body_type const typed_type{sizeof(typed), alignof(typed), "text/plain",
    [](void* object) noexcept { static_cast<typed*>(object)->~typed(); },
    [](void const* object, std::string& out) {
        auto const number = static_cast<typed const*>(object)->number;
        if (number < 0) fairway::detail::fail(errc::encode_failed, "negative");
        out = std::to_string(number);
    }};
envelope of_number(int number) {
    return envelope::of_object({}, {}, typed_type, [&](void* where) { ::new (where) typed{number}; });
}

// splitmix64
class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
    bool often() { return roll(4) != 0; }

private:
    std::uint64_t state_;
};

std::string random_text(dice& random, std::size_t most) {
    constexpr std::string_view parts[] = {"a", "B", "7", ".", "-", " ", ":", "~", "\xc3\xa4", "\xe2\x82\xac"};
    std::string text;
    for (std::size_t n = random.roll(most); n > 0; --n) text += parts[random.roll(std::size(parts))];
    return text;
}

envelope random_envelope(dice& random, time_point now) {
    auto const id = [&] {
        return random.often() ? fairway::message_id{random.next(), random.next()} : fairway::message_id{};
    };
    auto const near = [&] {
        return random.often() ? now + duration(static_cast<std::int64_t>(random.next()) >> 20) : no_time;
    };
    std::string const type = random_text(random, 100), content = random_text(random, 40),
                      key = random_text(random, 200), reply = random_text(random, 60), source = random_text(random, 30);
    envelope_head head;
    head.id = id();
    head.correlation = id();
    head.conversation = id();
    head.causation = id();
    head.time = near();
    head.expires = near();
    head.due = near();
    head.type = type;
    if (random.often()) head.version = {static_cast<unsigned>(random.next()), static_cast<unsigned>(random.roll(3))};
    if (random.often()) head.shard = static_cast<std::uint32_t>(random.next());
    head.content_type = content;
    head.shard_key = key;
    head.reply_to = reply;
    head.source = source;
    headers h;
    for (std::size_t n = random.roll(6); n > 0; --n)
        h.set("h" + std::to_string(random.roll(100)), random_text(random, 50));
    if (random.roll(2) == 0) h.set_reserved("fw-h", random_text(random, 9));
    std::string body(random.roll(3) == 0 ? random.roll(40'000) : random.roll(200), '\0');
    for (auto& c : body) c = static_cast<char>(random.next());
    return envelope::of_bytes(head, h.view(), body);
}

} // namespace

TEST_CASE("the layout of a block, byte for byte", "[block]") {
    using namespace std::string_literals;                                                          // they count zeros
    auto const golden = "\x01"                                                                     // version
                        "\x01\x10\x01\x8f\x0c\x5e\x7a\x3b\x7d\x1e\x9c\x4f\x0a\x1b\x2c\x3d\x4e\x5f" // id
                        "\x02\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02"                             // correlation
                        "\x03\x10\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x04"                             // conversation
                        "\x04\x10\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x06"                             // causation
                        "\x05\x08\0\x80\x3b\x41\xcd\xaa\xea\x18"                                   // time
                        "\x06\x08\0\x94\x35\x77\0\0\0\0"                                           // expires
                        "\x07\x08\xff\xff\xff\xff\xff\xff\xff\xff"                                 // due
                        "\x08\x0bshop.placed"                                                      // type
                        "\x09\x08\x02\0\0\0\x01\0\0\0"                                             // version
                        "\x0a\x04\x07\0\0\0"                                                       // shard
                        "\x0b\x10"
                        "application/json" // content type
                        "\x0c\x03k-1"      // shard key
                        "\x0d\x07inbox-1"  // reply to
                        "\x0e\x04till"     // source
                        "\x0f\x41"         // headers
                        "\x06\0\x04\0tenantacme"
                        "\x05\0\x04\0drinkth\xc3\xa9"
                        "\x05\0\0\0"
                        "empty"
                        "\x0c\0\x0d\0"
                        "fw-dead-codedecode_failed"
                        "\xff\x09{\"id\":1}\0"s; // body
    CHECK(block_of(full()) == golden);
    CHECK(same(read_exact(golden), full()));
}

TEST_CASE("what a message does not have costs no bytes", "[block]") {
    auto const nothing = envelope::of_bytes({}, {}, {});
    CHECK(block_of(nothing) == start + no_body);
    CHECK(same(read_exact(start + no_body), nothing));
    CHECK(block_of(of_number(42)) == start + field(11, "text/plain") + field(255, "42"));
}

TEST_CASE("a block is appended", "[block]") {
    std::string out = "before";
    write_block(envelope::of_bytes({}, {}, "b"), noon, out);
    CHECK(out == "before" + start + field(255, "b"));
    write_block(envelope::of_bytes({}, {}, "c"), noon, out);
    CHECK(out == "before" + start + field(255, "b") + start + field(255, "c"));
}

TEST_CASE("random envelopes come out as they went in", "[block]") {
    dice random(1);
    std::size_t mistakes = 0;
    for (int i = 0; i < 2000; ++i) {
        auto const e = random_envelope(random, noon);
        auto const block = block_of(e);
        auto const again = read_exact(block);
        mistakes += !same(again, e) || block_of(again) != block || again.object_type() != nullptr;
    }
    CHECK(mistakes == 0);
}

TEST_CASE("lengths of one, two, three and four bytes", "[block]") {
    for (std::size_t const n : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 2'097'151U, 2'097'152U, 16U * 1024 * 1024}) {
        auto const e = envelope::of_bytes({}, {}, std::string(n, 'b'));
        auto const block = block_of(e);
        std::size_t const length = n < 128 ? 1 : n < 16'384 ? 2 : n < 2'097'152 ? 3 : 4;
        CHECK(block.size() == 2 + length + n);
        CHECK(same(read_block(block, noon), e));
    }
}

TEST_CASE("a body of more than 16 MiB is refused", "[block]") {
    auto const block = start + long_field(255, std::string(fairway::limits::body + 1, 'b'));
    CHECK(refusal(block) == errc::too_large);
}

TEST_CASE("no start of a block is a block", "[block]") {
    auto const block = block_of(full());
    for (std::size_t n = 0; n < block.size(); ++n)
        if (refusal(std::string_view(block).substr(0, n)) != errc::decode_failed) FAIL_CHECK("read from " << n);
    CHECK_FALSE(refusal(block));
}

TEST_CASE("nothing stands behind a block", "[block]") {
    auto const block = block_of(full());
    for (int c = 0; c < 256; ++c)
        if (refusal(block + static_cast<char>(c)) != errc::decode_failed) FAIL_CHECK("read with " << c);
    CHECK(refusal(block + block) == errc::decode_failed);
}

TEST_CASE("each byte may be damaged: then the block is refused, or is another block", "[block]") {
    auto const block = block_of(full());
    std::size_t read = 0;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        for (int c = 0; c < 256; ++c) {
            auto damaged = block;
            damaged[i] = static_cast<char>(c);
            try {
                auto const e = read_exact(damaged);
                auto const written = block_of(e);
                if (!same(read_exact(written), e) || block_of(read_exact(written)) != written)
                    FAIL_CHECK("byte " << i << " as " << c);
                ++read;
            } catch (fairway::system_error const&) {
                ++refused;
            }
        }
    }
    CHECK(read > 10'000);
    CHECK(refused > 10'000);
}

TEST_CASE("random bytes are survived", "[block]") {
    dice random(2);
    std::size_t read = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string noise(random.roll(40), '\0');
        for (auto& c : noise) c = static_cast<char>(random.roll(2) == 0 ? random.roll(20) : random.next());
        read += !refusal(start + noise) + !refusal(start + noise + no_body);
    }
    CHECK(read < 10'000);
}

TEST_CASE("unknown fields are passed over", "[block]") {
    auto const e = envelope::of_bytes({}, {}, "b");
    CHECK(same(read_exact(start + field(16, "of a later version") + field(255, "b")), e));
    CHECK(same(read_exact(start + field(16, "") + field(17, "x") + field(254, "y") + field(255, "b")), e));
    CHECK(same(read_exact(start + long_field(100, std::string(100'000, '\0')) + field(255, "b")), e));
    auto block = block_of(full());
    block.insert(block.size() - 11, field(16, "new"));
    CHECK(same(read_exact(block), full()));
}

TEST_CASE("fields stand in rising order, and each comes once", "[block]") {
    CHECK(refusal(start + field(8, "a") + field(8, "b") + no_body) == errc::decode_failed);
    CHECK(refusal(start + field(12, "a") + field(8, "b") + no_body) == errc::decode_failed);
    CHECK(refusal(start + field(16, "a") + field(16, "b") + no_body) == errc::decode_failed);
    CHECK(refusal(start + field(0, "") + no_body) == errc::decode_failed);
    CHECK_FALSE(refusal(start + field(8, "b") + field(12, "a") + no_body));
}

TEST_CASE("values have their lengths", "[block]") {
    std::size_t const lengths[] = {16, 16, 16, 16, 8, 8, 8};
    for (int id = 1; id <= 7; ++id) {
        std::string const right(lengths[id - 1], '\x05');
        CHECK_FALSE(refusal(start + field(id, right) + no_body));
        CHECK(refusal(start + field(id, right.substr(1)) + no_body) == errc::decode_failed);
        CHECK(refusal(start + field(id, right + "x") + no_body) == errc::decode_failed);
        CHECK(refusal(start + field(id, "") + no_body) == errc::decode_failed);
    }
    CHECK(refusal(start + field(9, "1234") + no_body) == errc::decode_failed);
    CHECK(refusal(start + field(10, "12345678") + no_body) == errc::decode_failed);
}

TEST_CASE("a length is written in as few bytes as it needs, and in four at most", "[block]") {
    CHECK_FALSE(refusal(start + std::string("\xff\x01z", 3)));
    CHECK(refusal(start + std::string("\xff\x81\0z", 4)) == errc::decode_failed);
    CHECK(refusal(start + std::string("\xff\x80\0", 3)) == errc::decode_failed);
    CHECK(refusal(start + std::string("\xff\x81\x80\x80\x80\0z", 7)) == errc::decode_failed);
    CHECK(refusal(start + "\xff\xff\xff\xff\xff\xff") == errc::decode_failed);
    CHECK(complaint(start + "\xff\xff\xff\xff\xff\x01").find("too many bytes") != std::string::npos);
    CHECK(refusal(start + "\xff\xff\xff\xff\x7f") == errc::decode_failed); // more than there is
}

TEST_CASE("the version is known", "[block]") {
    CHECK(refusal("") == errc::decode_failed);
    for (int version = 0; version < 256; ++version) {
        auto const refused = refusal(static_cast<char>(version) + no_body);
        if (refused != (version == 1 ? fairway::error_code() : errc::decode_failed)) FAIL_CHECK("version " << version);
    }
}

TEST_CASE("the texts of a block obey the rules of header values", "[block]") {
    std::string const longest(fairway::limits::header_value, 'x');
    for (int const id : {8, 11, 12, 13, 14}) {
        CHECK_FALSE(refusal(start + long_field(id, longest) + no_body));
        CHECK(refusal(start + long_field(id, longest + "x") + no_body) == errc::header_value_too_long);
        CHECK(refusal(start + field(id, "a\nb") + no_body) == errc::invalid_header);
        CHECK(refusal(start + field(id, "\xff") + no_body) == errc::invalid_header);
    }
}

TEST_CASE("the headers of a block obey the rules of headers", "[block]") {
    auto const with = [](std::string_view packed) { return refusal(start + long_field(15, packed) + no_body); };
    CHECK_FALSE(with(header("a", "1") + header("fw-b", "")));
    CHECK(with(header("a", "1") + header("b", "2") + header("a", "1")) == errc::decode_failed);
    CHECK(with(header("", "1")) == errc::invalid_header);
    CHECK(with(header("a b", "1")) == errc::invalid_header);
    CHECK(with(header("a:", "1")) == errc::invalid_header);
    CHECK(with(header("\xc3\xa4", "1")) == errc::invalid_header);
    CHECK(with(header("a", "\x01")) == errc::invalid_header);
    CHECK(with(header("a", "\xc2\x80")) == errc::invalid_header);
    CHECK_FALSE(with(header(std::string(255, 'n'), std::string(8192, 'v'))));
    CHECK(with(header(std::string(257, 'n'), "v")) == errc::header_name_too_long);
    CHECK(with(header("n", std::string(8193, 'v'))) == errc::header_value_too_long);
    CHECK(with(header("a", "1") + "\x01") == errc::decode_failed);
    CHECK(with(header("a", "12").substr(0, 6)) == errc::decode_failed);
    CHECK(with(header("a", "1") + std::string("\xff\xff\xff\xff", 4)) == errc::decode_failed);
}

TEST_CASE("a block has 64 headers, and 16 more of Fairway's own", "[block]") {
    std::string packed;
    for (int i = 0; i < 64; ++i) packed += header("h" + std::to_string(i), "v");
    auto const with = [](std::string_view p) { return refusal(start + long_field(15, p) + no_body); };
    CHECK_FALSE(with(packed));
    CHECK(with(packed + header("h64", "v")) == errc::too_many_headers);
    std::string own;
    for (int i = 0; i < 16; ++i) own += header("fw-" + std::to_string(i), "v");
    CHECK_FALSE(with(packed + own));
    CHECK_FALSE(with(own + packed));
    CHECK(with(packed + own + header("fw-16", "v")) == errc::too_many_headers);
    CHECK(with(packed.substr(7) + own + header("fw-16", "v") + header("fw-17", "v")) == errc::too_many_headers);
    CHECK(with(own + packed + header("h64", "v")) == errc::too_many_headers);
}

TEST_CASE("what may be set can be read, however much it is", "[block]") {
    headers h;
    for (int i = 0; i < 64; ++i) h.set("h" + std::to_string(i), std::string(8192, 'v'));
    for (int i = 0; i < 16; ++i) h.set_reserved("fw-" + std::to_string(i), std::string(8192, 'v'));
    std::string const longest(8192, 'k');
    envelope_head head;
    head.type = head.content_type = head.shard_key = head.reply_to = head.source = longest;
    auto const e = envelope::of_bytes(head, h.view(), {});
    CHECK(same(read_exact(block_of(e)), e));
}

TEST_CASE("expires and due are counted on the reader's clock", "[block]") {
    envelope_head head;
    head.time = noon;
    head.expires = noon + duration(500);
    head.due = noon + duration(100);
    auto const e = envelope::of_bytes(head, {}, {});
    auto const block = block_of(e, noon + duration(30));
    for (std::int64_t const skew : {0LL, 1LL, -1LL, 86'400'000'000'000LL, -86'400'000'000'000LL}) {
        auto const there = noon + duration(skew);
        auto const read = read_exact(block, there);
        CHECK(read.head().expires == there + duration(470));
        CHECK(read.head().due == there + duration(70));
        CHECK(read.head().time == noon);
    }
    auto const late = read_exact(block_of(e, noon + duration(501)), at(77));
    CHECK(late.head().expires == at(76));
}

TEST_CASE("one now for writing and reading keeps the times as they are", "[block]") {
    for (time_point const now : {at(0), noon, at(-5), time_point::max()}) {
        auto const read = read_exact(block_of(full(), now), now);
        CHECK(read.head().expires == full().head().expires);
        CHECK(read.head().due == full().head().due);
    }
}

TEST_CASE("times far away neither overflow nor turn into never", "[block]") {
    time_point const points[] = {time_point::min(), time_point::min() + duration(1), at(-1), at(1), noon,
        time_point::max() - duration(1), time_point::max()};
    for (auto const expires : points) {
        envelope_head head;
        head.expires = head.due = head.time = expires;
        auto const e = envelope::of_bytes(head, {}, {});
        for (auto const here : points) {
            auto const block = block_of(e, here);
            for (auto const there : points) {
                auto const read = read_exact(block, there);
                CHECK(read.head().time == expires);
                CHECK(read.head().expires == read.head().due);
                CHECK(read.head().expires != no_time);
                if (expires == time_point::max()) CHECK(read.head().expires == time_point::max());
                if (expires < here) CHECK((read.head().expires < there || there <= at(1)));
                if (expires > here) CHECK((read.head().expires > there || there == time_point::max()));
            }
        }
    }
    // Exactly at the time that means "never".
    envelope_head head;
    head.expires = noon - duration(40);
    CHECK(read_exact(block_of(envelope::of_bytes(head, {}, {})), at(40)).head().expires == at(1));
}

TEST_CASE("what cannot be written leaves the output as it was", "[block]") {
    auto const refused = [](envelope const& e) {
        std::string out = "before";
        auto const code = code_of([&] { write_block(e, noon, out); });
        CHECK(out == "before");
        return code;
    };
    envelope_head head;
    CHECK(refused(envelope()) == errc::invalid_argument);
    head.type = "a\nb";
    CHECK(refused(envelope::of_bytes(head, {}, {})) == errc::invalid_header);
    head.type = {};
    head.content_type = "\xff";
    CHECK(refused(envelope::of_bytes(head, {}, {})) == errc::invalid_header);
    head.content_type = {};
    head.source = "\x7f";
    CHECK(refused(envelope::of_bytes(head, {}, {})) == errc::invalid_header);
    CHECK(refused(of_number(-1)) == errc::encode_failed);
}

TEST_CASE("what is said of a bad block says where, and nothing of what is in it", "[block]") {
    CHECK(complaint("").find("is empty") != std::string::npos);
    CHECK(complaint("\x02secret").find("version") != std::string::npos);
    CHECK(complaint(start + field(8, "secret")).find("without a body") != std::string::npos);
    CHECK(complaint(start + field(5, "secret") + no_body).find("(byte 9, field 5)") != std::string::npos);
    CHECK(complaint(start + field(15, header("tenant", "1") + header("secret", "2")).substr(0, 20)).find("cut off") !=
          std::string::npos);
    for (auto const& bad : {field(8, "secret\n"), field(15, header("secret", "secret\n")),
             field(15, header("secret:", "")), field(15, header("secret", "") + header("secret", "")),
             long_field(15, header(std::string(300, 's') + "secret", "")), field(8, "secret") + field(8, "secret")}) {
        auto const text = complaint(start + bad + no_body);
        CHECK_FALSE(text.empty());
        CHECK(text.find("secret") == std::string::npos);
        CHECK(text.find("sss") == std::string::npos);
        CHECK(text.size() < 200);
    }
    CHECK(complaint(start + field(15, header("a", "") + header("b", "\n")) + no_body).find("header 2") !=
          std::string::npos);
}

TEST_CASE("packed headers are viewed in place once they are checked", "[block]") {
    headers h;
    h.set("a", "1").set("b", "2").set_reserved("fw-c", "3");
    auto const packed = std::string(h.view().packed());
    auto const view = fairway::checked_headers(packed);
    CHECK(view.packed().data() == packed.data());
    CHECK(view.size() == 3U);
    CHECK(view.find("fw-c") == "3");
    CHECK(fairway::checked_headers("").empty());
    CHECK(packed == header("a", "1") + header("b", "2") + header("fw-c", "3"));
}
