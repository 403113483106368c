// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the writers of layers work with: names, operands and weights of one layer.
#pragma once

#include <qutibench/io/onnx/write_model.hpp>
#include <qutibench/io/onnx/write_settings.hpp>

namespace qutibench::onnx_writer {

/// A stored tensor of a layer: which part of the layer it is, under which name, in which shape.
struct held_tensor {
    std::string_view role;
    std::string name;
    std::vector<std::int64_t> dims;
};

/// What is known of a layer while its graph is written.
struct written_layer {
    names outputs{};
    names others{};           ///< indices as real numbers, or real numbers as indices, once somebody wants that
    std::string quantized{};  ///< the first output through eight bits, once somebody wants that
    std::int64_t rows = 0;    ///< above 0: the outputs are indices below it
    std::vector<held_tensor> held{};

    [[nodiscard]] element_type type() const { return rows > 0 ? element_type::int64 : element_type::float32; }
};

/// Layers that write elements anew without changing them.
[[nodiscard]] inline bool moves_only(const node& one) {
    return one.layer.type() != qutibench::resize::type && one.layer.type() != parameter::type &&
           (one.layer.kind() == layer_kind::movement || one.layer.kind() == layer_kind::view);
}

/// One layer on its way into the file. `step` adds a node of its own name, `result` the one that writes the layer's
/// output.
class layer_output {
public:
    layer_output(const graph& net, std::vector<written_layer>& layers, std::size_t index, model_builder& model,
                 const onnx_settings& settings)
        : net_(net), layers_(layers), node_(net.nodes()[index]), here_(layers[index]), model_(model),
          settings_(settings), index_(static_cast<int>(index)) {}

    [[nodiscard]] const node& layer() const { return node_; }
    [[nodiscard]] model_builder& model() { return model_; }
    [[nodiscard]] const shape& in_shape(std::size_t k = 0) const { return net_.shape_of(node_.inputs[k]); }
    [[nodiscard]] const shape& out_shape() const { return node_.outputs.front(); }
    [[nodiscard]] const names& outputs() const { return here_.outputs; }
    [[nodiscard]] std::size_t inputs() const { return node_.inputs.size(); }
    /// Above 0: the layer's outputs are indices below it.
    [[nodiscard]] std::int64_t rows() const { return here_.rows; }
    [[nodiscard]] std::uint64_t seed() const { return settings_.seed; }

    /// Name of operand `k` in the type that this layer works in, through int8 where it is quantised.
    [[nodiscard]] std::string in(std::size_t k = 0) {
        const std::string name = typed(node_.inputs[k], here_.type());
        return here_.rows == 0 && is_int8(node_.numbers.activations) ? quantized(node_.inputs[k], name) : name;
    }
    [[nodiscard]] names all_in() {
        names all;
        for (std::size_t k = 0; k < inputs(); ++k) all.push_back(in(k));
        return all;
    }

    /// Operand 0 as indices below `rows`: computed values are rounded and wrapped.
    [[nodiscard]] std::string indices(std::int64_t rows) {
        const tensor from = node_.inputs[0];
        if (producer(from).rows > 0) return typed(from, element_type::int64);
        const std::string whole = step("Cast", {typed(from, element_type::float32)},
                                       attributes().integer("to", static_cast<std::int64_t>(element_type::int64)));
        return step("Mod", {whole, model_.integer(rows)});
    }

    /// A node inside the layer; the name of its output.
    std::string step(std::string_view op, const names& inputs, const attributes& settings = {}) {
        std::string name = model_.unique(node_.name + "/" + std::string(op));
        model_.node(op, name, inputs, {name}, settings);
        return name;
    }
    /// The node that writes the layer's outputs.
    void result(std::string_view op, const names& inputs, const attributes& settings = {}) {
        model_.node(op, model_.unique(node_.name + "/" + std::string(op)), inputs, here_.outputs, settings);
    }

    /// A tensor under another shape, which it may have already.
    std::string reshaped(const std::string& name, const std::vector<std::int64_t>& target) {
        return step("Reshape", {name, model_.integers(target)});
    }
    std::string transposed(const std::string& name, const std::vector<std::int64_t>& order) {
        return step("Transpose", {name}, attributes().integers("perm", order));
    }

    /// Name of the layer's multiplying tensor: uniform with the variance 1 / `fan_in`; `inner` elements lie between
    /// neighbours along the axis that products sum over. Eight-bit layers store integers.
    std::string weights(std::string_view role, const std::vector<std::int64_t>& dims, std::int64_t fan_in,
                        std::int64_t inner = 1) {
        stored_tensor one{.dims = dims, .pattern = node_.sparsity, .inner = inner};
        one.high = std::sqrt(3.0 / static_cast<double>(fan_in));
        one.low = -one.high;
        if (!stores_int8()) return held(role, std::move(one));
        const float step_size = weight_step(fan_in);
        one.type = element_type::int8;
        one.low = -127;
        one.high = 127;
        return held(role, std::move(one), step_size);
    }

    /// Name of a tensor of the layer that is not quantised: biases, scales, statistics.
    std::string values(std::string_view role, const std::vector<std::int64_t>& dims, double low, double high) {
        return held(role, {.dims = dims, .low = low, .high = high});
    }
    /// A bias; with 32 bits where weights and activations have eight.
    std::string bias(std::int64_t width, std::int64_t fan_in) {
        if (!stores_int8() || !is_int8(node_.numbers.activations)) return values("bias", {width}, -0.1, 0.1);
        const float size = weight_step(fan_in) * code_of(maker(node_.inputs[0]), settings_).step;
        const double bound = std::floor(0.1 / static_cast<double>(size));
        return held("bias", {.dims = {width}, .type = element_type::int32, .low = -bound, .high = bound}, size);
    }
    /// "layer/part".
    [[nodiscard]] std::string name_of(std::string_view part) const { return node_.name + "/" + std::string(part); }

private:
    [[nodiscard]] const any_layer& maker(tensor from) const {
        return net_.nodes()[static_cast<std::size_t>(from.node)].layer;
    }
    [[nodiscard]] written_layer& producer(tensor from) { return layers_[static_cast<std::size_t>(from.node)]; }

