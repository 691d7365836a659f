// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The program fault_proxy as a child of a test.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_PROGRAM_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_PROGRAM_HPP

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace faults::testing {

class program {
public:
    explicit program(std::vector<std::string> arguments) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) fail(errno, "pipe2");
        arguments.insert(arguments.begin(), FAIRWAY_FAULT_PROXY);
        std::vector<char*> pointers;
        for (auto& each : arguments) pointers.push_back(each.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        // What it says of wrong arguments is not for who reads the tests' output.
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        auto const error = posix_spawn(&child_, pointers[0], &actions, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(out[1]);
        in_ = in[1];
        out_ = out[0];
        if (error != 0) fail(error, "posix_spawn");
    }
    program(program const&) = delete;
    program& operator=(program const&) = delete;
    ~program() {
        if (child_ > 0) {
            kill(child_, SIGKILL);
            waitpid(child_, nullptr, 0);
        }
        say_no_more();
        close(out_);
    }

    void say(std::string_view text) {
        if (write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail(errno, "write");
    }
    void say_no_more() {
        if (in_ >= 0) close(std::exchange(in_, -1));
    }
    /// The next line that it says, without its end. Throws at the end of its output.
    std::string line() {
        std::string read_so_far;
        for (char c = 0; read(out_, &c, 1) == 1;) {
            if (c == '\n') return read_so_far;
            read_so_far += c;
        }
        throw std::runtime_error("the program has ended: " + read_so_far);
    }
    void signal(int number) const { kill(child_, number); }
    /// Waits for its end; its status.
    int end() {
        int status = 0;
        waitpid(std::exchange(child_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    [[noreturn]] static void fail(int error, char const* what) {
        throw std::system_error(error, std::generic_category(), what);
    }

    pid_t child_ = -1;
    int in_ = -1;
    int out_ = -1;
};

} // namespace faults::testing

#endif
