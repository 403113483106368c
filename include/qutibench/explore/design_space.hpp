// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Every combination of networks, devices, datatypes, batches and more as one numbered space. No point is stored: a
/// number decodes into a value of each axis.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/detail/checked.hpp>
#include <qutibench/explore/answer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace qutibench {

/// A published top-1 accuracy in a datatype, as a fraction; on a device where that is named.
struct design_accuracy {
    precision datatype{};
    double top1 = 0;
    std::string platform{};
};

/// A network at one width.
struct design_network {
    std::string name{};
    double keep = 1;  ///< fraction of the channels that is left
    std::shared_ptr<const workload> work{};
    std::vector<design_accuracy> accuracies{};
    std::shared_ptr<const workload> trained{};  ///< the inference, where `work` is a step of training
    training_setup training{};

    /// Makes `work` a step of training: one example forward and backward with the update of every weight (T eq. 2.6),
    /// as totals. Throws overflow_error past 64 bits.
    void train(const training_setup& how) {
        const training_workload step = qutibench::training(*work, 1, 1);
        auto totals = std::make_shared<const workload>(work->name(), step.operations(), step.weights());
        trained = std::exchange(work, std::move(totals));
        training = how;
    }

    /// Throws invalid_argument for a network of which nothing can be predicted.
    void check() const {
        if (!work) throw invalid_argument(detail::message({"network '", name, "' has no workload"}));
        if (work->mac_count == 0 && work->weight_count == 0)
            throw invalid_argument(detail::message({"network '", name, "' has neither operations nor weights"}));
    }

    /// The published accuracy as deployed on a device, else the network's own; NaN without one. A datatype that is only
    /// emulated has the accuracy that was measured on the device, if any.
    [[nodiscard]] double accuracy(const precision& in, const platform& on) const {
        double own = std::numeric_limits<double>::quiet_NaN();
        for (const design_accuracy& one : accuracies) {
            if (!(one.datatype == in)) continue;
            if (one.platform == on.id()) return one.top1;
            if (one.platform.empty()) own = one.top1;
        }
        return own == own && on.peak_for(in).native ? own : std::numeric_limits<double>::quiet_NaN();
    }
};

/// The axes of a design space, each with at least one value. Networks vary slowest, batches fastest, the others in the
/// order in which they stand here.
struct design_axes {
    std::vector<design_network> networks{};
    std::vector<std::shared_ptr<const platform>> platforms{};  ///< each in its mode
    std::vector<precision> datatypes{};         ///< empty: on each platform those that it computes in natively
    std::vector<double> compute_scales{1.0};    ///< factors of the peak: clock, number of processing elements
    std::vector<double> bandwidth_scales{1.0};  ///< factors of the off-chip bandwidth
    std::vector<double> on_chip_scales{1.0};    ///< factors of the on-chip capacity
    std::vector<placement_kind> placements{placement_kind::published};
    std::vector<execution_kind> executions{execution_kind::network};
    std::vector<std::int64_t> threads{1};  ///< calls in flight
    std::vector<std::int64_t> streams{0};  ///< inputs through a pipeline; 0: calls
    std::vector<std::int64_t> batches{1};
    deployment how{};  ///< everything else; `how.carriers` decides whether a datatype the device lacks is carried or
                       ///< skipped
    std::function<fitted_figures(const answer&)> fit{};  ///< predicts instead of the model, whose answer is the bound
    std::function<std::shared_ptr<const expectation>(const answer&)> expect{};  ///< says what to expect; may be empty
    bool is_measured_fit = false;  ///< it knows what was measured alone: no placement, execution model or parameters
};

/// A point of a design space: the number of its value on each axis.
struct design_point {
    std::size_t network = 0;
    std::size_t target = 0;  ///< platform and datatype, in `design_space::targets()`
    std::size_t compute_scale = 0;
    std::size_t bandwidth_scale = 0;
    std::size_t on_chip_scale = 0;
    std::size_t placement = 0;
    std::size_t execution = 0;
    std::size_t threads = 0;
    std::size_t stream = 0;
    std::size_t batch = 0;

