// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// From what a user says, in options or a URL, to a node.
#ifndef FAIRWAY_TRANSPORT_TCP_MAKE_NODE_HPP
#define FAIRWAY_TRANSPORT_TCP_MAKE_NODE_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/env/tls.hpp>
#include <fairway/transport/secret_file.hpp>
#include <fairway/transport/tcp/exposure.hpp>
#include <fairway/transport/tcp/node_options.hpp>
#include <fairway/transport/tcp/options.hpp>
#include <fairway/transport/tcp/static_directory.hpp>
#include <fairway/transport/time_option.hpp>
#include <fairway/transport/url.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// Reads the options of a URL one by one; each may stand there once.
class url_reader {
public:
    url_reader(url const& where, tcp_options& into) : where_(where), into_(into) {}

    void read() {
        for (auto const& [name, value] : where_.options()) {
            if (!seen_.insert(name).second) bad("the option '" + name.substr(0, 64) + "' stands there twice");
            take(name, value);
        }
        if (tls_said_ == false && tls_part_) bad(std::string("tls=false does not go with ") + tls_part_);
        if (!user_.empty() != !password_file_.empty()) bad("user and password-file belong together");
        if (!user_.empty() && !token_file_.empty()) bad("user and token-file are two ways to say who it is");
        if (!user_.empty()) into_.dial_with(client_credentials::password(user_, read_secret(password_file_)));
        if (!token_file_.empty()) into_.dial_with(client_credentials::token(read_secret(token_file_)));
        bool const has_certificate = !tls_.certificate_file.empty();
        bool const uses_tls = tls_said_.value_or(tls_part_ != nullptr);
        if (uses_tls) into_.tls(tls_);
        if (user_.empty() && token_file_.empty() && uses_tls && has_certificate)
            into_.dial_with(client_credentials::certificate());
        bool const certificates = tls_.require_client_certificate;
        if (!credentials_.empty() || certificates) {
            auto const store = credentials_.empty()
                                   ? nullptr
                                   : std::make_shared<credential_store const>(credential_store::load(credentials_));
            into_.accept_with(store, certificates);
        }
        into_.places(places_);
    }
    // The places that stand in the URL itself are those of all channels.
    void everywhere(std::string_view list) { places_.channel("*", list); }

private:
    [[noreturn]] void bad(std::string const& text) const {
        detail::fail(errc::invalid_url, where_.scheme() + ": " + text);
    }
    bool flag(std::string const& name, std::string_view value) const {
        if (value != "true" && value != "false") bad(name + " is true or false");
        return value == "true";
    }
    std::uint64_t number(std::string const& name, std::string_view value) const {
        std::uint64_t n = 0;
        auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
        if (error != std::errc() || end != value.data() + value.size()) bad(name + " is a number");
        return n;
    }

    void take(std::string const& name, std::string const& value) {
        if (name == "listen") return void(into_.listen(value));
        if (name == "announce") return void(into_.announce(value));
        if (name == "name") return void(into_.name(value));
        if (name == "insecure") return void(into_.insecure(flag(name, value)));
        if (name == "permissions") return void(into_.allow(permissions::load(value)));
        if (name == "heartbeat") return void(into_.heartbeat(detail::read_time_option(name, value)));
        if (name == "grace") return void(into_.grace(detail::read_time_option(name, value)));
        if (name == "absence") return void(into_.absence(detail::read_time_option(name, value)));
        if (name == "window")
            return void(
                into_.window(static_cast<std::uint32_t>(std::min<std::uint64_t>(number(name, value), 2'000'000))));
        if (name == "queue") return void(into_.queue(number(name, value), hub_detail::bounds().bytes));
        if (name == "confirm") {
            if (value != "queued" && value != "received" && value != "handled")
                bad("confirm is queued, received or handled");
            return void(into_.confirm(value == "queued"     ? confirmation::queued
                                      : value == "received" ? confirmation::received
                                                            : confirmation::handled));
        }
        if (name == "credentials") return void(credentials_ = value);
        if (name == "user") return void(user_ = value);
        if (name == "password-file") return void(password_file_ = value);
        if (name == "token-file") return void(token_file_ = value);
        if (name == "tls") return void(tls_said_ = flag(name, value));
        if (take_tls(name, value)) return;
        if (!places_.take(name, value)) bad("the option '" + name.substr(0, 64) + "' is unknown");
    }
    bool take_tls(std::string const& name, std::string const& value) {
        using options = env::tls_options;
        constexpr std::pair<char const*, std::string options::*> texts[] = {{"ca", &options::ca_file},
            {"certificate", &options::certificate_file}, {"key", &options::key_file},
            {"server-name", &options::expected_name}};
        for (auto const& [text, into] : texts) {
            if (name != text) continue;
            tls_.*into = value;
            tls_part_ = text;
            return true;
        }
        if (name != "client-certificates") return false;
        tls_.require_client_certificate = flag(name, value);
        if (tls_.require_client_certificate) tls_part_ = "client-certificates";
        return true;
    }

    url const& where_;
    tcp_options& into_;
    discovery_options places_;
    env::tls_options tls_;
    std::optional<bool> tls_said_;
    char const* tls_part_ = nullptr; // an option that is one of TLS, if there is one
    std::set<std::string> seen_;
    std::string credentials_;
    std::string user_;
    std::string password_file_;
    std::string token_file_;
};

} // namespace fairway::tcp_detail

namespace fairway {

// `tcp://host:port,host:port?options`, or `unix:///path?options`: where the others are, if that is the same for all
// channels, and options.
FAIRWAY_DEFINITION tcp_options tcp_options::from(url const& where) {
    if (where.scheme() != "tcp" && where.scheme() != "unix")
        detail::fail(errc::invalid_url, "write it as tcp://... or unix://...");
    tcp_options o;
    tcp_detail::url_reader reader(where, o);
    if (where.scheme() == "unix") {
        if (!where.authority().empty()) detail::fail(errc::invalid_url, "unix: write it as unix:///path");
        if (!where.path().empty()) reader.everywhere(where.path());
    } else {
        if (!where.path().empty()) detail::fail(errc::invalid_url, "tcp: a path means nothing");
        if (where.authority().find('@') != std::string::npos)
            detail::fail(errc::invalid_url, "tcp: say who it is by the options user and password-file");
        if (!where.authority().empty()) reader.everywhere(where.authority());
    }
    reader.read();
    return o;
}

} // namespace fairway

namespace fairway::tcp_detail {

// How connections become TLS, as who dials or as who accepts.
inline auto dialing_tls(std::shared_ptr<env::tls_context> with) {
    return [with = std::move(with)](env::stream over, std::string host) {
        return env::tls_connect(std::move(over), *with, std::move(host));
    };
}
inline auto accepting_tls(std::shared_ptr<env::tls_context> with) {
    return [with = std::move(with)](
               env::stream over, std::string const&) { return env::tls_accept(std::move(over), *with); };
}

} // namespace fairway::tcp_detail

#endif
