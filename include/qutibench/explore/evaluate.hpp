// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Metrics of many design points at once, as columns of doubles in SI units. What the batch does not change is worked
/// out once for all batches; every value has the bits that `predict` gives it.
#pragma once

#include <qutibench/explore/design_space.hpp>
#include <qutibench/explore/detail/layer_run.hpp>
#include <qutibench/explore/detail/run_columns.hpp>
#include <qutibench/explore/detail/side_points.hpp>
#include <qutibench/explore/metric.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace qutibench {

/// Where a metric is written: as many doubles as points are asked for.
struct metric_column {
    metric what = metric::throughput;
    double* values = nullptr;
};

/// Evaluates points of a design space, run by run. Safe to share between threads; must not outlive the space.
class evaluator {
public:
    explicit evaluator(const design_space& space)
        : space_(&space), batches_(space.axes().batches.begin(), space.axes().batches.end()) {
        const design_axes& axes = space.axes();
        for (design_point point; point.target < space.targets().size(); ++point.target)
            targets_.push_back(terms_of(point.target));
        is_plain_ = !axes.fit && !axes.how.sparse && axes.how.overrides.empty() &&
                    axes.how.parameters == execution_parameters{};
        for (const auto& one : axes.platforms) is_plain_ = is_plain_ && !one->operators.host.is_stated();
        for (const auto& one : axes.networks) trains_ = trains_ || one.trained;
        for (const double batch : batches_) inverses_.push_back(1 / batch);
        load_programs();
    }

    /// Writes the metrics of the points [first, first + count) to the columns. O(count) for each.
    /// Throws invalid_argument on points past the end, and as `predict` does.
    void fill(std::uint64_t first, std::size_t count, std::span<const metric_column> columns) const {
        if (count == 0) return;
        if (count > space_->size() || first > space_->size() - count)
            throw invalid_argument(detail::message({"a space of ", space_->size(), " points has no point ", first,
                                                    " + ", static_cast<std::uint64_t>(count - 1)}));
        std::vector<metric_column> shared, alone;
        bool stands = false;
        for (const metric_column& one : columns) {
            const bool decided = !detail::is_standing(one.what) || !trains_;  // a step of training fits by its batch
            (detail::is_shared(one.what) && decided ? shared : alone).push_back(one);
            stands = stands || (detail::is_standing(one.what) && decided);
        }
        design_point point = space_->at(first);
        current_program layered;
        std::span<const metric_column> asked;
        detail::side_points side(*space_, [&](answer& one, std::size_t row) { write(one, row, asked); });
        standing stand;
        for (std::size_t done = 0; done < count;) {
            const std::size_t size = std::min(batches_.size() - point.batch, count - done);
            const bool by_totals = is_level_0(point);
            if (stands && (by_totals || is_layered(point))) find_out(stand, point);
            const bool by_layers =
                !by_totals && is_layered(point) && fill_layered(point, size, done, shared, layered, stand);
            if (by_totals) fill_part(point, size, done, shared, stand);
            const std::span<const metric_column> rest = by_totals || by_layers ? alone : columns;
            if (rest.data() != asked.data() || rest.size() != asked.size()) side.flush();
            asked = rest;
            if (space_->axes().fit)
                fill_one_by_one(point, size, done, rest);
            else if (!rest.empty())
                for (std::size_t i = 0; i < size; ++i) side.add(at_batch(point, point.batch + i), done + i);
            done += size;
            space_->advance_run(point);
        }
        side.flush();
    }

private:
    /// The program of the run at hand where it is not kept.
    struct current_program {
        std::size_t number = 0;
        std::optional<detail::layer_program> program{};
    };

    /// Whether a network fits a target, and whether a ranking takes it: under the published placement no other axis
    /// decides it.
    struct standing {
        std::size_t number = std::numeric_limits<std::size_t>::max();
        double feasible = 0, may_win = 0;
    };
    void find_out(standing& one, const design_point& at) const {
        if (one.number == program_number(at)) return;
        const answer found = space_->answered(at);
        const auto* const feasible = metric_fields[static_cast<std::size_t>(metric::feasible)];
        one = {program_number(at), feasible->number_of(found), found.prediction.may_win() ? 1.0 : 0.0};
    }

    /// What is the same for all batches, in bytes.
    struct sizes {
        double model, traffic;
    };

    [[nodiscard]] detail::target_terms terms_of(std::size_t target) const {
        const design_target& one = space_->targets()[target];
        const platform& device = *space_->axes().platforms[one.platform];
        const detail::deployed_roof under = detail::roof_of(device, space_->axes().how, one.datatype);
        return {
            under.roof.peak.value(), under.roof.bandwidth.value(),   under.bytes_per_weight, device.bandwidth().value(),
            device.power().value(),  device.running_power().value(), device.price_usd};
    }

