// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/cost/sheet.hpp>
#include <qutibench/io/onnx/ops/product.hpp>

namespace qutibench::onnx::detail {

/// Whether `labels` has `label`.
[[nodiscard]] inline bool contains(const std::vector<int>& labels, int label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// Extents of labels, as cost_einsum multiplies them.
class label_extents {
public:
    label_extents(const node_context& c, const einsum_equation& equation) : c_(c), equation_(equation) {}

    [[nodiscard]] std::int64_t of(int label) const {
        bool found = false;
        return label_extent(c_, equation_, label, found).value();
    }

    /// Product over those labels for which keep(label) holds.
    template <class Keep>
    [[nodiscard]] std::int64_t product(const std::vector<int>& labels, Keep&& keep) const {
        std::int64_t result = 1;
        for (const int label : labels)
            if (keep(label)) result = times(result, of(label));
        return result;
    }

private:
    const node_context& c_;
    const einsum_equation& equation_;
};

/// Labels of `labels` that a later operand or the result still needs, each once; the others are summed first.
[[nodiscard]] inline std::vector<int> needed_later(const einsum_equation& equation, const std::vector<int>& labels,
                                                   std::size_t next) {
    std::vector<int> needed;
    for (const int label : labels) {
        bool later = contains(equation.result, label);
        for (std::size_t i = next; i < equation.operands.size(); ++i)
            later = later || contains(equation.operands[i], label);
        if (later && !contains(needed, label)) needed.push_back(label);
    }
    return needed;
}

/// Einsum: operands are contracted from left to right. A pair that sums over a shared label is a matrix product: shared
/// labels that stay are its batch, those that go its depth, the others its rows and columns. A pair that sums over
/// nothing is elementwise; a label that one operand alone has and nobody needs is summed first.
inline void cost_einsum(const node_context& c, cost_sheet& sheet) {
    const auto equation = read_equation(c);
    if (!equation) {
        sheet.counted = false;
        return;
    }
    const label_extents extents(c, *equation);
    const auto all = [](int) { return true; };
    const auto reduce = [&](const std::vector<int>& labels, const std::vector<int>& kept) {
        std::vector<int> distinct = labels;
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        if (distinct.size() > kept.size()) sheet.operations(extents.product(distinct, all));
    };
    for (std::size_t i = 0; i < equation->operands.size(); ++i) sheet.weights(i);
    std::vector<int> left = equation->operands[0];
    if (equation->operands.size() == 1) return reduce(left, needed_later(*equation, left, 1));
    for (std::size_t i = 1; i < equation->operands.size(); ++i) {
        const std::vector<int>& right = equation->operands[i];
        const std::vector<int> kept_left = needed_later(*equation, left, i);
        std::vector<int> kept_right;
        for (const int label : right)
            if (!contains(kept_right, label) &&
                (contains(left, label) || contains(needed_later(*equation, {label}, i + 1), label)))
                kept_right.push_back(label);
        reduce(left, kept_left);
        reduce(right, kept_right);
        std::vector<int> both = kept_left;
        both.insert(both.end(), kept_right.begin(), kept_right.end());
        const std::vector<int> result = needed_later(*equation, both, i + 1);
        const auto shared = [&](int label) { return contains(kept_left, label) && contains(kept_right, label); };
        const contraction matrix{
            extents.product(result, [&](int label) { return !contains(kept_right, label); }),
            extents.product(result, [&](int label) { return !contains(kept_left, label); }),
            extents.product(kept_left, [&](int label) { return shared(label) && !contains(result, label); }),
            extents.product(result, shared)};
        const bool sums = std::any_of(kept_left.begin(), kept_left.end(),
                                      [&](int label) { return shared(label) && !contains(result, label); });
        if (sums)
            sheet.product(matrix);
        else
            sheet.operations(matrix.macs());
        left = result;
    }
}

}  // namespace qutibench::onnx::detail
