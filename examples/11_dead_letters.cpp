// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Messages that could not be handled: they are listed, replayed when the cause is mended, or thrown away.
#include <fairway/dead_letters.hpp>
#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <iostream>
#include <string>
#include <vector>

using fairway::task;

namespace post {
struct deliver {
    using contract = fairway::command<"post.deliver">;
    std::string to;
    std::string what;
};
using parcels = fairway::point_to_point<"post.parcels", deliver>;
} // namespace post

class carrier {
public:
    explicit carrier(bool const& bridge_is_open) : bridge_is_open_(bridge_is_open) {}

    void operator()(post::deliver const& parcel) {
        if (parcel.to.empty()) throw fairway::fault("no_address", "nobody knows where to");
        if (parcel.to == "the island" && !bridge_is_open_)
            throw fairway::fault("bridge_closed", "the bridge is closed");
        std::cout << "delivered to " << parcel.to << ": " << parcel.what << "\n";
    }

private:
    bool const& bridge_is_open_;
};

task<> look(fairway::any_transport net) {
    // [tool]
    std::vector<std::string> const arguments{"list", "post.parcels", "carrier"}; // of main's argv, in a real program
    int const status = co_await fairway::dead_letter_tool(net, arguments, std::cout);
    // [/tool]
    std::cout << "(status " << status << ")\n\n";
}

task<> clear(fairway::any_transport net) {
    // [box]
    auto const box = fairway::dead_letter_box::of<post::parcels>(net, "carrier");
    for (fairway::dead_letter const& letter : co_await box.list()) // looks, removes nothing
        std::cout << letter.code << ": " << letter.body() << "\n";

    auto const mended = [](fairway::dead_letter const& letter) { return letter.code == "bridge_closed"; };
    auto const result = co_await box.replay(fairway::which_letters::where(mended));
    std::cout << "replayed " << result.replayed << ", refused " << result.refused.size() << "\n";

    auto const rest = co_await box.discard(fairway::which_letters::all());
    std::cout << "thrown away: " << rest << "\n";
    // [/box]
}

int main() {
    fairway::testing::bench b; // here times and ids are the same in every run; in a real program: fairway::run
    auto const parcels = b.sender<post::parcels>();
    bool bridge_is_open = false;
    fairway::service carriers{b.transport(), "carrier"};
    carriers.handle<post::parcels>(carrier{bridge_is_open});
    carriers.start();

    b.run(parcels.emplace<post::deliver>("the town", "bread"));
    b.run(parcels.emplace<post::deliver>("the island", "tea"));
    b.run(parcels.emplace<post::deliver>("", "a letter"));
    b.run(parcels.emplace<post::deliver>("the island", "milk"));
    b.run(look(b.transport()));

    bridge_is_open = true;
    b.run(clear(b.transport()));
    b.run(look(b.transport()));
    return 0;
}
