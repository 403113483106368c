// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators that pick or place elements by index.
#pragma once

#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// Index element counted from the front, or nullopt when unknown; throws shape_error outside the dimension.
[[nodiscard]] inline std::optional<std::int64_t> index_of(const node_context& c, scalar index, std::int64_t size) {
    if (!index.is_integer()) return std::nullopt;
    const std::int64_t at = index.as_integer();
    if (at < -size || at >= size)
        c.fail("index " + std::to_string(at) + " is outside a dimension of " + std::to_string(size));
    return at < 0 ? at + size : at;
}

inline void gather_values(node_context& c, std::size_t axis) {
    const constant* data = c.affordable(element_count(c.out(0).dims), c.type(0)) ? c.value(0) : nullptr;
    const constant* indices = data != nullptr ? c.value(1) : nullptr;
    if (indices == nullptr) return;
    const dimensions& dims = c.in(0).dims;
    const std::int64_t outer = product(dims, 0, axis).value();
    const std::int64_t inner = product(dims, axis + 1, dims.size()).value();
    const std::int64_t size = dims[axis].value();
    constant result;
    for (std::int64_t row = 0; row < outer; ++row) {
        for (const scalar index : *indices) {
            const auto at = index_of(c, index, size);
            for (std::int64_t j = 0; j < inner; ++j)
                result.push_back(at ? (*data)[static_cast<std::size_t>((row * size + *at) * inner + j)] : scalar());
        }
    }
    c.set_value(0, std::move(result));
}

inline void infer_gather(node_context& c) {
    const auto* data = c.dims(0);
    const auto* indices = c.dims(1);
    if (data == nullptr || indices == nullptr) return c.set_unranked(0, c.type(0));
    const std::size_t axis = c.axis(c.integer("axis", 0), data->size());
    dimensions shape(data->begin(), data->begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.end(), indices->begin(), indices->end());
    shape.insert(shape.end(), data->begin() + static_cast<std::ptrdiff_t>(axis) + 1, data->end());
    check_rank(c, shape.size());
    c.set(0, c.type(0), std::move(shape));
    gather_values(c, axis);
}

inline void infer_gather_elements(node_context& c) {
    c.set(0, c.type(0), c.dims(1));
    const auto* data_dims = c.dims(0);
    if (data_dims == nullptr || !c.out(0).ranked) return;
    const std::size_t axis = c.axis(c.integer("axis", 0), data_dims->size());
    if (c.dims(1)->size() != data_dims->size()) c.fail("data and indices differ in rank");
    const constant* data = c.affordable(element_count(c.out(0).dims), c.type(0)) ? c.value(0) : nullptr;
    const constant* indices = data != nullptr ? c.value(1) : nullptr;
    if (indices == nullptr) return;
    const auto own = strides_of(*data_dims);
    constant result;
    std::size_t next = 0;
    bool inside = true;
    const dimensions target = c.out(0).dims;
    for_each_position(target, own, 0, [&](const auto& position, std::int64_t at) {
        const auto index = index_of(c, (*indices)[next++], (*data_dims)[axis].value());
        const std::int64_t place = index ? at + (*index - position[axis]) * own[axis] : -1;
        inside = inside && place < static_cast<std::int64_t>(data->size());
        result.push_back(place >= 0 && inside ? (*data)[static_cast<std::size_t>(place)] : scalar());
    });
    if (inside) c.set_value(0, std::move(result));
}

inline void infer_gather_nd(node_context& c) {
    const auto* data = c.dims(0);
    const auto* indices = c.dims(1);
    if (data == nullptr || indices == nullptr || indices->empty() || !indices->back().known())
        return c.set_unranked(0, c.type(0));
    const std::int64_t batch = c.integer("batch_dims", 0);
    const std::int64_t depth = indices->back().value();
    const auto rank = static_cast<std::int64_t>(data->size());
    if (batch < 0 || batch >= static_cast<std::int64_t>(indices->size()) || batch > rank || depth > rank - batch)
        c.fail("indices of " + to_text(*indices) + " do not fit data of " + to_text(*data));
    dimensions shape(indices->begin(), indices->end() - 1);
    shape.insert(shape.end(), data->begin() + static_cast<std::ptrdiff_t>(batch + depth), data->end());
    check_rank(c, shape.size());
    c.set(0, c.type(0), std::move(shape));
}

/// Scatter*, TensorScatter: the data with some elements replaced.
inline void infer_scatter(node_context& c) {
    c.set(0, c.type(0), c.dims(0));
}

/// ScatterND on a small vector: exporters write single dimensions into a shape that way.
inline void infer_scatter_nd(node_context& c) {
    infer_scatter(c);
    if (c.dims(0) == nullptr || c.dims(0)->size() != 1 || c.find("reduction") != nullptr) return;
    const constant* data = c.value(0);
    const constant* indices = c.value(1);
    const constant* updates = c.value(2);
    if (data == nullptr || indices == nullptr || updates == nullptr || indices->size() != updates->size()) return;
    constant result = *data;
    for (std::size_t i = 0; i < indices->size(); ++i) {
        const auto at = index_of(c, (*indices)[i], static_cast<std::int64_t>(data->size()));
        if (!at) return;
        result[static_cast<std::size_t>(*at)] = (*updates)[i];
    }
    c.set_value(0, std::move(result));
}

