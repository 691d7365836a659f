// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A directory that is written by hand: its file changes, its names move.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/env/sleep.hpp>
#include <fairway/testing/bench.hpp>
#include <fairway/transport/tcp/static_directory.hpp>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace std::chrono_literals;
using fairway::discovery_options;
using fairway::errc;
using fairway::error_code;
using fairway::static_directory;
using fairway::system_error;
using fairway::task;
using fairway::env::endpoint;
using fairway::env::file_stamp;
namespace env = fairway::env;
namespace asio = boost::asio;

namespace {

// One file, which a test writes; a write within a tick of its clock leaves the stamp as it was.
class fake_files final : public env::files {
public:
    using files::files;
    file_stamp look(std::string const& path) const override {
        CHECK(path == "/map");
        if (!there)
            throw system_error(
                boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory), path);
        return stamp;
    }
    std::string read(std::string const& path, std::size_t most) const override {
        CHECK(path == "/map");
        ++reads;
        if (text.size() > most) throw system_error(errc::too_large, path);
        return text;
    }
    void write(std::string t) {
        there = true;
        text = std::move(t);
        stamp.size = text.size();
        ++stamp.modified;
    }

    bool there = false;
    std::string text;
    file_stamp stamp;
    mutable int reads = 0;
};

// Names and what they resolve to, after some time.
struct zone {
    std::map<std::string, std::vector<std::string>> names;
    std::map<std::string, int> asked;
    fairway::duration latency = 10ms;
};
class fake_network final : public env::network_impl {
public:
    explicit fake_network(std::shared_ptr<zone> z) : zone_(std::move(z)) {}
    task<env::stream> connect(endpoint, asio::any_io_executor) override { throw std::logic_error("not here"); }
    std::unique_ptr<env::acceptor> listen(endpoint const&, asio::any_io_executor) override {
        throw std::logic_error("not here");
    }
    task<std::vector<std::string>> resolve(std::string host, asio::any_io_executor) override {
        auto const z = zone_;
        ++z->asked[host];
        co_await fairway::sleep_for(z->latency);
        auto const at = z->names.find(host);
        if (at == z->names.end()) throw system_error(asio::error::host_not_found, "look up");
        co_return at->second;
    }

private:
    std::shared_ptr<zone> zone_;
};

struct fixture {
    fixture()
        : files(asio::make_service<fake_files>(b.context())),
          net(asio::make_service<env::network>(b.context(), std::make_unique<fake_network>(names))) {}

    void open(discovery_options o) {
        dir.emplace(b.get_executor(), std::move(o), [this](error_code const& e, std::string_view text) {
            said.push_back((e ? "! " : "") + std::string(text));
        });
    }
    void open_file() {
        discovery_options o;
        o.file("/map");
        open(o);
    }
    std::shared_ptr<void> watch(std::string const& name) {
        fairway::address a;
        a.channel = name;
        return dir->watch(a, [this, name](std::vector<endpoint> const& all) {
            ++times[name];
            auto& text = known[name];
            text.clear();
            for (auto const& e : all) text += (text.empty() ? "" : " ") + e.text();
        });
    }

    fairway::testing::bench b;
    fake_files& files;
    std::shared_ptr<zone> names = std::make_shared<zone>();
    env::network& net;
    std::optional<static_directory> dir;
    std::map<std::string, std::string> known;
    std::map<std::string, int> times;
    std::vector<std::string> said;
};

} // namespace

TEST_CASE("A static directory tells once, soon, also where nobody listens") {
    fixture f;
    f.open(discovery_options().channel("orders", "h:2, h:10, h:1"));
    auto const a = f.watch("orders");
    auto const b = f.watch("other");
    CHECK(f.times.empty());
    f.b.settle();
    CHECK(f.known["orders"] == "tcp://h:1 tcp://h:10 tcp://h:2"); // sorted
    CHECK(f.times["other"] == 1);
    CHECK(f.known["other"].empty());
    CHECK(f.dir->announce({}, endpoint::parse("h:1")) != nullptr);
    f.b.advance(1h);
    CHECK(f.times["orders"] == 1);
    CHECK(f.times["other"] == 1);
    CHECK_FALSE(f.b.clock().next_alarm()); // nothing to look at
}

