// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The choice between structures with terms, the learned form and single kernels, each by its errors on networks left
/// out of the samples at hand.
#pragma once

#include <qutibench/model/calibration/fit_kernels.hpp>
#include <qutibench/model/calibration/learned.hpp>
#include <qutibench/model/calibration/selection.hpp>

#include <memory>
#include <optional>

namespace qutibench::fitting {

/// A structure fitted to samples.
struct chosen_form {
    const structure* form = nullptr;
    candidate terms{};
    std::shared_ptr<const learned_fit> learned{};
    std::shared_ptr<const kernel_process> kernels{};
};

/// The forms a calibration may take, with the samples that each sees: built once, used by every fold.
class form_choice {
public:
    form_choice(const training_set& set, std::span<const structure* const> forms, const fit_options& options,
                bool described, std::vector<std::shared_ptr<const population>> populations)
        : set_(set), described_(described), populations_(std::move(populations)) {
        std::vector<const structure*> with_terms;
        for (const structure* one : forms) {
            if (has_terms(*one)) with_terms.push_back(one);
            if (one->rule == shape_rule::learned) learned_ = one;
            if (one->rule == shape_rule::kernels) kernels_ = one;
        }
        if (!with_terms.empty()) terms_.emplace(set, with_terms, options);
        populations_.push_back(std::make_shared<population>(any_device()));
        if (learned_ != nullptr) profile();
        if (kernels_ != nullptr)
            for (const call& one : set.calls) points_.push_back(point_of(one.net->kernels.front(), one));
    }

    /// The form with the least held-out error over the samples whose index `keep` accepts.
    template <class Keep>
    [[nodiscard]] chosen_form best(Keep keep) const {
        chosen_form out;
        if (terms_) {
            out.terms = terms_->best(keep);
            out.form = out.terms.form;
        }
        if (learned_ != nullptr) {
            std::vector<std::size_t> kept;
            for (std::size_t i = 0; i < samples_.size(); ++i)
                if (keep(i)) kept.push_back(i);
            learned_fit fit = fit_learned(std::span<const profiled_sample>(taken(kept)), populations_, reference_);
            if (out.form == nullptr || score_of(kept, fit) < least_gain(*out.form) * out.terms.score) {
                out.form = learned_;
                out.learned = std::make_shared<learned_fit>(std::move(fit));
            }
        }
        if (kernels_ != nullptr) {
            std::vector<kernel_point> points;
            std::vector<double> log_seconds;
            for (std::size_t i = 0; i < points_.size(); ++i) {
                if (!keep(i)) continue;
                points.push_back(points_[i]);
                log_seconds.push_back(set_.log_seconds[i]);
            }
            out.form = kernels_;
            out.kernels = std::make_shared<kernel_process>(fit_kernels(points, log_seconds, described_));
        }
        return out;
    }

    /// Logarithm of the seconds of sample `index`.
    [[nodiscard]] double predict(const chosen_form& with, std::size_t index) const {
        if (with.learned) return with.learned->predict(samples_[index].run).log_seconds;
        if (with.kernels) return with.kernels->predict(points_[index]).log_seconds;
        return terms_->predict(with.terms, index);
    }

private:
    /// What the learned form's error may be of another one's to be taken instead. A board's own form has few rates, and
    /// a class that suits the board beats it by far; one that does not is ahead by chance where a network it is far off
    /// on is left out. Few networks tell neither.
    [[nodiscard]] double least_gain(const structure& other) const {
        constexpr int enough = 12;
        return other.rule == shape_rule::board && set_.fold_count >= enough ? 0.6 : 1.0;
    }

    void profile() {
        const rates& first = set_.calls.front().at;
        reference_ = {first.peak, first.bandwidth, first.weight_bytes, first.activation_bytes};
        for (std::size_t i = 0; i < set_.calls.size(); ++i)
            samples_.push_back({profiled(set_.calls[i], reference_), set_.log_seconds[i]});
    }

    [[nodiscard]] std::vector<profiled_sample> taken(std::span<const std::size_t> which) const {
        std::vector<profiled_sample> out;
        for (const std::size_t i : which) out.push_back(samples_[i]);
        return out;
    }

    /// Mean over networks of the held-out error of the learned form, the population kept; each network in turn, or a
    /// tenth of many at a time.
    [[nodiscard]] double score_of(std::span<const std::size_t> kept, const learned_fit& fit) const {
        constexpr int most = 24;  // networks that are left out one by one, so that their order does not matter
        const int parts = set_.fold_count <= most ? set_.fold_count : 10;
        std::vector<sample> said(kept.size());
        std::vector<double> predicted(kept.size());
        std::vector<const sample*> all;
        for (int part = 0; part < parts; ++part) {
            std::vector<std::size_t> rest;
            for (const std::size_t i : kept)
                if (set_.folds[i] % parts != part) rest.push_back(i);
            if (rest.size() == kept.size() || rest.empty()) continue;
            const learned_fit without = fit_learned(std::span<const profiled_sample>(taken(rest)), fit.from);
            for (std::size_t j = 0; j < kept.size(); ++j)
                if (set_.folds[kept[j]] % parts == part)
                    predicted[j] = without.predict(samples_[kept[j]].run).log_seconds;
        }
        for (std::size_t j = 0; j < kept.size(); ++j) {
            said[j].log_seconds = set_.log_seconds[kept[j]];
            said[j].fold = set_.folds[kept[j]];
            all.push_back(&said[j]);
        }
        return mean_by_network(all, predicted);
    }

    const training_set& set_;
    bool described_;
    std::vector<std::shared_ptr<const population>> populations_;
    std::optional<contest> terms_{};
    const structure* learned_ = nullptr;
    const structure* kernels_ = nullptr;
    reference_rates reference_{};
    std::vector<profiled_sample> samples_{};
    std::vector<kernel_point> points_{};
};

}  // namespace qutibench::fitting
