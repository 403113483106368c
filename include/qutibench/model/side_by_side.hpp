// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions of many calls of one network at once, as sweeps ask for them.
#pragma once

#include <qutibench/model/predict.hpp>

#include <algorithm>
#include <span>

namespace qutibench {

/// One of several calls: what it is run on, and what of its deployment is its own.
struct side_call {
    const platform* device = nullptr;
    std::int64_t batch = 1;
    std::int64_t threads = 1;
    std::int64_t stream = 0;

    void apply_to(deployment& how) const { how.batch = batch, how.threads = threads, how.stream = stream; }
};

namespace detail {

/// How many calls are worked out at once: what is the same for all is done once, and the tables of a network of a few
/// hundred layers stay in the cache.
inline constexpr std::size_t side_width = 16;

/// Calls whose layers count.
class lane_predictor {
public:
    lane_predictor(const workload& net, const platform& device, const deployment& how)
        : own_(how), model_(net, device, own_), unsupported_(is_unsupported(net, device)) {}

    /// At most `side_width` of them.
    void predict(std::span<const side_call> calls, std::span<estimate> results) {
        for (std::size_t i = 0; i < side_width; ++i) {
            const side_call& one = calls[std::min(i, calls.size() - 1)];
            one.apply_to(own_);
            check(own_);
            side_.set(i, *one.device, one.stream > 0 ? one.stream : one.batch, own_.double_buffered);
        }
        own_.stream = 0;
        model_.run(side_);
        for (std::size_t i = 0; i < calls.size(); ++i) {
            own_.batch = side_.batches[i], own_.threads = calls[i].threads;
            results[i] = model_.answer(i, *calls[i].device, own_);
            mark(results[i], unsupported_);
        }
    }

private:
    deployment own_;
    refined_model<workload, lanes<side_width>> model_;
    calls_of<lanes<side_width>> side_{};
    bool unsupported_ = false;
};

/// One after the other, with what is the same for all done once: where time decides what lives on chip, or tiles move,
/// calls differ in what they try.
inline void predict_in_turn(const workload& net, std::span<const side_call> calls, const deployment& how,
                            std::span<estimate> results) {
    deployment own = how;
    refined_model<workload> model(net, *calls.front().device, own);
    const bool unsupported = is_unsupported(net, *calls.front().device);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        calls[i].apply_to(own);
        check(own);
        if (own.stream > 0) own.batch = std::exchange(own.stream, 0);
        model.run({*calls[i].device, own});
        results[i] = model.answer(0, *calls[i].device, own);
        mark(results[i], unsupported);
    }
}

}  // namespace detail

/// `predict` for each of the calls, bit for bit, in a tenth of the time where layers count. Where time decides what
/// lives on chip, or kernels work in tiles, they are worked out one by one, and what is the same for all once. Their
/// devices may differ in bandwidth and on-chip capacity, if either is stated; all else is the same. `how` says the rest
/// of their deployment. Throws as `predict` does.
inline void predict(const workload& net, std::span<const side_call> calls, const deployment& how,
                    std::span<estimate> results) {
    if (detail::needs_totals_only(net, how) || (!calls.empty() && detail::falls_back(net, *calls.front().device))) {
        deployment own = how;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            calls[i].apply_to(own);
            results[i] = predict(net, *calls[i].device, own);
        }
        return;
    }
    if (calls.empty()) return;
    if (how.placement == placement_kind::optimal || traits_of(how.execution).tiles) {
        detail::predict_in_turn(net, calls, how, results);
        return;
    }
    detail::lane_predictor side(net, *calls.front().device, how);
    for (std::size_t at = 0; at < calls.size(); at += detail::side_width) {
        const std::size_t count = std::min(detail::side_width, calls.size() - at);
        side.predict(calls.subspan(at, count), results.subspan(at, count));
    }
}

}  // namespace qutibench
