// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CONTRACT_HPP
#define FAIRWAY_CONTRACT_HPP

// What services share: messages and channels. Neither Asio nor JSON is included here.
#include <fairway/codec/field_lists.hpp>
#include <fairway/contract/channel.hpp>
#include <fairway/contract/message.hpp>
#include <fairway/contract/name.hpp>
#include <fairway/contract/shard.hpp>

#endif
