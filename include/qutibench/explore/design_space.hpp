// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Every combination of networks, devices, datatypes, batches and more as one numbered space. No point is stored: a
/// number decodes into a value of each axis.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/explore/detail/scaled_platform.hpp>
#include <qutibench/model/predict.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace qutibench {

/// A network at one width.
struct design_network {
    std::string name{};
    double keep = 1;  ///< fraction of the channels that is left
    std::shared_ptr<const workload> work{};
    std::vector<std::pair<precision, double>> accuracies{};  ///< top-1 by datatype, as fractions, where known
};

/// The axes of a design space, each with at least one value. Networks vary slowest, batches fastest, the others in the
/// order in which they stand here.
struct design_axes {
    std::vector<design_network> networks{};
    std::vector<std::shared_ptr<const platform>> platforms{};  ///< each in its mode
    std::vector<precision> datatypes{};         ///< empty: on each platform those that it computes in natively
    std::vector<double> compute_scales{1.0};    ///< factors of the peak: clock, number of processing elements
    std::vector<double> bandwidth_scales{1.0};  ///< factors of the off-chip bandwidth
    std::vector<placement_kind> placements{placement_kind::published};
    std::vector<execution_kind> executions{execution_kind::network};
    std::vector<std::int64_t> batches{1};
    deployment how{};  ///< everything else; `how.carriers` decides whether a datatype the device lacks is carried or
                       ///< skipped
};

/// A point of a design space: the number of its value on each axis.
struct design_point {
    std::size_t network = 0;
    std::size_t target = 0;  ///< platform and datatype, in `design_space::targets()`
    std::size_t compute_scale = 0;
    std::size_t bandwidth_scale = 0;
    std::size_t placement = 0;
    std::size_t execution = 0;
    std::size_t batch = 0;
};

/// A platform and a datatype that it has, natively or by a carrier.
struct design_target {
    std::size_t platform = 0;
    precision datatype{};
};

/// The numbered combinations of the axes; those of a platform and a datatype that it cannot run are left out.
class design_space {
public:
    /// Throws invalid_argument on an axis without values or a value outside its domain, unsupported_datatype when no
    /// platform has any of the datatypes, overflow_error past 2^64 points.
    explicit design_space(design_axes axes) : axes_(std::move(axes)) {
        check();
        list_targets();
        const std::array<std::size_t, axis_count> extents = {axes_.networks.size(),       targets_.size(),
                                                             axes_.compute_scales.size(), axes_.bandwidth_scales.size(),
                                                             axes_.placements.size(),     axes_.executions.size(),
                                                             axes_.batches.size()};
        size_ = 1;
        for (std::size_t axis = axis_count; axis-- > 0;) {
            strides_[axis] = size_;
            if (detail::multiply_overflows(size_, static_cast<std::uint64_t>(extents[axis]), &size_))
                throw overflow_error("a design space has at most 2^64 points");
        }
    }

    [[nodiscard]] const design_axes& axes() const { return axes_; }
    /// Number of points.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The platforms with the datatypes that they run, in the order of the axes.
    [[nodiscard]] const std::vector<design_target>& targets() const { return targets_; }
    /// Why combinations are left out, one sentence each.
    [[nodiscard]] const std::vector<std::string>& skipped() const { return skipped_; }
    /// Number of runs: neighbouring points that differ in nothing but the batch.
    [[nodiscard]] std::uint64_t runs() const { return size_ / axes_.batches.size(); }

    /// The point of a number below `size()`. Throws invalid_argument past it.
    [[nodiscard]] design_point at(std::uint64_t number) const {
        if (number >= size_)
            throw invalid_argument(detail::message({"a space of ", size_, " points has no point ", number}));
        const auto digit = [&](std::size_t axis) {
            const std::uint64_t value = number / strides_[axis];
            number %= strides_[axis];
            return static_cast<std::size_t>(value);
        };
        design_point point;
        point.network = digit(0);
        point.target = digit(1);
        point.compute_scale = digit(2);
        point.bandwidth_scale = digit(3);
        point.placement = digit(4);
        point.execution = digit(5);
        point.batch = digit(6);
        return point;
    }

