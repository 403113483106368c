// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The formats of a language model's parts by the bytes that its tensors take.
#pragma once

#include <qutibench/io/language/tensor_list.hpp>
#include <qutibench/language/counts.hpp>

#include <cmath>

namespace qutibench::detail {

/// A format whose elements take so many bytes in the mean, to a 4096th of a bit, with all scales, and with what stays
/// wide: the named one with other scales where its elements have as many whole bits, otherwise whole numbers.
[[nodiscard]] inline datatype sized_format(const datatype& named, double bytes_per_element) {
    const double bits = std::min(std::max(8 * bytes_per_element, 1.0), 64.0);
    const auto parts = [&](int whole) { return static_cast<int>(std::lround((bits - whole) * 4096)); };
    if (std::abs(bits - named.bits_per_element()) * 4096 < .5) return named;
    datatype type = named;
    if (bits < named.bits || bits >= named.bits + 1) {
        const int whole = static_cast<int>(bits);
        type = {number_family::integer, whole, 0, whole - 1};
    }
    type.scale_bits = parts(type.bits);
    type.block = type.scale_bits > 0 ? 4096 : 0;
    return type;
}

/// The formats of a model's parts as its tensors hold them: the bytes of a part, over the elements that its structure
/// has there, since packed tensors do not say how many they hold.
inline void store_as(language_model& model, const tensor_list& list) {
    const std::array<std::int64_t, language_parts> bytes = bytes_by_part(list, model.layers());
    const language_counts counts = count(model);
    const auto put = [&](language_part part, datatype& to) {
        const auto size = static_cast<double>(bytes[static_cast<std::size_t>(part)]);
        const auto elements = static_cast<double>(counts.of(part));
        if (size > 0 && elements > 0) to = sized_format(to, size / elements);
    };
    put(language_part::attention, model.stored.attention);
    put(language_part::dense, model.stored.dense);
    put(language_part::experts, model.stored.experts);
    put(model.tied ? language_part::embedding : language_part::head, model.stored.head);
    model.stored_bytes = 0;
    for (const std::int64_t part : bytes) model.stored_bytes = add(model.stored_bytes, part);
    if (model.stored_bytes < list.bytes)
        model.warnings.push_back(std::to_string(list.bytes - model.stored_bytes) +
                                 " bytes of tensors are left out: they predict several tokens at once, see or hear");
}

}  // namespace qutibench::detail