TEST_CASE("A file's new content counts at the second look, and only for whom it changes something") {
    fixture f;
    f.files.write("a = h:1\nb = h:1\n");
    f.open_file();
    auto const a = f.watch("a");
    auto const b = f.watch("b");
    f.b.advance(10s);
    CHECK(f.known["a"] == "tcp://h:1");
    auto const reads = f.files.reads;
    f.b.advance(1h);
    CHECK(f.files.reads == reads); // not as long as its stamp stays

    f.files.write("a = h:1\nb = h:2\n");
    f.b.advance(2s);
    CHECK(f.known["b"] == "tcp://h:1");
    f.b.advance(2s);
    CHECK(f.known["b"] == "tcp://h:2");
    CHECK(f.times["a"] == 1);
    CHECK(f.times["b"] == 2);
    CHECK(f.said.empty());
}

TEST_CASE("A file that is being written does not count before it stays as it is") {
    fixture f;
    f.files.write("a = h:1\n");
    f.open_file();
    auto const a = f.watch("a");
    f.b.advance(10s);
    f.files.write(""); // truncated
    f.b.advance(2s);
    f.files.write("a = h:2\n"); // half of it
    f.b.advance(2s);
    f.files.write("a = h:2, h:3\n");
    f.b.advance(2s);
    CHECK(f.known["a"] == "tcp://h:1");
    f.b.advance(2s);
    CHECK(f.known["a"] == "tcp://h:2 tcp://h:3");
    CHECK(f.times["a"] == 2);
    CHECK(f.said.empty());
}

TEST_CASE("A second write with the same size and time is seen") {
    fixture f;
    f.files.write("a = h:1\n");
    f.open_file();
    auto const a = f.watch("a");
    SECTION("right after it was opened") {}
    SECTION("later") {
        f.b.advance(10s);
        f.files.write("a = h:2\n");
        f.b.advance(2s);
    }
    f.files.text = "a = h:3\n"; // the stamp is the same
    f.b.advance(4s);
    CHECK(f.known["a"] == "tcp://h:3");
}

TEST_CASE("A broken file is told once, and the last good one stays") {
    fixture f;
    f.files.write("a = h:1\n");
    f.open_file();
    auto const a = f.watch("a");
    f.b.advance(10s);
    SECTION("not understood") {
        f.files.write("a = h:2\nb\n");
        f.b.advance(1min);
        REQUIRE(f.said.size() == 1);
        CHECK(f.said[0].find("! /map, line 2: write it as 'channel = endpoint, endpoint'") == 0);
        CHECK(f.said[0].find("; the last good one stays") != std::string::npos);
        f.files.write("b\na = h:2\n"); // another mistake is told again
        f.b.advance(1min);
        CHECK(f.said.size() == 2);
        f.said.pop_back();
    }
    SECTION("emptied") {
        f.files.write("");
        f.b.advance(1min);
        REQUIRE(f.said.size() == 1);
        CHECK(f.said[0].find("! /map: it names no channel") == 0);
    }
    SECTION("removed") {
        f.files.there = false;
        f.b.advance(1min);
        REQUIRE(f.said.size() == 1);
        CHECK(f.said[0].find("! /map: No such file or directory") == 0);
    }
    SECTION("too large") {
        f.files.write(std::string(fairway::channel_map::max_size + 1, '#'));
        f.b.advance(1min);
        REQUIRE(f.said.size() == 1);
        CHECK(f.said[0].find("! /map") == 0);
    }
    CHECK(f.known["a"] == "tcp://h:1");
    f.files.write("a = h:1\n");
    f.b.advance(1min);
    CHECK(f.said.size() == 2);
    CHECK(f.said[1] == "channel map /map is in force again");
    CHECK(f.times["a"] == 1);
}

TEST_CASE("A file that can't be used at the beginning is an error at once") {
    fixture f;
    CHECK(code_of([&] { f.open_file(); }) == boost::system::errc::no_such_file_or_directory);
    f.files.write("a");
    CHECK(code_of([&] { f.open_file(); }) == errc::invalid_argument);
    f.files.write(std::string(fairway::channel_map::max_size + 1, '#'));
    CHECK(code_of([&] { f.open_file(); }) == errc::too_large);
}