    /// Moves to the first batch of the next run; past the last point it starts again.
    void advance_run(design_point& point) const {
        point.batch = 0;
        if (++point.execution < axes_.executions.size()) return;
        point.execution = 0;
        if (++point.placement < axes_.placements.size()) return;
        point.placement = 0;
        if (++point.bandwidth_scale < axes_.bandwidth_scales.size()) return;
        point.bandwidth_scale = 0;
        if (++point.compute_scale < axes_.compute_scales.size()) return;
        point.compute_scale = 0;
        if (++point.target < targets_.size()) return;
        point.target = 0;
        if (++point.network == axes_.networks.size()) point.network = 0;
    }

    /// The device of a point, its figures scaled.
    [[nodiscard]] platform device_of(const design_point& point) const {
        const platform& device = *axes_.platforms[targets_[point.target].platform];
        const double compute = axes_.compute_scales[point.compute_scale];
        const double bandwidth = axes_.bandwidth_scales[point.bandwidth_scale];
        return compute == 1 && bandwidth == 1 ? device : detail::scaled_platform(device, compute, bandwidth);
    }

    /// How a point is deployed.
    [[nodiscard]] deployment deployment_of(const design_point& point) const {
        deployment how = axes_.how;
        how.datatype = targets_[point.target].datatype;
        how.placement = axes_.placements[point.placement];
        how.execution = axes_.executions[point.execution];
        how.batch = axes_.batches[point.batch];
        return how;
    }

    /// The prediction for one point; throws as `predict` does.
    [[nodiscard]] estimate predict(std::uint64_t number) const {
        const design_point point = at(number);
        return qutibench::predict(*axes_.networks[point.network].work, device_of(point), deployment_of(point));
    }

private:
    static constexpr std::size_t axis_count = 7;

    void check() const {
        const auto require = [](bool has_values, std::string_view axis) {
            if (!has_values) throw invalid_argument(detail::message({"the axis of ", axis, " has no value"}));
        };
        require(!axes_.networks.empty(), "networks");
        require(!axes_.platforms.empty(), "platforms");
        require(!axes_.compute_scales.empty(), "compute scales");
        require(!axes_.bandwidth_scales.empty(), "bandwidth scales");
        require(!axes_.placements.empty(), "placements");
        require(!axes_.executions.empty(), "execution models");
        require(!axes_.batches.empty(), "batches");
        for (const design_network& one : axes_.networks) {
            if (!one.work) throw invalid_argument(detail::message({"network '", one.name, "' has no workload"}));
            if (one.work->mac_count == 0 && one.work->weight_count == 0)
                throw invalid_argument(
                    detail::message({"network '", one.name, "' has neither operations nor weights"}));
        }
        for (const auto& one : axes_.platforms)
            if (!one) throw invalid_argument("a platform of the design space is missing");
        for (const std::int64_t one : axes_.batches)
            if (one < 1) throw invalid_argument(detail::message({"batch must be at least 1, not ", one}));
        for (const auto* scales : {&axes_.compute_scales, &axes_.bandwidth_scales})
            for (const double one : *scales)
                if (!(one > 0 && one <= 1e12)) throw invalid_argument("scales must be above 0 and at most 1e12");
        detail::check(axes_.how);
    }

    void list_targets() {
        for (std::size_t i = 0; i < axes_.platforms.size(); ++i) {
            const platform& device = *axes_.platforms[i];
            std::vector<precision> wanted = axes_.datatypes;
            if (wanted.empty())
                for (const peak& one : device.mode().peaks) wanted.push_back(one.numbers);
            for (const precision& one : wanted) {
                try {
                    static_cast<void>(detail::roof_of(device, axes_.how, one));
                    targets_.push_back({i, one});
                } catch (const unsupported_datatype& wrong) {
                    skipped_.emplace_back(wrong.what());
                }
            }
        }
        if (targets_.empty()) throw unsupported_datatype(skipped_.front());
    }

    design_axes axes_;
    std::vector<design_target> targets_;
    std::vector<std::string> skipped_;
    std::array<std::uint64_t, axis_count> strides_{};
    std::uint64_t size_ = 0;
};

}  // namespace qutibench
