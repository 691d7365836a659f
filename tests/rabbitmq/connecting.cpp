// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How programs reach RabbitMQ by a URL: with TLS, as who their certificate says, and by one of several hosts.
#include "fw_catch.hpp"
#include "rabbitmq/broker.hpp"
#include "rabbitmq/without_broker.hpp"

#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct parcel {
    using contract = command<"connecting.parcel">;
    std::string what;
};
using parcels = point_to_point<"connecting.parcels", parcel>;

// A virtual host, and the URLs of it.
class warehouse {
public:
    warehouse() : name_("connecting" + std::to_string(++count())) { server().add_virtual_host(name_); }
    ~warehouse() { server().remove_virtual_host(name_); }

    rabbitmq_kit::broker& server() const { return rabbitmq_kit::shared_broker(); }
    std::string port() const { return std::to_string(server().port()); }
    std::string tls_port() const { return std::to_string(server().tls_port()); }
    // With TLS, for `who`: somebody with an '@', or nobody.
    std::string tls_url(std::string const& who, std::string const& options) const {
        return "amqps://" + who + "localhost:" + tls_port() + path() + "?" + options;
    }
    std::string path() const { return "/" + name_; }
    std::string ca() const { return server().file("ca.pem"); }
    // Options of a URL: what proves to be `name`, and what is trusted.
    std::string certificate(std::string const& name) const {
        server().certify(name);
        return shown(name);
    }
    std::string shown(std::string const& name) const {
        return "ca=" + ca() + "&certificate=" + server().file(name + ".pem") + "&key=" + server().file(name + ".key");
    }
    // A user without a password, and nobody else, may do everything here.
    void let_in_only(std::string const& user) const {
        server().ask("PUT", "/api/users/" + user, R"({"password_hash":"","tags":""})");
        auto const permissions = "/api/permissions" + path() + "/";
        server().ask("PUT", permissions + user, R"({"configure":".*","write":".*","read":".*"})");
        server().ask("DELETE", permissions + "guest");
    }

private:
    static int& count() {
        static int n = 0;
        return n;
    }
    std::string name_;
};

// An authority that the broker has nothing to do with.
certificates::identity stranger() { return certificates::make({.common_name = "a stranger", .authority = true}); }

// What `on_trouble` has told.
struct complaint {
    std::string where;
    error_code why;
    std::string text;
};

// A program that has one URL to know, and sends a parcel to itself.
class program {
public:
    explicit program(std::string const& where) {
        auto options = amqp_options::from(url(where));
        options.on_trouble([this](std::string_view at, error_code why, std::string_view text) {
            complaints.push_back({std::string(at), why, std::string(text)});
        });
        all_.emplace(any_transport(amqp(io_.get_executor(), options)), "clerk");
        all_->handle<parcels>([this](parcel const& p) { received_.push_back(p.what); });
        all_->start();
    }
    // Whether a parcel arrives.
    bool delivers() {
        asio::co_spawn(io_, post(all_->sender<parcels>()), asio::detached);
        run_until([this] { return !received_.empty(); });
        return received_ == std::vector<std::string>{"tea"};
    }
    // The first complaint; one with an empty text where there is none.
    complaint refused() {
        asio::co_spawn(io_, post(all_->sender<parcels>()), asio::detached);
        run_until([this] { return !complaints.empty(); });
        CHECK(received_.empty());
        return complaints.empty() ? complaint{} : complaints.front();
    }