    /// As `design_space::device_of` scales them.
    [[nodiscard]] detail::target_terms terms(const design_point& point) const {
        detail::target_terms on = targets_[point.target];
        const device_scales by = space_->scales_of(point);
        on.peak *= by.compute;
        on.bandwidth *= by.bandwidth, on.roof_bandwidth *= by.bandwidth;
        return on;
    }

    /// A run from the batch of `point` on.
    void fill_part(const design_point& point, std::size_t size, std::size_t at, std::span<const metric_column> columns,
                   const standing& stand) const {
        const workload& net = *space_->axes().networks[point.network].work;
        const detail::target_terms on = terms(point);
        const double traffic = static_cast<double>(net.weight_count) * on.bytes_per_weight;
        const detail::run_terms run{net.work(), traffic, on.peak, on.running_power, traffic / on.roof_bandwidth};
        for (std::size_t done = 0; done < size; done += detail::run_block) {
            const std::size_t count = std::min(detail::run_block, size - done);
            fill_block(run, point, count, done, at + done, columns);
        }
        for (const metric_column& column : columns)
            if (!detail::varies_with_batch(column.what))
                std::fill_n(column.values + at, size, constant(point, column.what, {traffic, traffic}, stand));
    }

    void fill_block(const detail::run_terms& run, const design_point& point, std::size_t count, std::size_t offset,
                    std::size_t at, std::span<const metric_column> columns) const {
        const detail::batch_columns of{batches_.data() + point.batch + offset, inverses_.data() + point.batch + offset};
        std::array<double, detail::run_block> own;
        double* throughput = nullptr;
        double* latency = own.data();
        bool by_time = false;
        for (const metric_column& column : columns) {
            if (column.what == metric::throughput) throughput = column.values + at;
            if (column.what == metric::latency) latency = column.values + at;
            by_time = by_time || detail::follows_from_time(column.what);
        }
        if (by_time) detail::fill_times(run, of, count, throughput, latency);
        for (const metric_column& column : columns) {
            double* const out = column.values + at;
            if (column.what == metric::throughput || column.what == metric::latency) {
                const double* const from = column.what == metric::latency ? latency : throughput;
                if (out != from) std::copy_n(from, count, out);
            } else if (detail::follows_from_time(column.what)) {
                detail::fill_by_time(column.what, run.operations, run.power, of.batches, latency, count, out);
            } else if (detail::varies_with_batch(column.what)) {
                detail::fill_run(run, of.batches, count, column.what, out);
            }
        }
    }

    [[nodiscard]] static design_point at_batch(design_point point, std::size_t batch) {
        point.batch = batch;
        return point;
    }

    // Under a calibration, which predicts one point at a time.
    void fill_one_by_one(design_point point, std::size_t size, std::size_t at,
                         std::span<const metric_column> columns) const {
        if (columns.empty()) return;
        answer one = space_->unanswered(point);
        for (std::size_t i = 0; i < size; ++i, ++point.batch) {
            one.how.batch = space_->axes().batches[point.batch];
            space_->predict(one);
            write(one, at + i, columns);
        }
    }

    // The metrics of a predicted point.
    void write(answer& one, std::size_t row, std::span<const metric_column> columns) const {
        if (std::any_of(columns.begin(), columns.end(), [](const auto& of) { return detail::is_expected(of.what); }))
            space_->expect(one);
        for (const metric_column& column : columns)
            column.values[row] = metric_fields[static_cast<std::size_t>(column.what)]->number_of(one);
    }

    /// A run layer by layer, from the batch of `point` on; false where each point has a peak of its own.
    [[nodiscard]] bool fill_layered(design_point point, std::size_t size, std::size_t at,
                                    std::span<const metric_column> columns, current_program& current,
                                    const standing& stand) const {
        const detail::layer_program& program = program_at(point, current);
        const auto asks = [columns](metric what) {
            return std::any_of(columns.begin(), columns.end(), [what](const auto& one) { return one.what == what; });
        };
        if (!program.uniform && asks(metric::peak)) return false;
        const detail::target_terms on = terms(point);
        const double work = space_->axes().networks[point.network].work->work();
        const double scale = space_->axes().compute_scales[point.compute_scale];
        const bool with_bound = asks(metric::memory_bound);
        for (std::size_t done = 0; done < size; done += detail::layer_run::block) {
            const std::size_t count = std::min(detail::layer_run::block, size - done);
            const double* const batches = batches_.data() + point.batch + done;
            const detail::layer_run run(program, scale, on.roof_bandwidth, {batches, count}, with_bound);
            const double* const time = run.time();
            for (const metric_column& column : columns) {
                double* const out = column.values + at + done;
                if (detail::follows_from_time(column.what)) {
                    detail::fill_by_time(column.what, work, on.running_power, batches, time, count, out);
                    continue;
                }
                switch (column.what) {
                    case metric::intensity:
                        for (std::size_t i = 0; i < count; ++i) out[i] = work * batches[i] / program.traffic;
                        break;
                    case metric::peak:
                        std::fill_n(out, count, program.peak * scale);
                        break;
                    case metric::memory_bound:
                        for (std::size_t i = 0; i < count; ++i) out[i] = run.memory_bound(i) ? 1.0 : 0.0;
                        break;
                    default:
                        std::fill_n(out, count,
                                    constant(point, column.what, {program.weight_bytes, program.traffic}, stand));
                }
            }
        }
        return true;
    }

