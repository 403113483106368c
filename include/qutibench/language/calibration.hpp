// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A few measured runs of one stack (model, devices, framework) correct the law for it.
#pragma once

#include <qutibench/language/serving.hpp>

namespace qutibench {

/// What measured times are over predicted ones, as the mean of logarithms shrunk towards none: with n rows by
/// n / (n + 1), since stacks differ from the law by about as much as rows of one stack do from each other.
struct ratio_mean {
    std::int64_t rows = 0;
    double sum = 0;  ///< of logarithms of measured over predicted
    double squares = 0;

    /// Throws invalid_argument on times that are not positive.
    void add(double predicted, double measured) {
        if (!(predicted > 0 && measured > 0 && predicted < 1e300 && measured < 1e300))
            throw invalid_argument("predicted and measured times must be positive");
        const double ratio = std::log(measured / predicted);
        ++rows;
        sum += ratio;
        squares += ratio * ratio;
    }
    [[nodiscard]] double factor() const { return std::exp(sum / static_cast<double>(rows + 1)); }
};

/// A calibration of one stack.
struct serving_calibration {
    ratio_mean tokens{};  ///< of times per output token
    ratio_mean first{};   ///< of times to the first token

    void add(double predicted, double measured) { tokens.add(predicted, measured); }
    void add_first(double predicted, double measured) { first.add(predicted, measured); }
    [[nodiscard]] double factor() const { return tokens.factor(); }

    /// An estimate of the same stack, corrected; never faster than its bound.
    [[nodiscard]] serving_estimate applied(serving_estimate of) const {
        const double before = of.tokens_per_s;
        const double requests = before * of.request_s;
        const double output = (of.request_s - of.time_to_first_token_s) / of.time_per_output_token_s;
        const double scale = std::max(tokens.factor(), of.bound.time_per_output_token_s / of.time_per_output_token_s);
        of.time_per_output_token_s *= scale;
        of.low = std::max(of.low * scale, of.bound.time_per_output_token_s);
        of.high *= scale;
        of.time_to_first_token_s *= first.factor();
        of.request_s = of.time_to_first_token_s + output * of.time_per_output_token_s;
        of.tokens_per_s = requests / of.request_s;
        of.tokens_per_s_per_user = 1 / of.time_per_output_token_s;
        of.tokens_per_s_per_device *= of.tokens_per_s / before;
        of.tokens_per_s_per_usd *= of.tokens_per_s / before;
        of.energy_per_token_j *= before / of.tokens_per_s;
        return of;
    }
};

}  // namespace qutibench
