// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A process that this one has started: what it says, and signals for it.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_CHILD_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_CHILD_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace chaos {

class child {
public:
    /// This program with other arguments; the descriptors become its 3, 4 and so on.
    child(boost::asio::io_context& io, std::vector<std::string> arguments, std::vector<int> const& descriptors)
        : out_(io) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe2");
        arguments.insert(arguments.begin(), "/proc/self/exe");
        std::vector<char*> pointers;
        for (auto& each : arguments) pointers.push_back(each.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        for (int to = 3; int const from : descriptors) posix_spawn_file_actions_adddup2(&actions, from, to++);
        auto const error = posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        in_ = in[1];
        out_.assign(out[0]);
        if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
        read();
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child() {
        state_->gone = true;
        signal(SIGKILL);
        waitpid(process_, nullptr, 0);
        ::close(in_);
        out_.close();
    }

    void signal(int number) const { ::kill(process_, number); }
    void say(std::string_view text) const {
        if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            throw std::system_error(errno, std::generic_category(), "write");
    }
    /// The lines that it has said, and whether it says no more.
    std::deque<std::string> const& lines() const noexcept { return state_->lines; }
    bool ended() const noexcept { return state_->ended; }

private:
    struct heard {
        std::array<char, 4096> buffer{};
        std::string rest;
        std::deque<std::string> lines;
        bool ended = false;
        bool gone = false; // the child
    };
    void read() {
        out_.async_read_some(
            boost::asio::buffer(state_->buffer), [this, s = state_](boost::system::error_code ec, std::size_t n) {
                if (s->gone) return;
                s->ended = static_cast<bool>(ec);
                s->rest.append(s->buffer.data(), n);
                for (std::size_t end = 0; (end = s->rest.find('\n')) != std::string::npos; s->rest.erase(0, end + 1))
                    s->lines.push_back(s->rest.substr(0, end));
                if (!ec) read();
            });
    }

    pid_t process_ = -1;
    int in_ = -1;
    boost::asio::posix::stream_descriptor out_;
    std::shared_ptr<heard> state_ = std::make_shared<heard>();
};

} // namespace chaos

#endif
