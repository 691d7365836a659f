// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Headers, bodies that are not derived from a struct's fields, and a message that has changed since.
#include <fairway/codec/nlohmann.hpp>
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>
#include <vector>

using fairway::task;

namespace media {
struct stored {
    using contract = fairway::document<"media.stored">;
    std::string as;
};
struct photo { // the body is these bytes
    using contract = fairway::command<"media.photo", stored>;
    using codec = fairway::raw_codec;
    static constexpr std::string_view content_type = "image/jpeg";
    std::vector<unsigned char> jpeg;
};
struct form { // the body is this JSON, whatever it holds
    using contract = fairway::command<"media.form", stored>;
    using codec = fairway::json_document_codec; // of <fairway/codec/nlohmann.hpp>
    nlohmann::json document;
};
namespace v1 { // what old senders still say
struct comment {
    using contract = fairway::command<"media.comment", stored>; // version 1.0
    std::string first_name, last_name, text;
};
using uploads = fairway::point_to_point<"media.uploads", comment>;
} // namespace v1

// [versions]
struct comment {
    using contract = fairway::command<"media.comment", stored>::version<2>;
    std::string author, text;
    static comment upcast(v1::comment const& old) { return {old.first_name + " " + old.last_name, old.text}; }
};
// [/versions]
using uploads = fairway::point_to_point<"media.uploads", photo, form, comment>;
} // namespace media

class archive {
public:
    media::stored operator()(media::photo const& p, fairway::delivery const& d) {
        auto const title = std::string(d.header("title").value_or("untitled"));
        return {.as = title + ", " + std::to_string(p.jpeg.size()) + " bytes of " + std::string(d.content_type())};
    }
    media::stored operator()(media::form const& f) { return {.as = f.document.at("kind").get<std::string>()}; }
    media::stored operator()(media::comment const& c) { return {.as = c.author + ": " + c.text}; }
};

task<> upload(fairway::any_transport net) {
    fairway::service store{net, "store"}, client{net, "client"};
    store.handle<media::uploads>(archive{});
    store.start();
    auto const uploads = client.sender<media::uploads>();

    media::photo const harbour{.jpeg = {0xff, 0xd8, 0xff, 0xe0}};
    auto const titled = fairway::send_options().header("title", "Hafen im März ⚓"); // names ASCII, values any UTF-8
    auto const photo = co_await uploads.request(harbour, fairway::default_timeout, titled);

    media::form const leave{.document = nlohmann::json::parse(R"({"kind": "leave", "days": [3, 4]})")};
    auto const form = co_await uploads.request(leave);

    media::v1::comment const old{.first_name = "Ada", .last_name = "Lovelace", .text = "nice"};
    auto const comment = co_await client.sender<media::v1::uploads>().request(old);

    for (auto const& stored : {photo, form, comment}) std::cout << stored.as << "\n";
}

int main() {
    return fairway::run([](auto executor) { return upload(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
