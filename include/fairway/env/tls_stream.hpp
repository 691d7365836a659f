// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_TLS_STREAM_HPP
#define FAIRWAY_ENV_TLS_STREAM_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/tls_exporter.hpp>
#include <fairway/env/tls_peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairway::env::detail {

// Both directions of a TLS connection over a stream. OpenSSL sees memory only: bytes that came, and bytes to be sent.
// It may be used while it closes: what is under way on the stream below owns it.
class tls_link final : public keeper, public std::enable_shared_from_this<tls_link> {
public:
    tls_link(stream below, tls_session session) : below_(std::move(below)), tls_(std::move(session)) {
        in_ = ::BIO_new(::BIO_s_mem());
        out_ = ::BIO_new(::BIO_s_mem());
        if (!in_ || !out_) fairway::detail::fail(errc::invalid_argument, "TLS: no memory");
        ::BIO_set_mem_eof_return(in_, -1);
        ::SSL_set_bio(tls_.get(), in_, out_);
    }

    stream& below() noexcept { return below_; }
    std::string const& why() const noexcept { return why_; }
    std::string identity() const { return tls_identity(tls_.get()); }
    std::string channel_binding() const { return tls_exporter(tls_.get()); }

    // Begins; `c` resumes when the other end is known to be who it should be, or with an error in `into`.
    void handshake(error_code& into, continuation c) {
        auto slot = c.get_cancellation_slot();
        into_ = &into;
        greeting_.emplace(std::move(c));
        if (slot.is_connected())
            slot.assign([weak = weak_from_this()](asio::cancellation_type) {
                if (auto const self = weak.lock()) self->end_handshake(asio::error::operation_aborted);
            });
        turn();
    }

    void read_some(asio::mutable_buffer into, io_handler done) {
        if (abandoned_) return;
        read_into_ = into;
        pend(read_, std::move(done));
        if (closed_) return settle(read_, asio::error::operation_aborted, 0);
        if (into.size() == 0) return settle(read_, {}, 0);
        turn();
    }
    void write_some(std::span<asio::const_buffer const> from, io_handler done) {
        if (abandoned_) return;
        pend(write_, std::move(done));
        if (closed_) return settle(write_, asio::error::operation_aborted, 0);
        if (output_error_) return settle(write_, output_error_, 0);
        taken_ = 0;
        error_code const ec = encrypt(from);
        if (ec) return settle(write_, ec, 0);
        if (taken_ == 0) return settle(write_, {}, 0);
        turn();
    }
    std::size_t write_now(asio::const_buffer from) {
        if (closed_ || flushing_ || output_error_) return 0;
        taken_ = 0;
        if (encrypt(std::span(&from, 1))) return 0;
        send_now();
        return taken_;
    }

    // Says that it ends (close_notify), if that can be said at once.
    void close() noexcept {
        if (std::exchange(closed_, true)) return;
        if (established_ && !output_error_) {
            ::ERR_clear_error();
            ::SSL_shutdown(tls_.get());
        }
        send_now();
        below_.close();
        if (abandoned_) return;
        if (read_) settle(read_, asio::error::operation_aborted, 0);
        if (write_) settle(write_, asio::error::operation_aborted, 0);
    }
    void abandon() noexcept override {
        abandoned_ = true;
        closed_ = true;
        // What they own may own this.
        auto const self = shared_from_this();
        greeting_.reset();
        read_.reset();
        write_.reset();
    }

private:
    static constexpr std::size_t record = 16 * 1024;
    static constexpr std::size_t most_at_once = 64 * 1024;
    static constexpr std::size_t most_answers = 64 * 1024;

    void pend(std::optional<io_handler>& op, io_handler done) {
        auto slot = done.get_cancellation_slot();
        op.emplace(std::move(done));
        if (slot.is_connected())
            slot.assign([weak = weak_from_this(), &op](asio::cancellation_type) {
                // What was begun below goes on, for the next one.
                if (auto const self = weak.lock(); self && op) self->settle(op, asio::error::operation_aborted, 0);
            });
    }
    void settle(std::optional<io_handler>& op, error_code ec, std::size_t n) {
        io_handler done(std::move(*op));
        op.reset();
        if (auto slot = done.get_cancellation_slot(); slot.is_connected()) slot.clear();
        asio::post(below_.get_executor(), [done = std::move(done), ec, n]() mutable { done(ec, n); });
    }
    void end_handshake(error_code ec) {
        if (!greeting_) return;
        *into_ = ec;
        continuation c(std::move(*greeting_));
        greeting_.reset();
        if (auto slot = c.get_cancellation_slot(); slot.is_connected()) slot.clear();
        asio::post(below_.get_executor(), [c = std::move(c)]() mutable { resume(std::move(c)); });
    }

