// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_URL_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_URL_OPTIONS_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/transport/amqp/options.hpp>
#include <fairway/transport/secret_file.hpp>
#include <fairway/transport/time_option.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fairway::amqp_detail {

// Reads a URL (https://www.rabbitmq.com/uri-spec.html, with several hosts):
// `amqp://user:password@a:5672,b/vhost?options`.
class url_reader {
public:
    url_reader(url const& where, amqp_options& into)
        : where_(where), into_(into), encrypted_(where.scheme() == "amqps") {}

    void read() {
        if (where_.scheme() != "amqp" && !encrypted_) bad("write it as amqp://... or amqps://...");
        std::string_view rest = where_.authority();
        if (auto const at = rest.rfind('@'); at != std::string_view::npos) {
            take_user(rest.substr(0, at));
            rest.remove_prefix(at + 1);
        }
        while (!rest.empty()) {
            auto const end = std::min(rest.find(','), rest.size());
            take_host(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (where_.path().size() > 1) into_.virtual_host(where_.path().substr(1));
        std::set<std::string_view> seen;
        for (auto const& [name, value] : where_.options()) {
            if (!seen.insert(name).second) bad("the option '" + name.substr(0, 64) + "' is there twice");
            take(name, value);
        }
        if (user_.empty() && seen.contains("password-file")) bad("password-file goes with a user: amqp://user@host");
        if (external_ && !encrypted_) bad("mechanism=external goes with amqps://");
        if (!user_.empty()) into_.user(user_, password_.empty() ? secret() : password_);
        if (encrypted_) into_.tls(tls_);
        if (external_) into_.user_of_certificate();
    }

private:
    [[noreturn]] void bad(std::string const& text) const {
        detail::fail(errc::invalid_url, where_.scheme() + ": " + text);
    }
    void take_user(std::string_view both) {
        auto const colon = std::min(both.find(':'), both.size());
        user_ = where_.decode(both.substr(0, colon));
        if (user_.empty()) bad("there is no user before '@'");
        if (colon < both.size()) password_ = secret(where_.decode(both.substr(colon + 1)));
    }
    void take_host(std::string_view text) {
        // A port may be left out.
        bool const has_port = !text.ends_with(']') && text.find(':') != std::string_view::npos;
        auto const e = env::endpoint::parse(has_port ? std::string(text) : std::string(text) + ":0");
        if (e.kind != env::endpoint::family::tcp || e.host.empty() || e.host == "*")
            bad("a host has a name or an address");
        auto const usual = static_cast<std::uint16_t>(encrypted_ ? 5671 : 5672);
        into_.host(e.host, e.port == 0 ? usual : e.port);
    }
    void take(std::string const& name, std::string const& value) {
        if (name == "password-file") return void(password_ = read_secret(value));
        if (name == "name") return void(into_.name(value));
        if (name == "prefix") return void(into_.prefix(value));
        if (name == "insecure") return void(into_.insecure(flag(name, value)));
        if (name == "heartbeat") return void(into_.heartbeat(detail::read_time_option(name, value)));
        if (name == "expires") return void(into_.expires(detail::read_time_option(name, value)));
        if (name == "queue") return void(into_.queue(number(name, value), limits::queue_bytes));
        if (name == "topology") {
            if (value != "declare" && value != "verify" && value != "none") bad("topology is declare, verify or none");
            return void(into_.topology(value == "declare"  ? topology_mode::declare
                                       : value == "verify" ? topology_mode::verify
                                                           : topology_mode::none));
        }
        if (name == "mechanism") {
            if (value != "plain" && value != "external") bad("mechanism is plain or external");
            return void(external_ = value == "external");
        }
        if (!take_tls(name, value)) bad("the option '" + name.substr(0, 64) + "' is unknown");
        if (!encrypted_) bad(name + " goes with amqps://");
    }
    bool take_tls(std::string const& name, std::string const& value) {
        if (name == "ca")
            tls_.ca_file = value;
        else if (name == "certificate")
            tls_.certificate_file = value;
        else if (name == "key")
            tls_.key_file = value;
        else if (name == "server-name")
            tls_.expected_name = value;
        else
            return false;
        return true;
    }
    bool flag(std::string const& name, std::string_view value) const {
        if (value != "true" && value != "false") bad(name + " is true or false");
        return value == "true";
    }
    std::size_t number(std::string const& name, std::string_view value) const {
        std::size_t n = 0;
        auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
        if (error != std::errc() || end != value.data() + value.size()) bad(name + " is a number");
        return n;
    }

    url const& where_;
    amqp_options& into_;
    bool encrypted_;
    bool external_ = false;
    std::string user_;
    secret password_;
    env::tls_options tls_;
};

} // namespace fairway::amqp_detail

namespace fairway {

FAIRWAY_DEFINITION amqp_options amqp_options::from(url const& where) {
    amqp_options o;
    amqp_detail::url_reader(where, o).read();
    return o;
}

} // namespace fairway

#endif