inline void infer_one_hot(node_context& c) {
    const auto* indices = c.dims(0);
    if (indices == nullptr) return c.set_unranked(0, c.type(2));
    const std::size_t axis = c.axis(c.integer("axis", -1), indices->size() + 1);
    const scalar depth = c.single(1);
    dimension classes = depth.as_dimension();
    if (depth.is_real() && depth.as_real() >= 0 && depth.as_real() < 9.0e15)
        classes = static_cast<std::int64_t>(depth.as_real());
    dimensions shape = *indices;
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), classes);
    c.set(0, c.type(2), std::move(shape));
}

/// Elements chosen by a boolean vector, along `axis` or of the flattened input.
inline void infer_compress(node_context& c) {
    const bool flat = c.find("axis") == nullptr;
    const auto* dims = c.dims(0);
    dimension chosen;
    if (const auto mask = c.integers(1))
        chosen = static_cast<std::int64_t>(std::count_if(mask->begin(), mask->end(), [](auto x) { return x != 0; }));
    if (flat) return c.set(0, c.type(0), dimensions{chosen});
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    dimensions shape = *dims;
    dimension& cut_dim = shape[c.axis(c.integer("axis", 0), dims->size())];
    cut_dim = cut_dim.is(0) ? cut_dim : chosen;
    c.set(0, c.type(0), std::move(shape));
}

inline void infer_non_zero(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->empty()) return c.set_rank(0, element_type::int64, 2);
    const auto rank = static_cast<std::int64_t>(dims->size());
    c.set(0, element_type::int64,
          dimensions{dimension(rank),
                     element_count(*dims) == std::optional<std::int64_t>(0) ? dimension(0) : dimension()});
    const constant* value = c.value(0);
    if (value == nullptr) return;
    std::vector<std::vector<std::int64_t>> found;
    std::size_t next = 0;
    bool certain = true;
    for_each_position(*dims, strides_of(*dims), 0, [&](const auto& position, std::int64_t) {
        const scalar element = (*value)[next++];
        certain = certain && element.known();
        if (certain && element.as_real() != 0) found.push_back(position);
    });
    if (!certain || !c.affordable(static_cast<std::int64_t>(found.size()) * rank, element_type::int64)) return;
    c.set(0, element_type::int64, dimensions{dimension(rank), dimension(static_cast<std::int64_t>(found.size()))});
    constant result;
    for (std::size_t axis = 0; axis < dims->size(); ++axis)
        for (const auto& position : found) result.push_back(scalar::integer(position[axis]));
    c.set_value(0, std::move(result));
}

/// Unique: values and up to three index vectors. Their common length is known for constants and for single elements.
inline void infer_unique(node_context& c) {
    const auto* dims = c.dims(0);
    const bool flat = c.find("axis") == nullptr;
    dimension whole;
    dimension distinct;
    dimensions shape(1);
    if (dims != nullptr) {
        const std::size_t axis = flat ? 0 : c.axis(c.integer("axis", 0), dims->size());
        whole = flat ? product(*dims, 0, dims->size()) : (*dims)[axis];
        if (whole.is(0) || whole.is(1)) distinct = whole;
        if (const auto values = flat ? c.integers(0) : std::nullopt) {
            std::vector<std::int64_t> sorted = *values;
            std::sort(sorted.begin(), sorted.end());
            distinct = static_cast<std::int64_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
        }
        if (!flat) shape = *dims;
        shape[axis] = distinct;
        c.set(0, c.type(0), std::move(shape));
    } else if (flat) {
        c.set(0, c.type(0), std::move(shape));
    } else {
        c.set_unranked(0, c.type(0));
    }
    c.set(1, element_type::int64, dimensions{distinct});
    c.set(2, element_type::int64, dimensions{whole});
    c.set(3, element_type::int64, dimensions{distinct});
}

/// TopK: k is an attribute before opset 10.
inline void infer_top_k(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) {
        c.set_unranked(0, c.type(0));
        return c.set_unranked(1, element_type::int64);
    }
    dimensions shape = *dims;
    const scalar k = c.has(1) ? c.single(1) : scalar::integer(c.integer("k", -1));
    dimension& sorted = shape[c.axis(c.integer("axis", -1), dims->size())];
    if (k.is_integer() && (k.as_integer() < 0 || (sorted.known() && k.as_integer() > sorted.value())))
        c.fail("k is " + std::to_string(k.as_integer()) + " of " +
               (sorted.known() ? std::to_string(sorted.value()) : "?"));
    sorted = sorted.is(0) ? sorted : k.as_dimension();
    c.set(0, c.type(0), shape);
    c.set(1, element_type::int64, std::move(shape));
}

inline constexpr operator_entry gather_operators[] = {
    {"", "Compress", infer_compress},
    {"", "Gather", infer_gather},
    {"", "GatherElements", infer_gather_elements},
    {"", "GatherND", infer_gather_nd},
    {"", "NonZero", infer_non_zero},
    {"", "OneHot", infer_one_hot},
    {"", "Scatter", infer_scatter},
    {"", "ScatterElements", infer_scatter},
    {"", "ScatterND", infer_scatter_nd},
    {"", "TensorScatter", infer_scatter},
    {"", "TopK", infer_top_k},
    {"", "Unique", infer_unique},
};

}  // namespace qutibench::onnx::detail
