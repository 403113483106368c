// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How many parameters a PyTorch module had before its exporter simplified the graph.
///
/// PyTorch's exporters fold batch normalisation into the convolution before it, drop biases that are all zero, store
/// equal small tensors once and fold constant look-ups, so that the file holds other tensors than the module. They
/// leave traces, which are read here:
///   * the current exporter lists the module's parameters by name in the graph's metadata
///     ("pkg.torch.export.ExportedProgram.graph_signature"), dropped biases included;
///   * a folded convolution carries the name of the normalisation's result, `getitem_12` or `batch_norm_3` (current
///     exporter), or its kernel has lost its module's name, `onnx::Conv_193` (TorchScript exporter);
///   * vectors that were stored once belong to nodes with different kernels, or to different normalisations.
#pragma once

#include <qutibench/io/onnx/count.hpp>

#include <set>

namespace qutibench::onnx {

namespace detail {

/// "stem" or "stem_12".
[[nodiscard]] inline bool is_numbered(std::string_view name, std::string_view stem) {
    if (name.substr(0, stem.size()) != stem) return false;
    name.remove_prefix(stem.size());
    return name.empty() || (name.size() > 1 && name.find_first_not_of("0123456789", 1) == name.npos && name[0] == '_');
}

/// Names of the parameters that the exporter wrote into the metadata; none from other exporters.
[[nodiscard]] inline std::unordered_set<std::string_view> parameter_names(const graph& source) {
    return signature_names(source, ": PARAMETER target='");
}

/// Whether a node belongs to the module of a stored tensor: "/a/a.0/norm_1/Op" and "a.0.norm.weight". A module that is
/// applied again has a number after its name.
[[nodiscard]] inline bool is_in_module_of(std::string_view node_name, std::string_view tensor_name) {
    tensor_name = tensor_name.substr(0, tensor_name.rfind('.'));
    std::string path;
    while (!node_name.empty()) {
        if (node_name.front() == '/') node_name.remove_prefix(1);
        const std::string_view part = node_name.substr(0, node_name.find('/'));
        node_name.remove_prefix(part.size());
        if (node_name.empty()) break;  // the operator
        const std::string_view next = node_name.substr(1, node_name.find('/', 1) - 1);
        if (next.substr(0, part.size() + 1) == std::string(part) + ".") continue;  // a list and its element
        path += (path.empty() ? "" : ".") + std::string(part);
    }
    return !path.empty() && is_numbered(path, tensor_name);
}

/// Adds up what a module held, reading by reading of its learned tensors.
class export_undoer {
public:
    export_undoer(const inferred& graph, const counts& counted)
        : graph_(graph), counted_(counted), named_(parameter_names(graph.source->graph)) {
        for (const tensor& stored : graph.source->graph.initialisers) stored_.insert(stored.name);
        for (const learned_operand& one : counted.learned) {
            layer& of = layers_[one.reader];
            if (one.is == cost_sheet::role::weights) of.weights = &one;
            if (one.is == cost_sheet::role::bias) of.bias = &one;
        }
        for (const std::string_view name : named_)
            folded_tables_ =
                folded_tables_ || (ends_with(name, "relative_position_bias_table") && stored_.count(name) == 0);
    }

    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        std::set<std::pair<const void*, const void*>> seen;
        for (const learned_operand& one : counted_.learned) {
            const layer& of = layers_.at(one.reader);
            if (one.derived || one.buffer || is_made_up(one)) continue;
            if (!seen.emplace(one.identity, owner_of(one, of)).second) continue;
            sum = qutibench::detail::add(sum, elements_of(one));
            if (one.is == cost_sheet::role::weights) sum = qutibench::detail::add(sum, lost(*one.reader, of));
        }
        return sum;
    }

private:
    struct layer {
        const learned_operand* weights = nullptr;
        const learned_operand* bias = nullptr;
    };

    [[nodiscard]] static bool ends_with(std::string_view name, std::string_view end) {
        return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
    }

