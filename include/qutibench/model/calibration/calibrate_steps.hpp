// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How measurements become a calibration: preparation, choice of structure, held-out errors. Declared in calibrate.hpp.
#pragma once

#include <qutibench/model/calibration/calibrate.hpp>
#include <qutibench/model/calibration/contest_learned.hpp>
#include <qutibench/model/calibration/selection.hpp>

#include <cstdio>

namespace qutibench::fitting {

/// Whether calls side by side are always as many, which is what the learned form tells apart.
[[nodiscard]] inline bool threads_alike(const training_set& set) {
    double many = 0;
    for (const call& one : set.calls) {
        if (one.threads <= 1) continue;
        if (many > 0 && one.threads != many) return false;
        many = one.threads;
    }
    return true;
}

/// The structures worth trying on a device with these calls, the one to fall back on first; `leans` where populations
/// of devices are given. One that nobody described, measured at one batch, gets the board form; weights behind a host
/// link mean a systolic array.
[[nodiscard]] inline std::vector<const structure*> suitable_structures(const device_figures& device,
                                                                       const training_set& set, bool leans) {
    constexpr int least_learned = 7;    // networks that tell whether the learned form is the better one
    constexpr int most_contested = 40;  // beyond, a board's few rates have nothing to say against the learned form
    bool threads = false, one_batch = true;
    for (const call& one : set.calls) {
        threads = threads || one.threads > 0;
        one_batch = one_batch && one.batch == set.calls.front().batch && one.threads == set.calls.front().threads;
    }
    // many runs of each network tell structures apart better than other devices do
    constexpr int few_runs = 3;
    const bool learns = leans && threads_alike(set) && set.fold_count >= least_learned &&
                        static_cast<int>(set.calls.size()) <= few_runs * set.fold_count;
    const bool parts =
        std::any_of(set.calls.begin(), set.calls.end(), [](const call& one) { return one.net->is_part; });
    const bool whole =
        std::any_of(set.calls.begin(), set.calls.end(), [](const call& one) { return !one.net->is_part; });
    if (parts) return {find_structure(whole ? "learned" : "kernels")};
    if (!device.described() && leans && threads_alike(set)) {
        const bool is_told_apart = set.fold_count >= least_learned && set.fold_count <= most_contested;
        if (threads || !one_batch || !is_told_apart) return {find_structure("learned")};
        return {find_structure("board"), find_structure("learned")};
    }
    if (device.link_bandwidth > 0 && !learns) return {find_structure("array")};
    if (device.link_bandwidth > 0) return {find_structure("array"), find_structure("learned")};
    if (!device.described() && one_batch) return {find_structure("board")};
    const auto is = [&](std::string_view what) { return device.device_class.find(what) != std::string::npos; };
    const structure* usual = find_structure(threads            ? "channels_32"
                                            : is("CPU")        ? "rows_8"
                                            : is("bit-serial") ? "streamed_64"
                                                               : "tiles_64");
    std::vector<const structure*> forms{usual};
    for (const structure& one : structures)
        if (&one != usual && one.name != "array" && one.name != "board" && has_terms(one)) forms.push_back(&one);
    if (learns) forms.push_back(find_structure("learned"));
    return forms;
}

/// Numbers the networks (or modes) of a set of names in the order in which they appear.
[[nodiscard]] inline std::vector<int> numbered(std::span<const std::string> names, int& count) {
    std::vector<std::string> seen;
    std::vector<int> numbers;
    for (const std::string& one : names) {
        const auto found = std::find(seen.begin(), seen.end(), one);
        numbers.push_back(static_cast<int>(found - seen.begin()));
        if (found == seen.end()) seen.push_back(one);
    }
    count = static_cast<int>(seen.size());
    return numbers;
}

/// Standard deviation of log error to expect on a network outside `count` calibrated ones.
[[nodiscard]] inline double expected_spread(const candidate& winner, std::span<const double> log_seconds, int count) {
    constexpr double unknown_spread = 0.5, least = 0.02;
    if (count < 2) return unknown_spread;
    double sum = 0;
    for (std::size_t i = 0; i < log_seconds.size(); ++i) sum += std::pow(winner.held_out[i] - log_seconds[i], 2);
    const double rms = std::sqrt(sum / static_cast<double>(log_seconds.size()));
    return std::max(least, rms * std::sqrt((count + 1.0) / (count - 1.0)));
}

/// Root mean square of held-out log errors.
[[nodiscard]] inline double log_rms(const validation& of) {
    double sum = 0;
    for (const residual& one : of.residuals) sum += std::pow(std::log(one.predicted_ips / one.measured_ips), 2);
    return std::sqrt(sum / static_cast<double>(of.rows()));
}

/// 64-bit FNV-1a over what was measured.
[[nodiscard]] inline std::string hash_of(std::span<const calibration_point> points) {
    std::uint64_t hash = 14695981039346656037U;
    const auto feed = [&](std::string_view text) {
        for (const char one : text) hash = (hash ^ static_cast<unsigned char>(one)) * 1099511628211U;
        hash = (hash ^ 0xffU) * 1099511628211U;
    };
    char number[40];
    for (const calibration_point& one : points) {
        feed(one.network);
        feed(one.run.mode);
        feed(to_string(one.run.datatype));
        feed(to_string(one.run.how));
        std::snprintf(number, sizeof number, "%lld %.9g", static_cast<long long>(one.run.value), one.throughput_ips);
        feed(number);
        if (one.run.how == feeding::threads) feed(std::to_string(one.run.call_batch));
    }
    std::snprintf(number, sizeof number, "%016llx", static_cast<unsigned long long>(hash));
    return number;
}

/// Whether a point was measured at all; throws invalid_argument for a throughput that nothing can have.
[[nodiscard]] inline bool is_measured(const calibration_point& one) {
    if (one.throughput_ips != one.throughput_ips) return false;
    require_valid(one.run);
    if (one.throughput_ips > 0 && one.throughput_ips <= 1e300) return true;
    throw invalid_argument(qutibench::detail::message(
        {"network '", one.network, "': throughput must be positive and finite, not ", one.throughput_ips}));
}

/// Throws invalid_argument unless noise and priors make a fit well-posed.
inline void require_valid(const fit_options& options) {
    bool valid = options.noise > 0 && options.noise <= 1e6 && options.iterations >= 0;
    for (const prior& one : options.priors) valid = valid && one.median > 0 && one.median <= 1e300 && one.sigma > 0;
    if (!valid)
        throw invalid_argument("a fit needs positive noise, positive priors and no negative count of iterations");
}

/// Batch and thread measurements as a training set, with what they cover.
struct prepared {
    std::vector<const calibration_point*> points;
    training_set set;
    std::vector<int> modes;
    int mode_count = 0;
};

[[nodiscard]] inline prepared prepare(std::span<const calibration_point> points, const network_set& networks,
                                      const device_figures& device) {
    prepared out;
    std::vector<std::string> names, modes;
    for (const calibration_point& one : points) {
        if (one.run.how == feeding::stream || !is_measured(one)) continue;
        out.points.push_back(&one);
        out.set.calls.push_back(call_of(networks.at(one.network), device, one.run));
        out.set.log_seconds.push_back(std::log(static_cast<double>(one.run.batch()) / one.throughput_ips));
        names.push_back(one.network);
        modes.push_back(one.run.mode);
    }
    out.set.folds = numbered(names, out.set.fold_count);
    out.modes = numbered(modes, out.mode_count);
    return out;
}

/// What a fitted form leaves unexplained of the samples that `keep` accepts, carried between modes; nothing of forms
/// without terms, which know networks by themselves.
template <class Keep>
[[nodiscard]] std::vector<network_effects> effects_left(const prepared& of, const form_choice& forms,
                                                        const chosen_form& fitted, double usual_noise, Keep keep) {
    if (!has_terms(*fitted.form)) return {};
    std::vector<unexplained> left;
    for (std::size_t i = 0; i < of.points.size(); ++i)
        if (keep(i))
            left.push_back({of.set.calls[i].net, of.points[i]->run, of.set.log_seconds[i] - forms.predict(fitted, i)});
    return effects_of(left, usual_noise);
}

/// Leaves out each mode in turn, chooses structure, parameters and effects of runs from the rest, and predicts it.
[[nodiscard]] inline validation leave_out_modes(const prepared& of, const form_choice& forms, double usual_noise) {
    validation result;
    for (int out = 0; of.mode_count > 1 && out < of.mode_count; ++out) {
        const auto kept = [&](std::size_t i) { return of.modes[i] != out; };
        const chosen_form winner = forms.best(kept);
        const std::vector<network_effects> effects = effects_left(of, forms, winner, usual_noise, kept);
        for (std::size_t i = 0; i < of.points.size(); ++i) {
            if (kept(i)) continue;
            const calibration_point& point = *of.points[i];
            const double log_seconds = forms.predict(winner, i) + effect_on(effects, *of.set.calls[i].net, point.run);
            const auto batch = static_cast<double>(point.run.batch());
            result.residuals.push_back({point.network, point.run, point.throughput_ips, batch / std::exp(log_seconds)});
        }
    }
    return result;
}

/// Leaves out each network in turn, chooses structure and parameters from the rest, and predicts it. More networks
/// than `most` are left out several at a time.
[[nodiscard]] inline validation leave_out_networks(const prepared& of, const form_choice& forms) {
    const std::span<const int> groups = of.set.folds;
    const int count = of.set.fold_count;
    constexpr int most = 24;
    validation result;
    if (count < 2) return result;
    const int parts = std::min(count, most);
    for (int out = 0; out < parts; ++out) {
        const chosen_form winner = forms.best([&](std::size_t i) { return groups[i] % parts != out; });
        for (std::size_t i = 0; i < of.points.size(); ++i) {
            if (groups[i] % parts != out) continue;
            const calibration_point& point = *of.points[i];
            const auto batch = static_cast<double>(point.run.batch());
            result.residuals.push_back(
                {point.network, point.run, point.throughput_ips, batch / std::exp(forms.predict(winner, i))});
        }
    }
    return result;
}

[[nodiscard]] inline calibrated_range range_of(const prepared& of) {
    calibrated_range seen;
    seen.networks = of.set.fold_count;
    for (std::size_t i = 0; i < of.points.size(); ++i) {
        const kernel_table& net = *of.set.calls[i].net;
        const measured_run& run = of.points[i]->run;
        seen.kernel_kinds |= net.kinds();
        seen.least_macs = i == 0 ? net.macs : std::min(seen.least_macs, net.macs);
        seen.most_macs = std::max(seen.most_macs, net.macs);
        seen.least_weights = i == 0 ? net.weights : std::min(seen.least_weights, net.weights);
        seen.most_weights = std::max(seen.most_weights, net.weights);
        seen.most_batch = std::max(seen.most_batch, run.batch());
        seen.most_threads = std::max(seen.most_threads, run.threads());
        if (std::find(seen.modes.begin(), seen.modes.end(), run.mode) == seen.modes.end())
            seen.modes.push_back(run.mode);
        if (std::find(seen.datatypes.begin(), seen.datatypes.end(), run.datatype) == seen.datatypes.end())
            seen.datatypes.push_back(run.datatype);
    }
    return seen;
}

/// The measured streams of one bitstream.
struct stream_group {
    bitstream id;
    std::vector<stream_point> points;
};

[[nodiscard]] inline std::vector<stream_group> streams_in(std::span<const calibration_point> points) {
    std::vector<stream_group> groups;
    for (const calibration_point& one : points) {
        if (one.run.how != feeding::stream || !is_measured(one)) continue;
        auto found = std::find_if(groups.begin(), groups.end(), [&](const stream_group& group) {
            return group.id.network == one.network && group.id.mode == one.run.mode &&
                   group.id.datatype == one.run.datatype;
        });
        if (found == groups.end()) {
            groups.push_back({{one.network, one.run.mode, one.run.datatype}, {}});
            found = std::prev(groups.end());
        }
        const auto length = static_cast<double>(one.run.value);
        found->points.push_back({length, length / one.throughput_ips});
    }
    return groups;
}

/// The fill that bitstreams share, those of the network `but` left out.
[[nodiscard]] inline double shared_fill(std::span<const stream_group> groups, const std::string* but) {
    std::vector<std::vector<stream_point>> seen;
    for (const stream_group& one : groups)
        if (but == nullptr || one.id.network != *but) seen.push_back(one.points);
    return best_fill(usual_fill, [&](double fill) { return common_fill_cost(seen, fill); });
}

/// Each bitstream from its longest stream alone and a fill learned from other networks.
[[nodiscard]] inline validation validate_streams(std::span<const stream_group> groups) {
    validation result;
    for (const stream_group& one : groups) {
        const stream_point& longest = longest_of(one.points);
        const bitstream fitted = fit_stream(std::span(&longest, 1), shared_fill(groups, &one.id.network));
        for (const stream_point& point : one.points) {
            if (&point == &longest) continue;
            const measured_run run{one.id.mode, one.id.datatype, feeding::stream,
                                   static_cast<std::int64_t>(point.length), 1};
            result.residuals.push_back(
                {one.id.network, run, point.length / point.seconds, point.length / fitted.seconds(point.length)});
        }
    }
    return result;
}

inline void add_streams(calibration_state& state, std::span<const calibration_point> points, bool validate) {
    const std::vector<stream_group> groups = streams_in(points);
    state.stream_fill = shared_fill(groups, nullptr);
    for (const stream_group& one : groups) {
        bitstream fitted = fit_stream(one.points, state.stream_fill);
        fitted.network = one.id.network;
        fitted.mode = one.id.mode;
        fitted.datatype = one.id.datatype;
        state.bitstreams.push_back(fitted);
    }
    if (!validate || groups.empty()) return;
    const validation streams = validate_streams(groups);
    if (streams.rows() > 0) state.stream_log_spread = log_rms(streams);
    state.by_network.residuals.insert(state.by_network.residuals.end(), streams.residuals.begin(),
                                      streams.residuals.end());
}

[[nodiscard]] inline std::vector<const structure*> chosen_structures(const calibration_options& options,
                                                                     const device_figures& device,
                                                                     const training_set& set) {
    if (options.structures.empty()) return suitable_structures(device, set, !options.populations.empty());
    std::vector<const structure*> forms;
    for (const std::string& name : options.structures) {
        std::vector<std::string_view> names;
        for (const structure& one : structures) names.push_back(one.name);
        if (find_structure(name) == nullptr)
            throw unknown_name("execution structure", name, qutibench::detail::nearest_name(name, names));
        forms.push_back(find_structure(name));
    }
    return forms;
}

/// A board that nobody described has no datasheet to be pulled towards: rates may be anything. The board form explains
/// less than kernels do, so its priors weigh more, where it is the only form with terms.
inline void adapt_priors(fit_options& options, const device_figures& device, std::span<const structure* const> forms) {
    constexpr double wide = 4;
    const bool is_board = std::all_of(forms.begin(), forms.end(), [](const structure* one) {
        return one->rule == shape_rule::board || !has_terms(*one);
    });
    if (is_board) {
        options.priors = board_priors();
        options.noise = 0.2;
        options.scale_free = true;
    } else if (!device.described()) {
        options.priors[static_cast<std::size_t>(term::compute)].sigma = wide;
        options.priors[static_cast<std::size_t>(term::memory)].sigma = wide;
    } else if (!device.states_bandwidth) {
        options.priors[static_cast<std::size_t>(term::memory)].sigma = wide;
    }
}

QUTIBENCH_INLINE calibration calibrate_figures(std::span<const calibration_point> measured, const network_set& networks,
                                               device_figures device, calibration_options options) {
    require_valid(options.fit);
    std::vector<calibration_point> points(measured.begin(), measured.end());
    for (calibration_point& one : points) one.run = in_named_mode(one.run, device);
    const prepared data = prepare(points, networks, device);
    calibration_state state;
    state.data_hash = hash_of(points);
    if (!data.points.empty()) {
        const std::vector<const structure*> candidates = chosen_structures(options, device, data.set);
        adapt_priors(options.fit, device, candidates);
        const form_choice forms(data.set, candidates, options.fit, device.described(), options.populations);
        const chosen_form winner = forms.best([](std::size_t) { return true; });
        state.structure = winner.form->name;
        state.learned = winner.learned;
        state.kernels = winner.kernels;
        if (has_terms(*winner.form)) {
            state.fitted = winner.terms.fitted;
            state.log_spread = expected_spread(winner.terms, data.set.log_seconds, data.set.fold_count);
            if (device.modes.size() > 1)
                state.effects = effects_left(data, forms, winner, options.fit.noise, [](std::size_t) { return true; });
        } else {
            state.log_spread = winner.learned ? winner.learned->noise : winner.kernels->noise;
        }
        if (options.validate) {
            state.by_network = leave_out_networks(data, forms);
            state.by_mode = leave_out_modes(data, forms, options.fit.noise);
        }
    }
    state.range = range_of(data);
    add_streams(state, points, options.validate);
    if (data.points.empty() && state.bitstreams.empty())
        throw invalid_argument("a calibration needs at least one measured throughput");
    state.device = std::move(device);
    return calibration(std::move(state));
}

}  // namespace qutibench::fitting