    friend constexpr bool operator==(const design_point&, const design_point&) = default;
};

/// An axis by its name, and where a point has its place on it.
struct design_axis {
    std::string_view name{};
    std::size_t design_point::* place = nullptr;
};

/// From the axis that varies slowest to the one that varies fastest.
inline constexpr std::array design_axis_list{
    design_axis{"network", &design_point::network},
    design_axis{"target", &design_point::target},
    design_axis{"compute_scale", &design_point::compute_scale},
    design_axis{"bandwidth_scale", &design_point::bandwidth_scale},
    design_axis{"on_chip_scale", &design_point::on_chip_scale},
    design_axis{"placement", &design_point::placement},
    design_axis{"execution", &design_point::execution},
    design_axis{"threads", &design_point::threads},
    design_axis{"stream", &design_point::stream},
    design_axis{"batch", &design_point::batch},
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
        extents_ = {axes_.networks.size(),       targets_.size(),
                    axes_.compute_scales.size(), axes_.bandwidth_scales.size(),
                    axes_.on_chip_scales.size(), axes_.placements.size(),
                    axes_.executions.size(),     axes_.threads.size(),
                    axes_.streams.size(),        axes_.batches.size()};
        size_ = 1;
        for (const std::size_t extent : extents_)
            if (detail::multiply_overflows(size_, static_cast<std::uint64_t>(extent), &size_))
                throw overflow_error("a design space has at most 2^64 points");
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
        design_point point;
        for (std::size_t axis = axis_count; axis-- > 0; number /= extents_[axis])
            point.*design_axis_list[axis].place = static_cast<std::size_t>(number % extents_[axis]);
        return point;
    }

    /// Moves to the first batch of the next run; past the last point it starts again.
    void advance_run(design_point& point) const {
        point.batch = 0;
        for (std::size_t axis = axis_count - 1; axis-- > 0;) {
            std::size_t& place = point.*design_axis_list[axis].place;
            if (++place < extents_[axis]) return;
            place = 0;
        }
    }

    [[nodiscard]] const design_network& network_of(const design_point& point) const {
        return axes_.networks[point.network];
    }
    [[nodiscard]] device_scales scales_of(const design_point& point) const {
        return {axes_.compute_scales[point.compute_scale], axes_.bandwidth_scales[point.bandwidth_scale],
                axes_.on_chip_scales[point.on_chip_scale]};
    }
    /// The device of a point, its figures scaled.
    [[nodiscard]] std::shared_ptr<const platform> device_of(const design_point& point) const {
        const std::shared_ptr<const platform>& device = axes_.platforms[targets_[point.target].platform];
        const device_scales by = scales_of(point);
        return by == device_scales{} ? device : std::make_shared<const platform>(scaled(*device, by));
    }

    /// How a point is deployed.
    [[nodiscard]] deployment deployment_of(const design_point& point) const {
        deployment how = axes_.how;
        how.datatype = targets_[point.target].datatype;
        how.placement = axes_.placements[point.placement];
        how.execution = axes_.executions[point.execution];
        how.threads = axes_.threads[point.threads];
        how.stream = axes_.streams[point.stream];
        how.batch = axes_.batches[point.batch];
        return how;
    }

    /// What is known of a point without a prediction.
    [[nodiscard]] answer unanswered(const design_point& point) const {
        const design_network& net = network_of(point);
        answer one{net.name, net.keep, net.work, device_of(point), deployment_of(point), {}};
        one.accuracy_top1 = net.accuracy(one.how.datatype, *one.device);
        one.scales = scales_of(point);
        one.trained = net.trained;
        one.training = net.training;
        return one;
    }
    /// With its prediction; throws as `qutibench::predict` does.
    [[nodiscard]] answer answered(const design_point& point) const {
        answer one = unanswered(point);
        predict(one);
        return one;
    }
    [[nodiscard]] estimate predict(std::uint64_t number) const { return answered(at(number)).prediction; }
    /// Fills in what an answer's network, device and deployment lead to.
    void predict(answer& one) const {
        if (!axes_.fit) {
            one.prediction = qutibench::predict(*one.work, *one.device, one.how);
            check_training(one);
            return;
        }
        deployment bound = one.how;
        if (axes_.is_measured_fit) bound.stream = 0;
        one.prediction = qutibench::predict(*one.work, *one.device, bound);
        one.fitted = axes_.fit(one);
    }
    /// Of a predicted answer that is for training: whether that fits.
    static void check_training(answer& one) {
        if (one.trained) one.prediction.feasible = one.fits_training();
    }
    /// Adds what to expect to a predicted answer, where the axes have what knows it.
    void expect(answer& one) const {
        if (axes_.expect) one.expected = axes_.expect(one);
    }