    // One look at all that can go on.
    void turn() {
        if (abandoned_ || closed_) return;
        hungry_ = false;
        if (greeting_) greet();
        if (established_ && read_) decrypt();
        flush();
        if (write_ && !flushing_ && !output_error_) settle(write_, {}, taken_);
        if (greeting_ && established_ && !flushing_) end_handshake({});
        fill();
    }
    void greet() {
        if (established_) return;
        ::ERR_clear_error();
        auto const r = ::SSL_do_handshake(tls_.get());
        if (r == 1) {
            established_ = true;
            return;
        }
        auto const e = ::SSL_get_error(tls_.get(), r);
        if (e == SSL_ERROR_WANT_READ) {
            hungry_ = true;
            if (input_error_) end_handshake(input_error_);
            return;
        }
        if (e == SSL_ERROR_WANT_WRITE) return;
        why_ = why_handshake_failed(tls_.get());
        send_now(); // the alert
        end_handshake(errc::unauthorized);
    }
    void decrypt() {
        ::ERR_clear_error();
        std::size_t n = 0;
        auto const r = ::SSL_read_ex(tls_.get(), read_into_.data(), read_into_.size(), &n);
        if (r == 1) return settle(read_, {}, n);
        switch (::SSL_get_error(tls_.get(), r)) {
        case SSL_ERROR_WANT_WRITE: return;
        case SSL_ERROR_WANT_READ:
            hungry_ = true;
            // An end without close_notify may be somebody else's doing.
            if (input_error_ == asio::error::eof) return settle(read_, asio::error::connection_reset, 0);
            if (input_error_) settle(read_, input_error_, 0);
            return;
        case SSL_ERROR_ZERO_RETURN: return settle(read_, asio::error::eof, 0);
        default: return settle(read_, code_of_tls_failure(), 0);
        }
    }
    error_code encrypt(std::span<asio::const_buffer const> from) {
        while (!from.empty() && taken_ < most_at_once) {
            asio::const_buffer next = from.front();
            std::size_t used = 1;
            if (from.size() > 1 && next.size() < record) {
                // Small ones share a record.
                plain_.clear();
                for (used = 0; used < from.size() && plain_.size() + from[used].size() <= record; ++used) {
                    auto const* const p = static_cast<unsigned char const*>(from[used].data());
                    plain_.insert(plain_.end(), p, p + from[used].size());
                }
                next = asio::buffer(plain_);
            }
            from = from.subspan(used);
            while (next.size() > 0) {
                std::size_t n = 0;
                ::ERR_clear_error();
                if (::SSL_write_ex(tls_.get(), next.data(), next.size(), &n) != 1)
                    return taken_ > 0 ? error_code() : code_of_tls_failure();
                taken_ += n;
                next += n;
                if (taken_ >= most_at_once) break;
            }
        }
        return {};
    }

    void fill() {
        if (filling_ || !hungry_ || closed_ || input_error_ || (!read_ && !greeting_)) return;
        // What is read may have to be answered, by OpenSSL itself (TLS 1.3 key updates): a peer that asks and does not
        // read is not read any further, or the answers would take ever more memory. After a write it goes on.
        if (flushing_ && ::BIO_ctrl_pending(out_) > most_at_once + most_answers) return;
        filling_ = true;
        input_.resize(record);
        below_.async_read_some(asio::buffer(input_), [self = shared_from_this()](error_code ec, std::size_t n) {
            self->filling_ = false;
            if (ec)
                self->input_error_ = ec;
            else
                ::BIO_write(self->in_, self->input_.data(), static_cast<int>(n));
            self->turn();
        });
    }
    void flush() {
        if (flushing_ || closed_ || output_error_) return;
        if (sent_ == output_.size()) take_output();
        if (sent_ == output_.size()) return;
        flushing_ = true;
        auto const rest = asio::buffer(output_) + sent_;
        below_.async_write_some(rest, [self = shared_from_this()](error_code ec, std::size_t n) {
            self->flushing_ = false;
            self->sent_ += n;
            if (ec) self->fail_output(ec);
            self->turn();
        });
    }
    void fail_output(error_code ec) {
        output_error_ = ec;
        if (abandoned_) return;
        if (greeting_ && !established_) end_handshake(ec);
        if (write_) settle(write_, ec, 0);
    }
    void take_output() {
        output_.resize(::BIO_ctrl_pending(out_));
        sent_ = 0;
        if (!output_.empty()) ::BIO_read(out_, output_.data(), static_cast<int>(output_.size()));
    }
    // What is to be sent, if it can be at once; not in the midst of a write.
    void send_now() noexcept {
        if (flushing_ || output_error_) return;
        try {
            if (sent_ == output_.size()) take_output();
            while (sent_ < output_.size()) {
                auto const n = below_.write_now(asio::buffer(output_) + sent_);
                if (n == 0) return;
                sent_ += n;
                if (sent_ == output_.size()) take_output();
            }
        } catch (...) { // NOLINT: no memory for a last word
        }
    }

    stream below_;
    tls_session tls_;
    ::BIO* in_ = nullptr;
    ::BIO* out_ = nullptr;

    error_code* into_ = nullptr;
    std::optional<continuation> greeting_;
    std::optional<io_handler> read_;
    std::optional<io_handler> write_;
    asio::mutable_buffer read_into_;
    std::size_t taken_ = 0; // of what is being written

    std::vector<unsigned char> input_;
    std::vector<unsigned char> output_;
    std::vector<unsigned char> plain_;
    std::size_t sent_ = 0; // of the output
    error_code input_error_;
    error_code output_error_;
    std::string why_;
    bool established_ = false;
    bool hungry_ = false; // OpenSSL wants more input
    bool filling_ = false;
    bool flushing_ = false;
    bool closed_ = false;
    bool abandoned_ = false;
};

class tls_stream final : public stream_impl {
public:
    explicit tls_stream(std::shared_ptr<tls_link> link) : link_(std::move(link)) {}
    ~tls_stream() override { link_->close(); }
    void read_some(asio::mutable_buffer into, io_handler done) override { link_->read_some(into, std::move(done)); }
    void write_some(std::span<asio::const_buffer const> from, io_handler done) override {
        link_->write_some(from, std::move(done));
    }
    std::size_t write_now(asio::const_buffer from) noexcept override { return link_->write_now(from); }
    void close() noexcept override { link_->close(); }
    asio::any_io_executor get_executor() override { return link_->below().get_executor(); }

private:
    std::shared_ptr<tls_link> link_;
};

} // namespace fairway::env::detail

#endif
