// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

#include <vector>

namespace qutibench {

/// An operator of an imported file that no layer struct describes: its type name, shapes and cost were worked out by
/// the importer. `is_counted = false` marks one without a cost model, which `workload::uncounted()` then lists.
struct operator_layer {
    static constexpr std::string_view type = "operator";
    static constexpr layer_kind kind = layer_kind::other;

    std::string name{};
    layer_kind does = layer_kind::other;
    std::vector<shape> output_shapes{};
    layer_cost costs{};
    bool is_counted = true;

    [[nodiscard]] std::string_view type_name() const { return name; }
    [[nodiscard]] layer_kind kind_of() const { return does; }
    [[nodiscard]] int outputs() const { return static_cast<int>(output_shapes.size()); }
    [[nodiscard]] bool counted() const { return is_counted; }

    /// Throws shape_error on a port the operator does not have.
    [[nodiscard]] shape output_shape(shapes, int port = 0) const {
        if (port < 0 || port >= outputs()) throw shape_error(detail::message({name, " has no output ", port}));
        return output_shapes[static_cast<std::size_t>(port)];
    }
    [[nodiscard]] layer_cost cost(shapes) const { return costs; }

    template <class F>
    void describe(F&& field) const {
        field("name", name);
        field("does", does);
        field("output_shapes", output_shapes);
        field("costs", costs);
        field("is_counted", is_counted);
    }

    friend bool operator==(const operator_layer&, const operator_layer&) = default;
};

}  // namespace qutibench
