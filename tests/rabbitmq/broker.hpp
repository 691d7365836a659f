// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A RabbitMQ of the test's own: in a temporary folder, on free ports of the loopback, with and without TLS, stopped by
// its process id.
#ifndef FAIRWAY_TESTS_RABBITMQ_BROKER_HPP
#define FAIRWAY_TESTS_RABBITMQ_BROKER_HPP

#include "../env/certificates.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rabbitmq_kit {

namespace asio = boost::asio;

// The programs themselves: the wrappers in /usr/sbin want to be a certain user, and use /var/lib.
inline std::filesystem::path const programs = "/usr/lib/rabbitmq/bin";

class broker {
public:
    static bool installed() { return std::filesystem::exists(programs / "rabbitmq-server"); }

    // Starts it and waits until it takes connections. Throws `runtime_error`.
    broker() {
        std::string name = (std::filesystem::temp_directory_path() / "fw-rabbitmq-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
        folder_ = name;
        for (auto* const p : {&port_, &tls_port_, &http_, &epmd_, &distribution_}) *p = free_port();
        authority_.write(file("ca.pem"), {});
        certify("localhost", "DNS:localhost,IP:127.0.0.1");
        write("rabbitmq.conf", configuration());
        write("enabled_plugins", "[rabbitmq_management,rabbitmq_auth_mechanism_ssl].");
        start();
    }
    broker(broker const&) = delete;
    broker& operator=(broker const&) = delete;
    ~broker() {
        kill(SIGTERM);
        // Erlang's port mapper belongs to it.
        waitpid(launch({"epmd", "-port", std::to_string(epmd_), "-kill"}), nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::uint16_t port() const noexcept { return port_; }
    std::uint16_t tls_port() const noexcept { return tls_port_; }
    // The path of a file in its folder; ca.pem is the authority that it trusts, and by which it is known as localhost.
    std::string file(std::string const& name) const { return folder_ / name; }
    // Makes NAME.pem and NAME.key there: what proves to be NAME, by that authority.
    void certify(std::string const& name, std::string const& alternatives = {}) const {
        certificates::make({.common_name = name, .alternatives = alternatives}, &authority_)
            .write(file(name + ".pem"), file(name + ".key"));
    }
    // Begins again after `kill`, with what it has kept; it takes connections once it answers.
    void begin() {
        server_ = fork();
        if (server_ == 0) {
            setsid();
            // It stops with who has started it, whatever happens there.
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            become({(programs / "rabbitmq-server").string()});
        }
    }
    bool answers() const {
        asio::io_context io;
        for (auto const port : {port_, tls_port_, http_}) {
            asio::ip::tcp::socket s(io);
            boost::system::error_code failed;
            s.connect({asio::ip::make_address("127.0.0.1"), port}, failed);
            if (failed) return false;
        }
        return true;
    }
    // Begins, and returns when it answers.
    void start() {
        begin();
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!answers()) {
            if (std::chrono::steady_clock::now() > end)
                throw std::runtime_error("RabbitMQ does not start: " + startup());
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    // Ends it, or stops and continues it, with a signal to it and to all that it has started.
    void signal(int which) const {
        if (server_ > 0) ::kill(-server_, which);
    }
    void kill(int with) {
        if (server_ <= 0) return;
        signal(with);
        auto const group = std::exchange(server_, 0);
        waitpid(group, nullptr, 0);
        // That was the shell which has started it; itself it takes connections as long as it is there.
        // It is killed when that takes too long, and not waited for without an end: the port may be another's by then.
        auto const patience = std::chrono::seconds(30);
        auto const end = std::chrono::steady_clock::now() + patience;
        while (answers() && std::chrono::steady_clock::now() < end + patience) {
            if (std::chrono::steady_clock::now() > end) ::kill(-group, SIGKILL);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    // Begins to tell it something by rabbitmqctl, which takes a second or more: the process, for who waits for it.
    pid_t control(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), (programs / "rabbitmqctl").string());
        return launch(arguments);
    }
    // Returns when what was declared is on its disk, its quorum queues included, so that even one that is killed has
    // not forgotten it. By itself it writes that some 2 s after it has answered. Throws `runtime_error`.
    void keep_declarations() const {
        int status = -1;
        waitpid(control({"eval", "ok = mnesia:sync_log(), [ok = dets:sync(T) || T <- dets:all()], ok."}), &status, 0);
        if (status != 0) throw std::runtime_error("RabbitMQ does not write what was declared: " + startup());
    }
    // A virtual host with nothing in it.
    void add_virtual_host(std::string const& name) const { ask("PUT", "/api/vhosts/" + name); }
    void remove_virtual_host(std::string const& name) const { ask("DELETE", "/api/vhosts/" + name); }
    // Asks its management interface (RabbitMQ's HTTP API); the answer with its head.
    std::string ask(std::string const& method, std::string const& path, std::string const& body = "{}") const {
        asio::io_context io;
        asio::ip::tcp::socket s(io);
        s.connect({asio::ip::make_address("127.0.0.1"), http_});
        std::string const request = method + " " + path +
                                    " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n"
                                    "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body;
        asio::write(s, asio::buffer(request));
        std::string answer;
        boost::system::error_code end;
        asio::read(s, asio::dynamic_buffer(answer), end);
        if (answer.find(" 20") != answer.find(' ')) throw std::runtime_error("RabbitMQ refuses " + method + " " + path);
        return answer;
    }

private:
    static std::uint16_t free_port() {
        asio::io_context io;
        asio::ip::tcp::acceptor const one(io, {asio::ip::make_address("127.0.0.1"), 0});
        return one.local_endpoint().port();
    }
    std::string configuration() const {
        std::string const loopback = "127.0.0.1:";
        return "listeners.tcp.1 = " + loopback + std::to_string(port_) + "\nlisteners.ssl.1 = " + loopback +
               std::to_string(tls_port_) + "\nssl_options.cacertfile = " + file("ca.pem") +
               "\nssl_options.certfile = " + file("localhost.pem") +
               "\nssl_options.keyfile = " + file("localhost.key") +
               // A client need not show a certificate; who does may say that it is the user of the certificate's name.
               "\nssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = false\n"
               "auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = AMQPLAIN\nauth_mechanisms.3 = EXTERNAL\n"
               "ssl_cert_login_from = common_name\n"
               "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = " +
               std::to_string(http_) +
               "\nloopback_users = none\nlog.console = false\nlog.file.level = warning\n"
               "disk_free_limit.absolute = 50MB\n"
               // What quorum queues keep in memory, several times over, has to be less than the memory at which nobody
               // may publish any more.
               "raft.wal_max_size_bytes = 32000000\nvm_memory_high_watermark.absolute = 1GB\n";
    }
    void write(char const* name, std::string const& text) const { std::ofstream(folder_ / name) << text; }
    std::string startup() const {
        std::ifstream in(folder_ / "startup.log");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    // In the child: the program, with an environment of its own.
    [[noreturn]] void become(std::vector<std::string> arguments) const {
        auto const set = [](std::string const& name, std::string const& value) {
            setenv(name.c_str(), value.c_str(), 1);
        };
        set("HOME", folder_);
        set("RABBITMQ_NODENAME", "fairway" + std::to_string(port_) + "@localhost");
        set("RABBITMQ_NODE_PORT", std::to_string(port_));
        set("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        set("RABBITMQ_DIST_PORT", std::to_string(distribution_));
        set("ERL_EPMD_PORT", std::to_string(epmd_));
        set("ERL_EPMD_ADDRESS", "127.0.0.1");
        set("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        set("RABBITMQ_CONFIG_FILE", folder_ / "rabbitmq");
        set("RABBITMQ_ADVANCED_CONFIG_FILE", folder_ / "advanced");
        set("RABBITMQ_MNESIA_BASE", folder_ / "mnesia");
        set("RABBITMQ_LOG_BASE", folder_ / "log");
        set("RABBITMQ_ENABLED_PLUGINS_FILE", folder_ / "enabled_plugins");
        set("RABBITMQ_PID_FILE", folder_ / "node.pid");
        set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}");
        int const out = open((folder_ / "startup.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        int const in = open("/dev/null", O_RDONLY);
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        std::vector<char*> all;
        for (auto& a : arguments) all.push_back(a.data());
        all.push_back(nullptr);
        execvp(all[0], all.data());
        _exit(127);
    }
    pid_t launch(std::vector<std::string> const& arguments) const {
        pid_t const child = fork();
        if (child == 0) become(arguments);
        return child;
    }

    std::filesystem::path folder_;
    certificates::identity authority_ = certificates::make({.common_name = "The test's authority", .authority = true});
    std::uint16_t port_ = 0;
    std::uint16_t tls_port_ = 0;
    std::uint16_t http_ = 0;
    std::uint16_t epmd_ = 0;
    std::uint16_t distribution_ = 0;
    pid_t server_ = 0;
};

// That of all tests of a program, started by the first of them.
inline broker& shared_broker() {
    static broker one;
    return one;
}

} // namespace rabbitmq_kit

#endif
