// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sparsity of weights without a change of shape. Dense operations stay what they are; which of the zeros a device can
/// skip is the platform's sparse peak's to say.
#pragma once

#include <qutibench/transform/rebuild.hpp>

namespace qutibench {

namespace detail {

[[nodiscard]] inline graph with_sparsity(const graph& net, const sparsity& pattern, std::string note) {
    return rebuild(net, std::move(note), [&](node& one, std::size_t) {
        if (one.cost.weights > 0) one.sparsity = pattern;
    });
}

}  // namespace detail

/// Unstructured sparsity: a share `density` of every layer's weights is left. Throws invalid_argument outside (0, 1].
[[nodiscard]] inline graph sparsify(const graph& net, double density) {
    if (!(density > 0 && density <= 1)) throw invalid_argument("density must be above 0 and at most 1");
    return detail::with_sparsity(net, {.density = density},
                                 "weights sparsified to density " + detail::short_number(density));
}

/// N:M sparsity: `kept` of every `of` neighbouring weights are left. Throws invalid_argument unless 0 < kept <= of.
[[nodiscard]] inline graph sparsify(const graph& net, int kept, int of) {
    if (kept < 1 || of < kept)
        throw invalid_argument(detail::message({"N:M sparsity needs 0 < N <= M, not ", kept, ":", of}));
    return detail::with_sparsity(net, {static_cast<double>(kept) / of, kept, of},
                                 detail::message({"weights sparsified to ", kept, ":", of}));
}

}  // namespace qutibench
