// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "how.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/explore/one_factor.hpp>

#include <memory>
#include <vector>

namespace qutibench::python {

namespace {

using type_argument = name_argument<convolution_type>;
using extents = std::vector<std::int64_t>;

[[nodiscard]] std::vector<convolution_type> types_of(const std::vector<type_argument>& given) {
    std::vector<convolution_type> all;
    for (const type_argument& one : given) all.push_back(one.value);
    return all;
}

void register_backbone(py::module_& module) {
    py::class_<backbone> cls(module, "Backbone",
                             "A chain of equal convolutions on an input with as many channels, so that each factor can "
                             "change without the others.");
    cls.def(py::init([](std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t kernel,
                        std::int64_t layers, std::int64_t groups, type_argument type, std::int64_t batch) {
                return backbone{height, width, channels, kernel, layers, groups, type.value, batch};
            }),
            py::kw_only(), "height"_a = 56, "width"_a = 56, "channels"_a = 64, "kernel"_a = 3, "layers"_a = 8,
            "groups"_a = 4, "type"_a = "standard", "batch"_a = 1,
            "type: 'standard', 'depthwise', 'grouped' or 'pointwise'. batch: of the deployment.");
    cls.def_readonly("height", &backbone::height);
    cls.def_readonly("width", &backbone::width);
    cls.def_readonly("channels", &backbone::channels);
    cls.def_readonly("kernel", &backbone::kernel, "Square; 1 in pointwise convolutions, whatever stands here.");
    cls.def_readonly("layers", &backbone::layers);
    cls.def_readonly("groups", &backbone::groups, "Of grouped convolutions.");
    cls.def_property_readonly("type", [](const backbone& self) { return to_string(self.type); });
    cls.def_readonly("batch", &backbone::batch);
    cls.def("build", &backbone::build, "The network, at batch 1; raises ShapeError where the extents do not fit.");
    const auto state = [](const backbone& s) {
        return py::make_tuple(s.height, s.width, s.channels, s.kernel, s.layers, s.groups, to_string(s.type), s.batch);
    };
    cls.def("__repr__", [state](const backbone& self) {
        return py::str(
                   "Backbone(height={}, width={}, channels={}, kernel={}, layers={}, groups={}, type={!r}, "
                   "batch={})")
            .format(*state(self));
    });
    add_state(cls, state, [](const py::tuple& s) {
        return backbone{s[0].cast<std::int64_t>(),
                        s[1].cast<std::int64_t>(),
                        s[2].cast<std::int64_t>(),
                        s[3].cast<std::int64_t>(),
                        s[4].cast<std::int64_t>(),
                        s[5].cast<std::int64_t>(),
                        parse_name<convolution_type>(s[6].cast<std::string>()),
                        s[7].cast<std::int64_t>()};
    });
}

void register_variant(py::module_& module) {
    py::class_<network_variant> cls(module, "NetworkVariant", "A network that differs from the base in one factor.");
    cls.def_readonly("factor", &network_variant::factor,
                     "'base', 'input size', 'batch', 'kernel', 'channels', 'convolution type' or 'layers'.");
    cls.def_readonly("level", &network_variant::level);
    cls.def_property_readonly(
        "value", [](const network_variant& self) { return known(self.value); }, "The level as a number, or None.");
    cls.def_readonly("is_base", &network_variant::is_base, "Whether the level is the base's.");
    cls.def_readonly("batch", &network_variant::batch, "Of the deployment; the graph has batch 1.");
    cls.def_property_readonly("graph", [](const network_variant& self) { return std::make_shared<graph>(self.net); });
    cls.def("__repr__", [](const network_variant& self) {
        return "<" + self.net.name() + ", " + self.factor + " " + self.level + ">";
    });
    add_members_state(cls, &network_variant::factor, &network_variant::level, &network_variant::value,
                      &network_variant::is_base, &network_variant::batch, &network_variant::net);
}

void register_vary(py::module_& module) {
    module.def(
        "vary",
        [](const backbone& base, extents input_sizes, extents batches, extents kernels, extents channels,
           const std::vector<type_argument>& types, extents layers) {
            return vary(base, backbone_levels{std::move(input_sizes), std::move(batches), std::move(kernels),
                                              std::move(channels), types_of(types), std::move(layers)});
        },
        "base"_a, py::kw_only(), "input_sizes"_a = extents(), "batches"_a = extents(), "kernels"_a = extents(),
        "channels"_a = extents(), "types"_a = std::vector<std::string>(), "layers"_a = extents(),
        "The base and each level of each factor, all else as in the base. input_sizes: height and width. types: "
        "'standard', 'depthwise', 'grouped', 'pointwise'. Raises ShapeError, InvalidArgument, UnknownName.");
    module.def(
        "vary",
        [](const graph& base, extents input_sizes, extents batches, extents kernels, std::vector<double> widths,
           const std::vector<type_argument>& types, std::int64_t groups, std::int64_t batch) {
            return vary(base,
                        network_levels{std::move(input_sizes), std::move(batches), std::move(kernels),
                                       std::move(widths), types_of(types), groups},
                        batch);
        },
        "base"_a, py::kw_only(), "input_sizes"_a = extents(), "batches"_a = extents(), "kernels"_a = extents(),
        "widths"_a = std::vector<double>(), "types"_a = std::vector<std::string>(), "groups"_a = 4, "batch"_a = 1,
        "The same around any network: kernels and types as with_kernel and with_convolution_type change them, widths "
        "as scale_width does.");
    module.def(
        "with_kernel", [](const graph& net, std::int64_t kernel) { return with_kernel(net, kernel); }, "graph"_a,
        "kernel"_a,
        "The network with another square kernel in every 2-d convolution that has one larger than 1x1; padding changes "
        "so that outputs stay as large. Raises InvalidArgument, ShapeError.");
    module.def(
        "with_convolution_type",
        [](const graph& net, type_argument type, std::int64_t groups) {
            return with_convolution_type(net, type.value, groups);
        },
        "graph"_a, "type"_a, "groups"_a = 4,
        "The network with another type of 2-d convolution wherever the kernel is larger than 1x1: 'standard', "
        "'depthwise', 'grouped' or 'pointwise'. Raises InvalidArgument, ShapeError, UnknownName.");
}

using row_dict = py::typing::Dict<py::str, py::object>;

[[nodiscard]] row_dict row_of(const one_factor_row& row, const platform& device, const deployment& how,
                              const std::string& network) {
    row_dict out;
    const auto& said = row.prediction;
    out["network"] = network;
    out["platform"] = device.id();
    out["mode"] = unless_empty(device.mode().name);
    out["datatype"] = to_string(how.datatype);
    out["factor"] = row.factor;
    out["level"] = row.level;
    out["value"] = known(row.value);
    out["is_base"] = row.is_base;
    out["batch"] = row.batch;
    out["operations"] = row.operations;
    out["weights"] = row.weights;
    out["operations_per_weight"] = row.weights > 0 ? std::optional(row.operations_per_weight()) : std::nullopt;
    out["operational_intensity_ops_per_byte"] = known(row.operations_per_byte());
    out["throughput_ips"] = said.throughput().value();
    out["latency_s"] = said.latency().value();
    out["bound"] = to_string(said.bound());
    out["performance_ops_per_s"] = row.predicted_performance();
    out["measured_throughput_ips"] = known(row.measured_throughput);
    out["measured_performance_ops_per_s"] = known(row.measured_performance());
    return out;
}

[[nodiscard]] row_dict bar_of(const factor_effect& bar) {
    row_dict out;
    out["factor"] = bar.factor;
    out["base"] = bar.base;
    out["low"] = bar.low;
    out["high"] = bar.high;
    out["low_level"] = bar.low_level;
    out["high_level"] = bar.high_level;
    out["swing"] = bar.swing();
    out["elasticity"] = known(bar.elasticity);
    return out;
}

[[nodiscard]] std::vector<row_dict> bars_of(const std::vector<factor_effect>& bars) {
    std::vector<row_dict> all;
    for (const factor_effect& one : bars) all.push_back(bar_of(one));
    return all;
}

/// Rows as `one_factor` gives them, with `metric` where a C++ row would hold it.
[[nodiscard]] std::vector<row_dict> tornado_of(const std::vector<py::dict>& rows, const std::string& metric) {
    std::vector<one_factor_row> plain;
    for (const py::dict& row : rows) {
        for (const char* const name : {"factor", "level", metric.c_str()})
            if (!row.contains(name))
                throw invalid_argument("a row of a tornado chart lacks '" + std::string(name) + "'");
        one_factor_row one;
        one.factor = row["factor"].cast<std::string>();
        one.level = py::str(row["level"]).cast<std::string>();
        one.measured_throughput = or_nan(row[metric.c_str()].cast<std::optional<double>>());
        plain.push_back(std::move(one));
    }
    auto bars = bars_of(tornado(plain, [](const one_factor_row& row) { return row.measured_throughput; }));
    for (row_dict& one : bars) one["metric"] = metric;
    return bars;
}

}  // namespace

void register_variants(py::module_& module) {
    register_backbone(module);
    register_variant(module);
    register_vary(module);
    module.def(
        "one_factor",
        [](const std::vector<network_variant>& variants, const platform& device,
           const std::optional<std::vector<std::optional<double>>>& measured, const py::kwargs& settings) {
            const deployment how = how_of(settings);
            std::vector<double> rates;
            if (measured)
                for (const std::optional<double>& one : *measured) rates.push_back(or_nan(one));
            std::vector<row_dict> rows;
            for (const one_factor_row& one : one_factor(variants, device, how, rates))
                rows.push_back(row_of(one, device, how, variants[rows.size()].net.name()));
            return rows;
        },
        "variants"_a, py::arg("platform").none(false), "measured"_a = py::none(),
        "Predicts each variant at its batch: rows for qb.table and the plots, SI units in the names. measured: inputs "
        "per second of each variant, None where nobody measured. Further arguments are those of predict: datatype, "
        "placement, execution, threads, parameters. Raises InvalidArgument when there are not as many measurements as "
        "variants, and what predict raises.");
    module.def("tornado", &tornado_of, "rows"_a, "metric"_a = "latency_s",
               "Which factor moves a column of the rows of one_factor most: one bar for each factor, the widest first. "
               "Raises InvalidArgument without a row whose factor is 'base'.");
    module.def(
        "sensitivity",
        [](const std::vector<std::tuple<std::string, double, double, double>>& parameters, const py::function& metric) {
            std::vector<parameter_range> ranges;
            for (const auto& [name, base, low, high] : parameters) ranges.push_back({name, base, low, high});
            return bars_of(sensitivity(ranges, [&](std::span<const double> values) {
                py::tuple all(values.size());
                for (std::size_t i = 0; i < values.size(); ++i) all[i] = values[i];
                return metric(*all).cast<double>();
            }));
        },
        "parameters"_a, "metric"_a,
        "Which parameter of a function moves it most. parameters: (name, base, low, high); metric takes one value for "
        "each, in order, and is called once with all at their base and twice for each. elasticity: by how many per "
        "cent it grows for a parameter that grows by one. Raises InvalidArgument unless low <= base <= high.");
}

}  // namespace qutibench::python
