// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The operator table: which shape function serves which operator.
#pragma once

#include <qutibench/io/onnx/ops/attention.hpp>
#include <qutibench/io/onnx/ops/classical.hpp>
#include <qutibench/io/onnx/ops/contrib.hpp>
#include <qutibench/io/onnx/ops/contrib_attention.hpp>
#include <qutibench/io/onnx/ops/elementwise.hpp>
#include <qutibench/io/onnx/ops/gather.hpp>
#include <qutibench/io/onnx/ops/generate.hpp>
#include <qutibench/io/onnx/ops/join.hpp>
#include <qutibench/io/onnx/ops/normalize.hpp>
#include <qutibench/io/onnx/ops/product.hpp>
#include <qutibench/io/onnx/ops/quantize.hpp>
#include <qutibench/io/onnx/ops/recurrent.hpp>
#include <qutibench/io/onnx/ops/reduce.hpp>
#include <qutibench/io/onnx/ops/resample.hpp>
#include <qutibench/io/onnx/ops/reshape.hpp>
#include <qutibench/io/onnx/ops/sequence.hpp>
#include <qutibench/io/onnx/ops/text.hpp>
#include <qutibench/io/onnx/ops/window.hpp>

#include <array>

namespace qutibench::onnx {

namespace detail {

[[nodiscard]] constexpr bool before(const operator_entry& a, std::string_view domain, std::string_view name) {
    return a.name != name ? a.name < name : a.domain < domain;
}

template <std::size_t... Sizes>
[[nodiscard]] constexpr auto sorted_table(const operator_entry (&... tables)[Sizes]) {
    std::array<operator_entry, (Sizes + ...)> all{};
    std::size_t next = 0;
    const auto append = [&all, &next](const auto& table) {
        for (const operator_entry& one : table) all[next++] = one;
    };
    (append(tables), ...);
    std::sort(all.begin(), all.end(),
              [](const operator_entry& a, const operator_entry& b) { return before(a, b.domain, b.name); });
    return all;
}

}  // namespace detail

/// Every operator with a shape function, sorted by name, then domain. If, Loop, Scan and SequenceMap are not in it:
/// they run sub-graphs and belong to the engine.
inline constexpr auto operator_table = detail::sorted_table(
    detail::attention_operators, detail::classical_operators, detail::contrib_operators,
    detail::contrib_attention_operators, detail::elementwise_operators, detail::gather_operators,
    detail::generate_operators, detail::join_operators, detail::normalize_operators, detail::product_operators,
    detail::quantize_operators, detail::recurrent_operators, detail::reduce_operators, detail::resample_operators,
    detail::reshape_operators, detail::sequence_operators, detail::text_operators, detail::window_operators);

/// The table's row for an operator, or nullptr.
[[nodiscard]] inline const operator_entry* find_operator(std::string_view domain, std::string_view name) {
    const auto at = std::lower_bound(operator_table.begin(), operator_table.end(), name,
                                     [domain](const operator_entry& entry, std::string_view wanted) {
                                         return detail::before(entry, domain, wanted);
                                     });
    return at != operator_table.end() && at->name == name && at->domain == domain ? &*at : nullptr;
}

}  // namespace qutibench::onnx
