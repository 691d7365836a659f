// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_DIRECTORY_HPP
#define FAIRWAY_TRANSPORT_DIRECTORY_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/transport/seam.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace fairway {

/// Knows where the owner of a channel listens: the receivers of a point-to-point channel, the publishers of a
/// publish-subscribe channel. What a brokerless transport asks whom to dial.
///
/// Belongs to one serial executor: it is used and calls its watchers there only.
class directory {
public:
    directory() = default;
    directory(directory const&) = delete;
    directory& operator=(directory const&) = delete;
    virtual ~directory() = default;

    /// Is told the whole list each time it has changed: sorted by text, nobody twice, maybe empty.
    using watcher = std::function<void(std::vector<env::endpoint>)>;

    /// Tells `told` who listens at `channel`: as soon as the directory knows, never before this returns, also where
    /// nobody does; and again whenever that changes, until the returned handle is dropped, which may be done in the
    /// watcher itself. An empty list says that nobody listens there, not that nobody has been asked yet; who can't be
    /// asked for long is told it at last. A handle may outlive the directory; it tells nothing then.
    [[nodiscard]] virtual std::shared_ptr<void> watch(address const& channel, watcher told) = 0;

    /// Says that the owner of `channel` listens at `self`, which others can connect to, until the returned handle is
    /// dropped. A directory that is written by hand does nothing.
    [[nodiscard]] virtual std::shared_ptr<void> announce(address const& channel, env::endpoint const& self) = 0;
};

/// Is told what is wrong with a directory, for logs: a text for people that names the source and the trouble; called on
/// the directory's executor, once for each trouble and once when it is over (with no error). Empty: nobody is told.
using directory_log = std::function<void(error_code const& error, std::string_view text)>;

} // namespace fairway

#endif