    /// What the batch does not change.
    [[nodiscard]] double constant(const design_point& point, metric what, const sizes& of,
                                  const standing& stand) const {
        const design_network& net = space_->axes().networks[point.network];
        const detail::target_terms on = terms(point);
        switch (what) {
            case metric::work:
                return net.work->work();
            case metric::multiplications:
                return std::round(net.work->work() / 2);
            case metric::model_size:
                return of.model;
            case metric::traffic:
                return of.traffic;
            case metric::peak:
                return on.peak;
            case metric::bandwidth:
                return on.bandwidth;
            case metric::power:
                return on.power;
            case metric::price:
                return on.price;
            case metric::feasible:
                return stand.feasible;
            case metric::may_win:
                return stand.may_win;
            default:
                break;
        }
        const design_target& target = space_->targets()[point.target];
        return net.accuracy(target.datatype, *space_->axes().platforms[target.platform]);
    }

    /// Without operations, a point may take no time at all, which is for `predict` to refuse.
    [[nodiscard]] bool is_one_call(const design_point& point) const {
        const design_axes& axes = space_->axes();
        return axes.networks[point.network].work->mac_count > 0 && axes.threads[point.threads] == 1 &&
               axes.streams[point.stream] == 0;
    }

    /// Whether the published roofline without losses applies, which needs totals only.
    [[nodiscard]] bool is_level_0(const design_point& point) const {
        const design_axes& axes = space_->axes();
        return is_plain_ && axes.placements[point.placement] == placement_kind::published &&
               !traits_of(axes.executions[point.execution]).by_kernel && is_one_call(point) &&
               !axes.networks[point.network].work->has_precisions();
    }

    /// Whether layers under the published placement without losses apply: what no on-chip memory changes.
    [[nodiscard]] bool is_layered(const design_point& point) const {
        const design_axes& axes = space_->axes();
        return is_plain_ && traits_of(axes.executions[point.execution]).sums && is_one_call(point) &&
               axes.placements[point.placement] == placement_kind::published &&
               !axes.networks[point.network].work->layers().empty();
    }

    [[nodiscard]] std::size_t program_number(const design_point& point) const {
        return point.network * space_->targets().size() + point.target;
    }

    [[nodiscard]] const detail::layer_program& program_at(const design_point& point, current_program& current) const {
        const std::size_t number = program_number(point);
        if (!programs_.empty()) return programs_[number];
        if (!current.program || current.number != number) current = {number, load_program(point)};
        return *current.program;
    }

    [[nodiscard]] detail::layer_program load_program(const design_point& point) const {
        const design_axes& axes = space_->axes();
        const design_target& target = space_->targets()[point.target];
        deployment how = axes.how;
        how.datatype = target.datatype;
        how.execution = execution_kind::layers;
        return detail::program_of(*axes.networks[point.network].work, *axes.platforms[target.platform], how);
    }

    /// Programs are kept where they take little; else each call of `fill` makes those that it meets.
    void load_programs() {
        constexpr std::size_t most = 4096;
        const auto& executions = space_->axes().executions;
        const std::size_t count = space_->axes().networks.size() * space_->targets().size();
        if (!is_plain_ || count > most ||
            std::none_of(executions.begin(), executions.end(), [](auto one) { return traits_of(one).sums; }))
            return;
        programs_.resize(count);
        design_point point;
        for (; point.network < space_->axes().networks.size(); ++point.network)
            for (point.target = 0; point.target < space_->targets().size(); ++point.target)
                if (!space_->axes().networks[point.network].work->layers().empty())
                    programs_[program_number(point)] = load_program(point);
    }

    const design_space* space_;
    std::vector<double> batches_, inverses_;
    std::vector<detail::target_terms> targets_;
    std::vector<detail::layer_program> programs_;  // by network and target; empty: none kept
    bool is_plain_ = true;
    bool trains_ = false;  ///< some points are steps of training
};

}  // namespace qutibench