TEST_CASE("A name's addresses are endpoints, and are looked up again and again") {
    fixture f;
    f.names->names["more"] = {"10.0.0.2", "10.0.0.1", "10.0.0.2", "::1"};
    f.open(discovery_options()
               .channel("a", "h:1, dns://more:7")
               .channel("b", "dns://more:8")
               .channel("c", "dns://idle:8"));
    auto const a = f.watch("a");
    auto const b = f.watch("b");
    f.b.settle();
    CHECK(f.times.empty()); // one of its endpoints would look like all of them
    f.b.advance(1s);
    CHECK(f.known["a"] == "tcp://10.0.0.1:7 tcp://10.0.0.2:7 tcp://[::1]:7 tcp://h:1");
    CHECK(f.known["b"] == "tcp://10.0.0.1:8 tcp://10.0.0.2:8 tcp://[::1]:8");
    CHECK(f.names->asked["more"] == 1);                       // for both
    CHECK(f.names->asked["idle"] == 0);                       // nobody watches
    f.names->names["more"] = {"10.0.0.1", "::1", "10.0.0.2"}; // turned around
    f.b.advance(35s);
    CHECK(f.names->asked["more"] == 2);
    CHECK(f.times["b"] == 1);
    f.names->names["more"] = {"10.0.0.3"};
    f.b.advance(70s);
    CHECK(f.known["b"] == "tcp://10.0.0.3:8");
    auto const asked = f.names->asked["more"];
    f.b.advance(1h);
    CHECK(f.names->asked["more"] >= asked + 3600 / 33 - 1);
    CHECK(f.names->asked["more"] <= asked + 3600 / 27 + 1);
    CHECK(f.said.empty());
}

TEST_CASE("Nobody is told that nobody listens before the name was looked up") {
    fixture f;
    f.names->latency = 3s;
    f.open(discovery_options().channel("a", "dns://one:7").channel("b", "dns://one:8, dns://none:8"));
    auto const a = f.watch("a");
    auto const b = f.watch("b");
    f.b.advance(2s);
    CHECK(f.times.empty());
    SECTION("it is found") {
        f.names->names["one"] = {"10.0.0.1"};
        f.b.advance(2s);
        CHECK(f.known["a"] == "tcp://10.0.0.1:7");
        CHECK(f.known["b"] == "tcp://10.0.0.1:8"); // the other one is not
    }
    SECTION("it is not found, which is an answer") {
        f.b.advance(2s);
        CHECK(f.known["a"].empty());
        CHECK(f.known["b"].empty());
    }
    CHECK(f.times == std::map<std::string, int>{{"a", 1}, {"b", 1}});
    // Who comes later is told at once what is known.
    auto const late = f.watch("a");
    f.b.settle();
    CHECK(f.times["a"] == 2);
}

TEST_CASE("A list of before stays until the names of the new one were looked up") {
    fixture f;
    f.names->latency = 10s;
    f.files.write("a = h:1\n");
    f.open_file();
    auto const a = f.watch("a");
    f.b.advance(5s);
    CHECK(f.known["a"] == "tcp://h:1");
    f.files.write("a = dns://one:7\n");
    f.b.advance(10s);
    CHECK(f.names->asked["one"] == 1);
    CHECK(f.known["a"] == "tcp://h:1");
    f.names->names["one"] = {"10.0.0.1"};
    f.b.advance(10s);
    CHECK(f.known["a"] == "tcp://10.0.0.1:7");
    CHECK(f.times["a"] == 2);
}

TEST_CASE("Of a name that is not found any more the last addresses stay") {
    fixture f;
    f.open(discovery_options().channel("a", "dns://more:7"));
    auto const a = f.watch("a");
    f.b.advance(1min);
    CHECK(f.known["a"].empty());
    CHECK(f.times["a"] == 1);
    REQUIRE(f.said.size() == 1);
    CHECK(f.said[0] == "! dns://more: Host not found (authoritative); the last answer stays");
    CHECK(f.names->asked["more"] >= 4); // sooner than every 30 s at first

    f.names->names["more"] = {"10.0.0.1"};
    f.b.advance(35s);
    CHECK(f.known["a"] == "tcp://10.0.0.1:7");
    CHECK(f.said.back() == "dns://more is found again");
    f.names->names["more"] = {};
    f.b.advance(35s);
    CHECK(f.said.back() == "! dns://more: it has no address; the last answer stays");
    f.names->names.clear();
    f.b.advance(1h);
    CHECK(f.known["a"] == "tcp://10.0.0.1:7");
    CHECK(f.said.size() == 4);
    CHECK(f.times["a"] == 2);
}

