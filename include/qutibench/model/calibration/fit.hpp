// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Levenberg-Marquardt on the logarithms of the coefficients: they stay positive, errors are relative, and the
/// Jacobian of log time is each term's share of the time. Plain doubles in SI units.
#pragma once

#include <qutibench/detail/pause.hpp>
#include <qutibench/model/calibration/features.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace qutibench::fitting {

/// Logarithms of the coefficients of a structure and which of them it uses.
struct parameters {
    std::array<double, terms> log_value{};
    std::array<bool, terms> active{};

    [[nodiscard]] bool has(term which) const { return active[static_cast<std::size_t>(which)]; }
};

/// The coefficients themselves: 0 for terms that a structure lacks, but 1 for a missing `dense`, which is a ratio.
struct coefficients {
    std::array<double, terms> value{};
    bool has_dense = false;
    bool has_serial = false;

    explicit coefficients(const parameters& of) : has_dense(of.has(term::dense)), has_serial(of.has(term::serial)) {
        for (std::size_t i = 0; i < terms; ++i) value[i] = of.active[i] ? std::exp(of.log_value[i]) : 0.0;
        if (!has_dense) value[static_cast<std::size_t>(term::dense)] = 1;
    }
};

/// A time and how much of it each term accounts for: d time / d log coefficient.
struct timing {
    double seconds = 0;
    std::array<double, terms> parts{};
};

/// A load and the time that was measured for it.
struct sample {
    fitting::load load;
    double log_seconds = 0;
    int fold = 0;  ///< samples of one network share a fold
    double weight = 1;
};

namespace detail {

inline constexpr std::size_t at(term which) {
    return static_cast<std::size_t>(which);
}

/// Time between the ends of `threads` calls side by side: the larger of (host + device) / threads and the
/// part of the device that cannot overlap, joined by an 8-norm so that it has a derivative.
inline void overlap_threads(timing& time, double serial, double threads) {
    constexpr double sharpness = 8;
    const double host = time.parts[at(term::call)] + time.parts[at(term::input)] + time.parts[at(term::element)];
    const double device = time.seconds - host;
    const double together = time.seconds / threads;
    const double alone = serial * device;
    const double larger = std::max(together, alone);
    const double seconds =
        larger * std::pow(std::pow(together / larger, sharpness) + std::pow(alone / larger, sharpness), 1 / sharpness);
    const double share_together = std::pow(together / seconds, sharpness);
    const double share_alone = std::pow(alone / seconds, sharpness);
    for (std::size_t i = 0; i < terms; ++i) {
        const bool is_host = i == at(term::call) || i == at(term::input) || i == at(term::element);
        const double on_device = is_host || device <= 0 ? 0.0 : share_alone / device;
        time.parts[i] *= seconds * (share_together / time.seconds + on_device);
    }
    time.parts[at(term::serial)] = seconds * share_alone;
    time.seconds = seconds;
}

}  // namespace detail

namespace detail {

/// Adds the kernels of a structure with tiles: (compute^2 + memory^2)^(1/2) each.
inline void add_kernels(timing& out, const load& of, const coefficients& with) {
    const double dense = with.value[at(term::dense)];
    for (const kernel_load& one : of.kernels) {
        const double compute = with.value[at(term::compute)] * one.compute * (one.is_dense ? dense : 1.0);
        const double memory = with.value[at(term::memory)] * one.memory;
        const double length = std::sqrt(compute * compute + memory * memory);
        if (length <= 0) continue;
        const double compute_part = one.count * compute * compute / length;
        out.parts[at(term::compute)] += compute_part;
        out.parts[at(term::memory)] += one.count * memory * memory / length;
        if (one.is_dense && with.has_dense) out.parts[at(term::dense)] += compute_part;
    }
}

/// Adds compute and memory of the board form and the shares of its ratios.
inline void add_board(timing& out, const board_load& of, const coefficients& with) {
    const double compute = with.value[at(term::compute)];
    const double memory = with.value[at(term::memory)];
    const double winograd = with.value[at(term::winograd)];
    const double channels = with.value[at(term::channels)];
    const double weights = with.value[at(term::traffic)] * of.weights;
    out.parts[at(term::winograd)] = compute * winograd * (of.winograd + channels * of.winograd_channels);
    out.parts[at(term::channels)] = compute * channels * (of.direct_channels + winograd * of.winograd_channels);
    out.parts[at(term::traffic)] = memory * weights;
    out.parts[at(term::compute)] =
        compute * (of.direct + channels * of.direct_channels) + out.parts[at(term::winograd)];
    out.parts[at(term::memory)] = memory * of.activations + out.parts[at(term::traffic)];
}

/// Whether a term is a ratio within another one, so that its share is part of that one's.
[[nodiscard]] constexpr bool is_ratio(std::size_t which) {
    return which == at(term::dense) || which == at(term::winograd) || which == at(term::channels) ||
           which == at(term::traffic);
}

}  // namespace detail

/// Time of a load: per call; where threads run side by side, from the end of one call to the end of the next.
/// O(kernels).
[[nodiscard]] inline timing time_of(const load& of, const coefficients& with) {
    using detail::at;
    timing out;
    for (const term which :
         {term::call, term::input, term::element, term::launch, term::weight, term::unfold, term::spill})
        out.parts[at(which)] = with.value[at(which)] * of.scalar[at(which)];
    if (of.is_board) {
        detail::add_board(out, of.board, with);
    } else {
        detail::add_kernels(out, of, with);
    }
    for (std::size_t i = 0; i < terms; ++i)
        if (!detail::is_ratio(i)) out.seconds += out.parts[i];
    if (of.threads > 0 && with.has_serial) detail::overlap_threads(out, with.value[at(term::serial)], of.threads);
    return out;
}

