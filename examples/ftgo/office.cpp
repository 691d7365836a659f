// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "office.hpp"

#include "accounting.hpp"
#include "auditor.hpp"
#include "consumer.hpp"
#include "courier.hpp"
#include "delivery.hpp"
#include "kitchen.hpp"
#include "notification.hpp"
#include "order.hpp"

#include <map>
#include <stdexcept>
#include <utility>

namespace ftgo {
namespace {

// The courier companies, and what they take for which zones.
std::map<std::string, std::map<std::string, bid>, std::less<>> const companies{
    {"swift", {{"center", {390, 12}}, {"north", {490, 19}}, {"harbour", {590, 25}}}},
    {"pedal", {{"center", {290, 17}}, {"south", {390, 24}}}},
    {"ox", {{"north", {450, 40}}, {"south", {450, 35}}, {"center", {450, 30}}}},
};

template <class Desk>
std::shared_ptr<Desk> with_journal(std::string const& path) {
    return path.empty() ? std::make_shared<Desk>() : std::make_shared<Desk>(path);
}

} // namespace

std::vector<std::string> const& office_names() {
    static std::vector<std::string> const names = [] {
        std::vector<std::string> all{"order", "consumer", "kitchen", "accounting"};
        for (auto const& [name, tariff] : companies) all.push_back(name);
        all.insert(all.end(), {"notification", "auditor", "delivery"});
        return all;
    }();
    return names;
}

template <class Channel, class Desk>
std::shared_ptr<Desk> office::open(std::shared_ptr<Desk> desk) {
    self_.handle<Channel>(std::ref(*desk));
    desk_ = desk;
    return desk;
}

office::office(fairway::any_transport const& net, std::string_view name, office_options const& options)
    : self_(net, std::string(name)) {
    if (name == "order") {
        self_.handle<orders>(order_service(self_));
    } else if (name == "consumer") {
        open<consumer_desk>(std::make_shared<consumer_service>());
    } else if (name == "kitchen") {
        auto const desk = open<kitchen_desk>(with_journal<kitchen_service>(options.journal));
        clerk_ = [desk](ftgo::books& b) { b.open_tickets = desk->open(); };
        if (!options.journal.empty()) lines_ = [desk] { return desk->written(); };
    } else if (name == "accounting") {
        auto const desk = open<accounting_desk>(with_journal<accounting_service>(options.journal));
        clerk_ = [desk](ftgo::books& b) { b.money = {desk->held().size(), desk->captured()}; };
        if (!options.journal.empty()) lines_ = [desk] { return desk->written(); };
    } else if (name == "delivery") {
        self_.handle<delivery_desk>(delivery_service(self_, companies.size()));
    } else if (name == "notification") {
        auto const desk = open<order_events>(std::make_shared<notification_service>());
        clerk_ = [desk](ftgo::books& b) { b.told = desk->told(); };
    } else if (name == "auditor") {
        auto const desk = std::make_shared<auditor>();
        self_.handle<order_events>([desk, unheard = options.unheard](auto const& event) {
            if (event.id != unheard) (*desk)(event);
        });
        clerk_ = [desk](ftgo::books& b) { b.seen = desk->seen(); };
    } else if (auto const company = companies.find(name); company != companies.end()) {
        self_.handle<courier_calls>(courier_company(company->second));
    } else {
        throw std::invalid_argument("there is no service named '" + std::string(name) + "'");
    }
}

books office::books() const {
    ftgo::books b;
    b.service = self_.name();
    b.done = self_.stats();
    if (clerk_) clerk_(b);
    return b;
}

std::optional<std::size_t> office::journal_lines() const {
    if (!lines_) return std::nullopt;
    return lines_();
}

} // namespace ftgo