TEST_CASE("An address goes once two answers in a row were without it") {
    fixture f;
    auto& all = f.names->names["more"];
    f.open(discovery_options().channel("a", "dns://more:7"));
    auto const a = f.watch("a");
    auto const after = [&](std::vector<std::string> answer) {
        all = std::move(answer);
        auto const asked = f.names->asked["more"];
        for (int i = 0; i < 60 && f.names->asked["more"] == asked; ++i) f.b.advance(1s);
        f.b.advance(100ms); // its latency
        return f.known["a"];
    };
    CHECK(after({"10.0.0.1", "10.0.0.2"}) == "tcp://10.0.0.1:7 tcp://10.0.0.2:7");
    // A server that tells one of them at a time hangs up on nobody.
    CHECK(after({"10.0.0.2"}) == "tcp://10.0.0.1:7 tcp://10.0.0.2:7");
    CHECK(after({"10.0.0.1"}) == "tcp://10.0.0.1:7 tcp://10.0.0.2:7");
    CHECK(after({"10.0.0.2"}) == "tcp://10.0.0.1:7 tcp://10.0.0.2:7");
    CHECK(f.times["a"] == 1);
    CHECK(after({"10.0.0.2", "10.0.0.3"}) == "tcp://10.0.0.2:7 tcp://10.0.0.3:7");
    // A failure is no answer.
    CHECK(after({"10.0.0.3"}) == "tcp://10.0.0.2:7 tcp://10.0.0.3:7");
    CHECK(after({}) == "tcp://10.0.0.2:7 tcp://10.0.0.3:7");
    CHECK(after({"10.0.0.3"}) == "tcp://10.0.0.3:7");
}

TEST_CASE("The addresses of two answers are no more than a name may have, the new ones first") {
    fairway::tcp_detail::name_state n(30s, fairway::env::steady_point(1h));
    auto const some = [](char const* net) {
        std::vector<std::string> all;
        for (int i = 0; i < 200; ++i) all.push_back(net + std::to_string(i));
        return all;
    };
    auto const of = [&](std::string const& net) {
        return std::count_if(
            n.addresses().begin(), n.addresses().end(), [&](auto const& a) { return a.find(net) == 0; });
    };
    n.answered(some("10.0.1."), fairway::env::steady_point(1h), 0);
    n.answered(some("10.0.2."), fairway::env::steady_point(2h), 0);
    CHECK(of("10.0.1.") == 56);
    CHECK(of("10.0.2.") == 200);
    CHECK_FALSE(n.too_many());
}

TEST_CASE("A name with too many addresses is cut, and that is told") {
    fixture f;
    auto& all = f.names->names["more"];
    for (int i = 0; i < 300; ++i) all.push_back("10.0.1." + std::to_string(i));
    f.open(discovery_options().channel("a", "dns://more:7"));
    std::size_t n = 0;
    auto const a = f.dir->watch({"a", {}, 0}, [&](std::vector<endpoint> const& l) { n = l.size(); });
    f.b.advance(1min);
    CHECK(n == 256);
    CHECK(f.said == std::vector<std::string>{"! dns://more: it has more addresses than 256, the rest is not used"});
}

TEST_CASE("Names come and go with the file that says them, and with those who watch") {
    fixture f;
    f.names->names = {{"one", {"10.0.0.1"}}, {"two", {"10.0.0.2"}}};
    f.files.write("a = dns://one:1\n");
    f.open_file();
    auto a = f.watch("a");
    f.b.advance(5s);
    CHECK(f.known["a"] == "tcp://10.0.0.1:1");
    f.files.write("a = dns://one:9, dns://two:2\n");
    f.b.advance(5s);
    CHECK(f.known["a"] == "tcp://10.0.0.1:9 tcp://10.0.0.2:2");
    CHECK(f.names->asked["one"] == 1); // the port is another, the name is not
    a.reset();
    f.b.advance(1min);
    auto const asked = f.names->asked;
    f.b.advance(1h);
    CHECK(f.names->asked == asked);
    CHECK(f.times["a"] == 2);
}