/// How a fit weighs measurements against priors.
struct fit_options {
    std::array<prior, terms> priors = default_priors;
    double noise = 0.1;  ///< standard deviation of log time that the model cannot explain
    int iterations = 40;
    bool scale_free = false;  ///< move the priors of launch, compute and memory together to where the samples are
};

/// Parameters at the medians of the priors. `active` tells which terms the structure has.
[[nodiscard]] inline parameters at_priors(const std::array<bool, terms>& active, const fit_options& options) {
    parameters start;
    start.active = active;
    for (std::size_t i = 0; i < terms; ++i) start.log_value[i] = std::log(options.priors[i].median);
    return start;
}

/// The parameters that minimise sum ((log t - log measured) / noise)^2 + sum ((log p - log median) / sigma)^2, from
/// `start`. O(iterations * samples * (kernels + terms^2)).
[[nodiscard]] parameters fit(std::span<const sample* const> samples, parameters start, const fit_options& options = {});

}  // namespace qutibench::fitting

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <Eigen/Dense>
namespace qutibench::fitting {

/// Options whose priors are moved to the samples: by the median of measured time over the time at the priors.
[[nodiscard]] inline fit_options centred(std::span<const sample* const> samples, const parameters& of,
                                         fit_options options) {
    if (!options.scale_free || samples.empty()) return options;
    parameters start = of;
    for (std::size_t i = 0; i < terms; ++i) start.log_value[i] = std::log(options.priors[i].median);
    const coefficients values(start);
    std::vector<double> ratios;
    for (const sample* one : samples) ratios.push_back(one->log_seconds - std::log(time_of(one->load, values).seconds));
    const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    for (const term which : {term::launch, term::compute, term::memory})
        options.priors[static_cast<std::size_t>(which)].median *= std::exp(*middle);
    return options;
}

namespace detail {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, static_cast<int>(terms),
                             static_cast<int>(terms)>;
using vector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, static_cast<int>(terms), 1>;

/// Penalised squares of log time and the normal equations of their Gauss-Newton step.
class objective {
public:
    objective(std::span<const sample* const> samples, const parameters& of, const fit_options& options)
        : samples_(samples), options_(options) {
        for (std::size_t i = 0; i < terms; ++i)
            if (of.active[i]) free_.push_back(i);
    }

    [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(free_.size()); }

    double evaluate(const parameters& at_point, matrix& normal, vector& gradient) const {
        qutibench::detail::pause();
        normal.setZero(size(), size());
        gradient.setZero(size());
        double cost = 0;
        vector row(size());
        const coefficients values(at_point);
        for (const sample* one : samples_) {
            const timing time = time_of(one->load, values);
            const double scale = one->weight / options_.noise;
            const double residual = (std::log(time.seconds) - one->log_seconds) * scale;
            for (Eigen::Index i = 0; i < size(); ++i)
                row[i] = time.parts[free_[static_cast<std::size_t>(i)]] / time.seconds * scale;
            normal.noalias() += row * row.transpose();
            gradient.noalias() += row * residual;
            cost += residual * residual;
        }
        for (Eigen::Index i = 0; i < size(); ++i) {
            const std::size_t which = free_[static_cast<std::size_t>(i)];
            const prior& belief = options_.priors[which];
            const double away = (at_point.log_value[which] - std::log(belief.median)) / belief.sigma;
            normal(i, i) += 1 / (belief.sigma * belief.sigma);
            gradient[i] += away / belief.sigma;
            cost += away * away;
        }
        return cost;
    }

    [[nodiscard]] parameters moved(const parameters& from, const vector& step) const {
        constexpr double longest = 2;
        parameters to = from;
        for (Eigen::Index i = 0; i < size(); ++i)
            to.log_value[free_[static_cast<std::size_t>(i)]] += std::clamp(step[i], -longest, longest);
        return to;
    }

private:
    std::span<const sample* const> samples_;
    const fit_options& options_;
    std::vector<std::size_t> free_;
};

}  // namespace detail

QUTIBENCH_INLINE parameters fit(std::span<const sample* const> samples, parameters start, const fit_options& options) {
    const fit_options moved = centred(samples, start, options);
    const detail::objective goal(samples, start, moved);
    if (goal.size() == 0) return start;
    detail::matrix normal, next_normal;
    detail::vector gradient, next_gradient;
    double cost = goal.evaluate(start, normal, gradient);
    double damping = 1e-2;
    for (int i = 0; i < options.iterations; ++i) {
        bool better = false;
        bool settled = false;
        for (int attempt = 0; attempt < 8 && !better; ++attempt) {
            detail::matrix damped = normal;
            damped.diagonal() += damping * normal.diagonal();
            const detail::vector step = -damped.ldlt().solve(gradient);
            const parameters trial = goal.moved(start, step);
            const double trial_cost = goal.evaluate(trial, next_normal, next_gradient);
            better = trial_cost < cost;
            if (!better) {
                damping *= 4;
                continue;
            }
            settled = cost - trial_cost < 1e-6 * cost;
            start = trial;
            cost = trial_cost;
            normal.swap(next_normal);
            gradient.swap(next_gradient);
            damping = std::max(damping / 5, 1e-9);
        }
        if (!better || settled) break;
    }
    return start;
}

}  // namespace qutibench::fitting
#endif