    std::vector<complaint> complaints;

private:
    static task<> post(sender_port<parcels> to) {
        parcel const tea{"tea"};
        co_await to.send(tea);
    }
    void run_until(std::function<bool()> const& done) {
        auto const end = std::chrono::steady_clock::now() + 30s;
        while (!done() && std::chrono::steady_clock::now() < end) io_.run_one_until(end);
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> keeps_{io_.get_executor()};
    std::vector<std::string> received_;
    std::optional<service> all_;
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

} // namespace

TEST_CASE("a message goes to RabbitMQ and comes from it over TLS", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    program p(w.tls_url("guest:guest@", "ca=" + w.ca()));
    CHECK(p.delivers());
    CHECK(p.complaints.empty());
}

TEST_CASE("a RabbitMQ that proves itself by another authority, or as another host, is not talked to", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    stranger().write(w.server().file("stranger.pem"), {});
    std::string const who = "guest:very%2Dsecret@";
    auto const complaint_of = [&](std::string const& options) {
        program p(w.tls_url(who, options));
        return p.refused();
    };
    auto const authority = complaint_of("ca=" + w.server().file("stranger.pem"));
    CHECK(authority.why == errc::unauthorized);
    CHECK(authority.where == "tcp://localhost:" + w.tls_port());
    CHECK(contains(authority.text, "its certificate was refused: self-signed certificate in certificate chain"));
    auto const name = complaint_of("ca=" + w.ca() + "&server-name=rabbit.example");
    CHECK(name.why == errc::unauthorized);
    CHECK(contains(name.text, "its certificate was refused: hostname mismatch"));
    // It is the one that is meant, but the password is wrong.
    auto const password = complaint_of("ca=" + w.ca());
    CHECK(password.why == errc::unauthorized);
    CHECK(contains(password.text, "ACCESS_REFUSED"));
    for (auto const& c : {authority, name, password})
        for (auto const* secret : {"very-secret", "very%2Dsecret"}) CHECK_FALSE(contains(c.where + c.text, secret));
}

TEST_CASE("who speaks TLS where RabbitMQ does not, or the other way round, hears of it", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    program with("amqps://localhost:" + w.port() + w.path() + "?ca=" + w.ca());
    CHECK(contains(with.refused().text, "it does not speak TLS"));
    program without("amqp://localhost:" + w.tls_port() + w.path());
    CHECK(contains(without.refused().text, "TLS is spoken there"));
}

TEST_CASE("RabbitMQ takes a program as the user that its certificate names", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    w.let_in_only("clerk");
    program p(w.tls_url("", "mechanism=external&" + w.certificate("clerk")));
    CHECK(p.delivers());
    CHECK(p.complaints.empty());
}

TEST_CASE("a certificate whose user RabbitMQ does not know is refused, and so is none, or a stranger's", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    auto const complaint_of = [&](std::string const& options) {
        program p(w.tls_url("", "mechanism=external&" + options));
        return p.refused();
    };
    auto const unknown = complaint_of(w.certificate("nobody"));
    CHECK(unknown.why == errc::unauthorized);
    CHECK(contains(unknown.text, "refused using authentication mechanism EXTERNAL"));
    auto const none = complaint_of("ca=" + w.ca());
    CHECK(none.why == errc::unauthorized);
    CHECK(contains(none.text, "refused using authentication mechanism EXTERNAL"));
    // Its name is right, and who says so is not.
    w.let_in_only("clerk");
    auto const by = stranger();
    certificates::make({.common_name = "clerk"}, &by)
        .write(w.server().file("forged.pem"), w.server().file("forged.key"));
    auto const forged = complaint_of(w.shown("forged"));
    CHECK(forged.why == errc::unauthorized);
    CHECK(forged.text == "the broker refused the certificate of this program, or wants one");
}

TEST_CASE("of several hosts one that nobody listens at is passed over", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    warehouse const w;
    // It has the port, and takes no connections at it.
    asio::io_context io;
    asio::ip::tcp::acceptor closed(io, asio::ip::tcp::v4());
    closed.bind({asio::ip::make_address("127.0.0.1"), 0});
    auto const nobody = "127.0.0.1:" + std::to_string(closed.local_endpoint().port());
    auto const where = "amqp://guest:guest@" + nobody + ",127.0.0.1:" + w.port() + w.path();
    // They are tried in random order: until it was the wrong one first.
    bool met = false;
    for (int tried = 0; tried < 50 && !met; ++tried) {
        program p(where);
        REQUIRE(p.delivers());
        for (auto const& c : p.complaints) CHECK(c.where == "tcp://" + nobody);
        met = !p.complaints.empty();
    }
    CHECK(met);
}
