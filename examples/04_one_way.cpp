// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A one-way notification: nobody answers. With headers, a delay, a time to live, and sending without waiting.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;
using fairway::task;

namespace mail {
struct remind {
    using contract = fairway::command<"mail.remind">; // names no reply: a one-way notification
    std::string whom;
    std::string of;
};
using reminders = fairway::point_to_point<"mail.reminders", remind>;
} // namespace mail

// A handler may ask for the delivery too: headers, time, attempt, deadline and more.
class secretary {
public:
    explicit secretary(fairway::service& self) : self_(self) {}

    void operator()(mail::remind const& r, fairway::delivery const& d) {
        std::cout << r.whom << ": " << r.of << " (priority " << d.header("priority").value_or("normal") << ")\n";
        if (r.of == "go home") // the day's last: handle no more, then end
            self_.shutdown();
    }

private:
    fairway::service& self_;
};

task<> a_day(fairway::any_transport net) {
    fairway::service office{net, "office"};
    office.handle<mail::reminders>(secretary{office});

    fairway::service calendar{net, "calendar"};
    auto const reminders = calendar.sender<mail::reminders>();

    mail::remind const stale{.whom = "ada", .of = "yesterday's news"};
    co_await reminders.send(stale, fairway::send_options().time_to_live(1ms));
    co_await fairway::sleep_for(5ms); // the office has not opened yet: by then this one has expired

    // [send]
    mail::remind const lunch{.whom = "ada", .of = "lunch"};
    co_await reminders.send(lunch, fairway::send_options().header("priority", "high").time_to_live(1min));

    co_await reminders.emplace<mail::remind>("bob", "lunch"); // made in place from its fields

    mail::remind const tea{.whom = "ada", .of = "tea"};
    if (fairway::error_code const refused = reminders.try_send(tea)) // never waits: queue_full, closed, ...
        std::cout << "not sent: " << refused.message() << "\n";

    mail::remind const home{.whom = "ada", .of = "go home"};
    co_await reminders.send(home, fairway::send_options().delay(50ms)); // handled in 50 ms at the earliest
    // [/send]

    co_await office.run();
    std::cout << office.stats().accepted << " handled, " << office.stats().expired << " expired\n";
}

int main() {
    return fairway::run([](auto executor) { return a_day(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