    /// Scales of ones and shifts of zeros that the exporter adds to write a group normalisation as one over instances.
    [[nodiscard]] bool is_made_up(const learned_operand& one) const {
        return one.reader->op->op_type == "InstanceNormalization" && !named_.empty() && one.stored != nullptr &&
               named_.count(one.stored->name) == 0;
    }

    /// What a stored vector belongs to: the kernel beside it, or the node that reads it. Other tensors are themselves.
    [[nodiscard]] static const void* owner_of(const learned_operand& one, const layer& of) {
        if (one.is == cost_sheet::role::weights || one.stored == nullptr) return nullptr;
        const cost_entry* entry = find_cost(one.reader->op->domain, one.reader->op->op_type);
        if (entry == nullptr || entry->kind == layer_kind::movement) return nullptr;
        const auto& dims = one.stored->dims;
        const bool vector = std::find(dims.begin(), dims.end(), one.elements) != dims.end();
        if (!vector || is_in_module_of(one.reader->op->name, one.stored->name)) return nullptr;
        return of.weights != nullptr ? of.weights->identity : one.reader;
    }

    /// Elements of the tensor before look-ups were folded: a bias for each pair of positions in a window of M x M comes
    /// from a table of (2M-1) x (2M-1) offsets (Liu et al., Swin Transformer, 2021, section 3.2).
    [[nodiscard]] std::int64_t elements_of(const learned_operand& one) const {
        if (!folded_tables_ || one.stored == nullptr || named_.count(one.stored->name) != 0) return one.elements;
        const auto& dims = one.stored->dims;
        const bool looked_up = dims.size() == 2;
        const bool shaped = dims.size() == 4 && dims[0] == 1 && dims[2] == dims[3];
        if (one.is != cost_sheet::role::operand || (!looked_up && !shaped)) return one.elements;
        const std::int64_t heads = dims[1];
        const std::int64_t positions = looked_up ? dims[0] : times(dims[2], dims[3]);
        std::int64_t window = 1;
        while (window < 1024 && window * window * window * window < positions) ++window;
        if (window * window * window * window != positions) return one.elements;
        return times(2 * window - 1, 2 * window - 1, heads);
    }

    /// Parameters that the exporter took from the layer around a kernel.
    [[nodiscard]] std::int64_t lost(const operation& reader, const layer& of) const {
        const node& op = *reader.op;
        const bool convolution = op.op_type == "Conv" || op.op_type == "ConvTranspose";
        const tensor* kernel = of.weights->stored;
        if ((!convolution && op.op_type != "Gemm") || kernel == nullptr || op.outputs.empty()) return 0;
        const facts& out = graph_.of(reader.outputs.front());
        if (!out.fully_known() || out.dims.size() < 2) return 0;
        const std::int64_t features = convolution ? out.dims[1].value() : out.dims.back().value();
        std::string bias_name(kernel->name);
        if (ends_with(bias_name, "weight")) bias_name.replace(bias_name.size() - 6, 6, "bias");
        const bool had_bias = bias_name != kernel->name && named_.count(bias_name) != 0;
        const bool folded =
            convolution && (is_numbered(op.outputs[0], "getitem") || is_numbered(op.outputs[0], "batch_norm") ||
                            is_numbered(kernel->name, "onnx::" + std::string(op.op_type)));
        const std::int64_t before = (folded ? 2 : 0) + (had_bias ? 1 : 0);
        const std::int64_t now = of.bias != nullptr && (folded || had_bias) ? 1 : 0;
        return times(features, before - now);
    }

    const inferred& graph_;
    const counts& counted_;
    std::unordered_set<std::string_view> named_;
    std::unordered_set<std::string_view> stored_;
    std::unordered_map<const operation*, layer> layers_;
    bool folded_tables_ = false;
};

}  // namespace detail

/// Parameters of the PyTorch module that `graph` was exported from, as far as the file shows; those of the file itself
/// for models of other producers. A normalisation that a module applies several times counts each time.
[[nodiscard]] inline std::int64_t parameters_before_export(const inferred& graph, const counts& counted) {
    return graph.source->producer == "pytorch" ? detail::export_undoer(graph, counted).total() : counted.parameters;
}

}  // namespace qutibench::onnx
