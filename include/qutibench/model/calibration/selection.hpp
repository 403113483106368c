// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which structure explains networks that it has not seen: leave-one-network-out within the measurements given.
#pragma once

#include <qutibench/model/calibration/fit.hpp>

#include <limits>

namespace qutibench::fitting {

/// Calls with the time measured for each; `fold` numbers their network from 0.
struct training_set {
    std::vector<call> calls;
    std::vector<double> log_seconds;
    std::vector<int> folds;
    int fold_count = 0;
};

/// A structure fitted to a training set, with what it said of each sample while its network was left out.
struct candidate {
    const structure* form = nullptr;
    parameters fitted{};
    std::vector<double> held_out;                            ///< log seconds, one for each sample asked for
    double score = std::numeric_limits<double>::infinity();  ///< mean over networks of the mean held-out error
};

/// The terms of a structure that a set of calls can tell apart.
[[nodiscard]] inline std::array<bool, terms> active_terms(const structure& form, std::span<const call> calls) {
    std::array<bool, terms> active{};
    bool batches_vary = false, any_threads = false, any_dense = false, any_link = false;
    for (const call& one : calls) {
        batches_vary = batches_vary || one.batch != calls.front().batch;
        any_threads = any_threads || one.threads > 0;
        any_link = any_link || one.at.link_bandwidth > 0;
        for (const kernel& part : one.net->kernels)
            any_dense = any_dense || part.kind == kernel_kind::dense || part.kind == kernel_kind::matmul;
    }
    const bool layered = form.rule != shape_rule::board;
    const auto set = [&](term which, bool on) { active[static_cast<std::size_t>(which)] = on; };
    set(term::call, layered || batches_vary);
    set(term::input, layered || batches_vary);
    set(term::element, layered);
    set(term::launch, true);
    set(term::weight, form.loads_weights);
    set(term::unfold, form.unfolds);
    set(term::compute, true);
    set(term::dense, layered && any_dense);
    set(term::memory, true);
    set(term::serial, any_threads);
    set(term::spill, any_link);
    set(term::winograd, !layered);
    set(term::channels, !layered);
    set(term::traffic, !layered);
    return active;
}

/// The samples of a training set under one structure.
[[nodiscard]] inline std::vector<sample> samples_of(const structure& form, const training_set& set) {
    std::vector<sample> samples;
    samples.reserve(set.calls.size());
    for (std::size_t i = 0; i < set.calls.size(); ++i)
        samples.push_back({load_of(form, set.calls[i]), set.log_seconds[i], set.folds[i], 1.0});
    return samples;
}

/// Mean over networks of the mean of |t_measured / t_predicted - 1|.
[[nodiscard]] inline double mean_by_network(std::span<const sample* const> samples, std::span<const double> predicted) {
    std::vector<double> sum, rows;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto fold = static_cast<std::size_t>(samples[i]->fold);
        if (fold >= sum.size()) {
            sum.resize(fold + 1);
            rows.resize(fold + 1);
        }
        sum[fold] += std::abs(std::exp(samples[i]->log_seconds - predicted[i]) - 1);
        rows[fold] += 1;
    }
    double total = 0, networks = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        if (rows[i] == 0) continue;
        total += sum[i] / rows[i];
        networks += 1;
    }
    return total / networks;
}

/// Fits a structure to `samples`, and once more without each network in turn, starting from the full fit.
[[nodiscard]] inline candidate cross_validate(const structure& form, std::span<const sample* const> samples,
                                              const std::array<bool, terms>& active, const fit_options& options) {
    candidate result;
    result.form = &form;
    result.fitted = fit(samples, at_priors(active, centred(samples, {{}, active}, options)), options);
    result.held_out.assign(samples.size(), std::numeric_limits<double>::quiet_NaN());
    fit_options refit = options;
    refit.iterations = std::min(options.iterations, 8);
    std::vector<bool> done(samples.size());
    std::vector<const sample*> rest;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (done[i]) continue;
        const int out = samples[i]->fold;
        rest.clear();
        for (const sample* one : samples)
            if (one->fold != out) rest.push_back(one);
        if (rest.empty()) return result;
        const coefficients without(fit(rest, result.fitted, refit));
        for (std::size_t j = i; j < samples.size(); ++j) {
            if (samples[j]->fold != out) continue;
            result.held_out[j] = std::log(time_of(samples[j]->load, without).seconds);
            done[j] = true;
        }
    }
    result.score = mean_by_network(samples, result.held_out);
    return result;
}

/// The structures a calibration may choose from, each with its samples: built once, used by every fold.
class contest {
public:
    contest(const training_set& set, std::span<const structure* const> forms, fit_options options) : options_(options) {
        for (const structure* form : forms)
            entries_.push_back({form, samples_of(*form, set), active_terms(*form, set.calls)});
    }

    /// The structure with the least held-out error over the samples whose index `keep` accepts; the first one when
    /// fewer than `least_networks` networks are left to tell them apart.
    template <class Keep>
    [[nodiscard]] candidate best(Keep keep, int least_networks = 4) const {
        candidate winner;
        for (const entry& one : entries_) {
            std::vector<const sample*> kept;
            for (std::size_t i = 0; i < one.samples.size(); ++i)
                if (keep(i)) kept.push_back(&one.samples[i]);
            candidate next = cross_validate(*one.form, kept, one.active, options_);
            if (winner.form == nullptr || next.score < winner.score) winner = std::move(next);
            if (count_networks(kept) < least_networks) break;
        }
        return winner;
    }

    [[nodiscard]] double predict(const candidate& with, std::size_t index) const {
        for (const entry& one : entries_)
            if (one.form == with.form)
                return std::log(time_of(one.samples[index].load, coefficients(with.fitted)).seconds);
        return std::numeric_limits<double>::quiet_NaN();
    }

private:
    struct entry {
        const structure* form;
        std::vector<sample> samples;
        std::array<bool, terms> active;
    };

    [[nodiscard]] static int count_networks(std::span<const sample* const> samples) {
        std::vector<int> folds;
        for (const sample* one : samples)
            if (std::find(folds.begin(), folds.end(), one->fold) == folds.end()) folds.push_back(one->fold);
        return static_cast<int>(folds.size());
    }

    fit_options options_;
    std::vector<entry> entries_;
};

}  // namespace qutibench::fitting