TEST_CASE("A watcher may drop its handle when it is told, and is told nothing afterwards") {
    fixture f;
    f.files.write("a = h:1\n");
    f.open_file();
    int told = 0;
    std::shared_ptr<void> one;
    std::shared_ptr<void> two;
    one = f.dir->watch({"a", {}, 0}, [&](std::vector<endpoint> const&) {
        ++told;
        one.reset();
        two.reset(); // it was to be told next
    });
    two = f.dir->watch({"a", {}, 0}, [&](std::vector<endpoint> const&) { told += 100; });
    f.b.settle();
    CHECK(told == 1);
    f.files.write("a = h:2\n");
    f.b.advance(1min);
    CHECK(told == 1);
}

TEST_CASE("A static directory may go in a watcher and in its log, and tells nothing more") {
    fixture f;
    SECTION("in a watcher") {
        int told = 0;
        f.open(discovery_options().channel("a", "h:1"));
        auto const watch = [&] {
            return f.dir->watch({"a", {}, 0}, [&](std::vector<endpoint> const&) {
                ++told;
                f.dir.reset();
            });
        };
        auto const one = watch();
        auto const two = watch();
        f.b.settle();
        CHECK(told == 1);
    }
    SECTION("in its log") {
        f.dir.emplace(f.b.get_executor(), discovery_options().channel("a", "dns://none:1"),
            [&](error_code const&, std::string_view) { f.dir.reset(); });
        auto const a = f.watch("a");
        f.b.advance(1s);
        CHECK_FALSE(f.dir);
        CHECK(f.times.empty());
    }
    CHECK_FALSE(f.b.clock().next_alarm());
}

TEST_CASE("A static directory may go at any time, its context too") {
    std::optional<fixture> f(std::in_place);
    f->names->names["more"] = {"10.0.0.1"};
    f->names->latency = 1min;
    f->open(discovery_options().channel("a", "dns://more:7"));
    auto const a = f->watch("a");
    SECTION("while its first words are on their way") {
        f->dir.reset();
        f->b.advance(1h);
        CHECK(f->times["a"] == 0);
    }
    SECTION("while a name is looked up") {
        f->b.advance(1s);
        f->dir.reset();
        f->b.advance(1h);
        CHECK(f->times["a"] == 0);
        CHECK(f->names->asked["more"] == 1);
    }
    SECTION("after its context") {
        static_directory kept(f->b.get_executor(), discovery_options().channel("a", "dns://more:7"));
        auto const handle = kept.watch({"a", {}, 0}, [](std::vector<endpoint> const&) {});
        f->b.advance(1s);
        f.reset();
        CHECK(handle != nullptr);
    }
}

TEST_CASE("The system's files are read and looked at as they are") {
    asio::io_context context;
    auto& files = env::files::of(context.get_executor());
    char path[] = "/tmp/fairway-test-XXXXXX";
    int const file = ::mkstemp(path);
    REQUIRE(file >= 0);
    ::close(file);
    std::ofstream(path) << std::string(100'000, 'x');
    auto const before = files.look(path);
    CHECK(before.size == 100'000);
    CHECK(files.read(path, 100'000).size() == 100'000);
    CHECK(code_of([&] { files.read(path, 99'999); }) == errc::too_large);
    std::ofstream(path) << "a = h:1\n";
    CHECK(files.look(path) != before);
    CHECK(files.read(path, 8) == "a = h:1\n");
    static_directory const opened(context.get_executor(), discovery_options().file(path));
    ::unlink(path);
    CHECK(code_of([&] { files.look(path); }) == boost::system::errc::no_such_file_or_directory);
    CHECK(code_of([&] { files.read(path, 8); }) == boost::system::errc::no_such_file_or_directory);
    CHECK(code_of([&] { files.look("/tmp"); }) == errc::invalid_argument);
    CHECK(code_of([&] { files.read("/tmp", 8); }) == errc::invalid_argument);
    REQUIRE(::mkfifo(path, 0600) == 0);
    CHECK(code_of([&] { files.read(path, 8); }) == errc::invalid_argument); // does not wait for a writer
    ::unlink(path);
}
