// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Points of a design space whose models look at every layer: those that differ in batch, calls, and the bandwidth and
/// capacity of the device are predicted side by side.
#pragma once

#include <qutibench/explore/design_space.hpp>
#include <qutibench/explore/metric.hpp>
#include <qutibench/model/side_by_side.hpp>

#include <span>
#include <vector>

namespace qutibench::detail {

/// Gathers points until many wait, or the next one differs in more; `answered(answer, row)`
/// is then called for each, in order. What is gathered last has to be flushed.
template <class Answered>
class side_points {
public:
    side_points(const design_space& space, Answered answered) : space_(&space), answered_(std::move(answered)) {}

    /// `row` is passed on.
    void add(const design_point& point, std::size_t row) {
        if (!points_.empty() && (points_.size() == most || !goes_with(point))) flush();
        if (points_.empty() || !(space_->scales_of(point) == space_->scales_of(points_.back().point)))
            device_ = space_->device_of(point);
        points_.push_back({point, row, device_});
    }

    void flush() {
        if (points_.empty()) return;
        const design_axes& axes = space_->axes();
        answer one = space_->unanswered(points_.front().point);
        calls_.clear();
        for (const waiting& at : points_)
            calls_.push_back({at.device.get(), axes.batches[at.point.batch], axes.threads[at.point.threads],
                              axes.streams[at.point.stream]});
        results_.resize(points_.size());
        predict(*one.work, calls_, one.how, results_);
        for (std::size_t i = 0; i < points_.size(); ++i) {
            one.device = points_[i].device;
            one.scales = space_->scales_of(points_[i].point);
            calls_[i].apply_to(one.how);
            one.prediction = results_[i];
            space_->check_training(one);
            answered_(one, points_[i].row);
        }
        points_.clear();
    }

private:
    static constexpr std::size_t most = 16 * side_width;

    struct waiting {
        design_point point;
        std::size_t row = 0;
        std::shared_ptr<const platform> device;
    };

    // Whether it differs from those that wait in nothing that a model does once for all of them.
    [[nodiscard]] bool goes_with(design_point point) const {
        const design_point& first = points_.front().point;
        point.batch = first.batch, point.threads = first.threads, point.stream = first.stream;
        point.bandwidth_scale = first.bandwidth_scale, point.on_chip_scale = first.on_chip_scale;
        return point == first;
    }

    const design_space* space_;
    Answered answered_;
    std::vector<waiting> points_{};
    std::vector<side_call> calls_{};
    std::vector<estimate> results_{};
    std::shared_ptr<const platform> device_{};
};

}  // namespace qutibench::detail
