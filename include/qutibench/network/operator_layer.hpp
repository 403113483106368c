// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

#include <vector>

namespace qutibench {

/// An operator of an imported file that no layer struct describes: its type name, shapes and cost were worked out by
/// the importer, for these input shapes alone; transforms ask the file behind the graph (graph_source.hpp). `is_counted
/// = false` marks one without a cost model, which `workload::uncounted()` then lists.
struct operator_layer {
    static constexpr std::string_view type = "operator";
    static constexpr layer_kind kind = layer_kind::other;

    std::string name{};
    layer_kind does = layer_kind::other;
    std::vector<shape> input_shapes{};  ///< for which the rest holds; empty: not stated
    std::vector<shape> output_shapes{};
    layer_cost costs{};
    bool is_counted = true;

    [[nodiscard]] std::string_view type_name() const { return name; }
    [[nodiscard]] layer_kind kind_of() const { return does; }
    [[nodiscard]] int outputs() const { return static_cast<int>(output_shapes.size()); }
    [[nodiscard]] bool counted() const { return is_counted; }

    /// Throws shape_error on a port the operator does not have, and on other input shapes than those it is known for.
    [[nodiscard]] shape output_shape(shapes in, int port = 0) const {
        if (!input_shapes.empty() && !std::equal(in.begin(), in.end(), input_shapes.begin(), input_shapes.end()))
            throw shape_error(
                detail::message({"operator ", name,
                                 " is known for the input shapes of its file alone; change them where the file is"}));
        if (port < 0 || port >= outputs()) throw shape_error(detail::message({name, " has no output ", port}));
        return output_shapes[static_cast<std::size_t>(port)];
    }
    [[nodiscard]] layer_cost cost(shapes) const { return costs; }

    template <class F>
    void describe(F&& field) const {
        field("name", name);
        field("does", does);
        field("input_shapes", input_shapes);
        field("output_shapes", output_shapes);
        field("costs", costs);
        field("is_counted", is_counted);
    }

    friend bool operator==(const operator_layer&, const operator_layer&) = default;
};

}  // namespace qutibench
