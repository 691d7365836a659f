// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_COURIER_HPP
#define FTGO_COURIER_HPP

#include "contracts/courier.hpp"

#include <fairway/port/reply_token.hpp>

#include <map>
#include <string>
#include <utility>

namespace ftgo {

/// A courier company: bids for the zones of its tariff.
class courier_company {
public:
    explicit courier_company(std::map<std::string, bid> tariff) : tariff_(std::move(tariff)) {}

    /// In other zones it lets go of the token, which tells the asker at once that there is nothing to wait for.
    void operator()(call_for_bids const& call, fairway::reply_token<call_for_bids> answer) const {
        if (auto const known = tariff_.find(call.zone); known != tariff_.end()) answer.send(known->second);
    }

private:
    std::map<std::string, bid> tariff_;
};

} // namespace ftgo

#endif