    [[nodiscard]] bool is_int8(const datatype& type) const {
        const layer_kind kind = node_.layer.kind();
        const bool eligible = kind == layer_kind::convolution || kind == layer_kind::dense ||
                              kind == layer_kind::matmul || kind == layer_kind::pooling ||
                              node_.layer.type() == elementwise::type;
        return eligible && node_.has_precision && type == int8;
    }
    [[nodiscard]] bool stores_int8() const { return is_int8(node_.numbers.weights); }
    [[nodiscard]] static float weight_step(std::int64_t fan_in) {
        return static_cast<float>(std::sqrt(3.0 / static_cast<double>(fan_in)) / 127.0);
    }

    /// The tensor as `type`, converted at most once.
    std::string typed(tensor from, element_type type) {
        written_layer& source = producer(from);
        const auto port = static_cast<std::size_t>(from.port);
        if (source.type() == type) return source.outputs[port];
        source.others.resize(source.outputs.size());
        std::string& converted = source.others[port];
        if (converted.empty()) {
            converted = model_.unique(source.outputs[port] + "/Cast");
            model_.node("Cast", converted, {source.outputs[port]}, {converted},
                        attributes().integer("to", static_cast<std::int64_t>(type)));
        }
        return converted;
    }

    /// QuantizeLinear and DequantizeLinear around a computed tensor, at most once for each.
    std::string quantized(tensor from, const std::string& name) {
        written_layer& source = producer(from);
        if (maker(from).type() == parameter::type || from.port != 0) return name;
        if (source.quantized.empty()) {
            const activation_code code = code_of(maker(from), settings_);
            const std::string scale = model_.number(code.step);
            const std::string zero = model_.zero_point(code.type, code.zero);
            const std::string stored = model_.unique(name + "/QuantizeLinear");
            model_.node("QuantizeLinear", stored, {name, scale, zero}, {stored});
            source.quantized = model_.unique(name + "/DequantizeLinear");
            model_.node("DequantizeLinear", source.quantized, {stored, scale, zero}, {source.quantized});
        }
        return source.quantized;
    }

    /// Stores a tensor, or finds the one of the layer whose weights this one uses again. `step_size` above 0 makes
    /// real numbers of stored integers.
    std::string held(std::string_view role, stored_tensor one, float step_size = 0) {
        if (const held_tensor* const shared = shared_tensor(role)) return fitted(*shared, one.dims);
        const std::string wanted = node_.layer.type() == parameter::type ? node_.name : name_of(role);
        one.name = node_.layer.type() == parameter::type ? here_.outputs[0] : model_.unique(wanted);
        one.seed = seed_of(wanted, settings_.seed);
        std::vector<std::int64_t> dims = one.dims;
        const bool has_zero_point = one.type == element_type::int8;
        std::string name = model_.store(std::move(one));
        if (step_size > 0) {
            names inputs{name, model_.number(step_size)};
            if (has_zero_point) inputs.push_back(model_.zero_point(element_type::int8, 0));
            name = step("DequantizeLinear", inputs);
        }
        here_.held.push_back({role, name, std::move(dims)});
        return name;
    }

    [[nodiscard]] const held_tensor* shared_tensor(std::string_view role) const {
        if (node_.shares_weights_with < 0 || node_.shares_weights_with >= index_) return nullptr;
        for (const held_tensor& one : layers_[static_cast<std::size_t>(node_.shares_weights_with)].held)
            if (one.role == role) return &one;
        return nullptr;
    }

    /// A shared tensor in the shape that this layer needs: as it is, transposed, or reshaped.
    std::string fitted(const held_tensor& shared, const std::vector<std::int64_t>& dims) {
        std::string name = shared.name;
        if (shared.dims != dims) {
            const bool swapped =
                dims.size() == 2 && shared.dims.size() == 2 && dims[0] == shared.dims[1] && dims[1] == shared.dims[0];
            if (!swapped && stored_tensor{.dims = dims}.elements() != stored_tensor{.dims = shared.dims}.elements())
                throw shape_error(detail::message(
                    {"layer '", node_.name, "' shares the weights of '",
                     net_.nodes()[static_cast<std::size_t>(node_.shares_weights_with)].name, "', but needs ",
                     to_string(shape(dims)), " and not ", to_string(shape(shared.dims))}));
            name = swapped ? transposed(name, {1, 0}) : reshaped(name, dims);
        }
        here_.held.push_back({shared.role, name, dims});
        return name;
    }

    const graph& net_;
    std::vector<written_layer>& layers_;
    const node& node_;
    written_layer& here_;
    model_builder& model_;
    const onnx_settings& settings_;
    int index_;
};

/// The extents of a shape as a list.
[[nodiscard]] inline std::vector<std::int64_t> list(const shape& of) {
    return {of.begin(), of.end()};
}
template <std::size_t Rank>
[[nodiscard]] std::vector<std::int64_t> list(const std::array<std::int64_t, Rank>& of) {
    return {of.begin(), of.end()};
}

}  // namespace qutibench::onnx_writer