private:
    static constexpr std::size_t axis_count = design_axis_list.size();

    void check() const {
        const auto require = [](bool has_values, std::string_view axis) {
            if (!has_values) throw invalid_argument(detail::message({"the axis of ", axis, " has no value"}));
        };
        require(!axes_.networks.empty(), "networks");
        if (axes_.fit && std::any_of(axes_.networks.begin(), axes_.networks.end(),
                                     [](const design_network& one) { return one.trained != nullptr; }))
            throw invalid_argument(
                axes_.is_measured_fit
                    ? "a calibration knows inference alone: leave it or the training out"
                    : "a step of training is modelled on one device: leave the devices or the training out");
        require(!axes_.platforms.empty(), "platforms");
        require(!axes_.compute_scales.empty(), "compute scales");
        require(!axes_.bandwidth_scales.empty(), "bandwidth scales");
        require(!axes_.on_chip_scales.empty(), "on-chip scales");
        require(!axes_.placements.empty(), "placements");
        require(!axes_.executions.empty(), "execution models");
        require(!axes_.threads.empty(), "threads");
        require(!axes_.streams.empty(), "streams");
        require(!axes_.batches.empty(), "batches");
        for (const design_network& one : axes_.networks) one.check();
        for (const auto& one : axes_.platforms)
            if (!one) throw invalid_argument("a platform of the design space is missing");
        for (const std::int64_t one : axes_.batches)
            if (one < 1) throw invalid_argument(detail::message({"batch must be at least 1, not ", one}));
        for (const std::int64_t one : axes_.threads)
            if (one < 1) throw invalid_argument(detail::message({"threads must be at least 1, not ", one}));
        for (const auto* scales : {&axes_.compute_scales, &axes_.bandwidth_scales, &axes_.on_chip_scales})
            for (const double one : *scales)
                if (!(one > 0 && one <= 1e12)) throw invalid_argument("scales must be above 0 and at most 1e12");
        detail::check(axes_.how);
        if (axes_.is_measured_fit) check_fit();
    }

    /// A fit has its own idea of where tensors live and how layers run.
    void check_fit() const {
        const deployment usual;
        for (const placement_kind one : axes_.placements)
            if (one != usual.placement) throw_unused("a placement");
        for (const execution_kind one : axes_.executions)
            if (one != usual.execution) throw_unused("an execution model");
        if (!(axes_.how.parameters == usual.parameters)) throw_unused("parameters");
        if (!axes_.how.overrides.empty()) throw_unused("overrides");
        if (axes_.how.sparse) throw_unused("sparse peaks");
        for (const auto* scales : {&axes_.compute_scales, &axes_.bandwidth_scales, &axes_.on_chip_scales})
            for (const double one : *scales)
                if (one != 1) throw_unused("scaled devices");
    }
    [[noreturn]] static void throw_unused(std::string_view what) {
        throw invalid_argument(
            detail::message({"a calibration predicts what was measured and has no use for ", what, "; leave one out"}));
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
    std::array<std::size_t, axis_count> extents_{};
    std::uint64_t size_ = 0;
};

}  // namespace qutibench
