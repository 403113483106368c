// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/network/any_layer.hpp>
#include <qutibench/network/recipe.hpp>
#include <qutibench/network/source_owner.hpp>

#include <initializer_list>
#include <vector>

namespace qutibench {

/// One output of one node of a graph.
struct tensor {
    int node = -1;
    int port = 0;

    friend constexpr bool operator==(const tensor&, const tensor&) = default;
};

/// What a graph knows of one layer.
struct node {
    std::string name{};
    any_layer layer;
    std::vector<tensor> inputs{};
    std::vector<shape> outputs{};
    layer_cost cost{};               ///< at its input shapes
    bool has_precision = false;      ///< set by quantisation or import; otherwise the deployment decides
    precision numbers{};             ///< meaningful when `has_precision`
    qutibench::sparsity sparsity{};  ///< of the weights
    int shares_weights_with = -1;    ///< earlier node whose weights this one uses again, or -1
    int fused_into = -1;             ///< earlier node whose kernel this one runs in, or -1
};

class graph_source;

/// A network as a directed acyclic graph of layers whose shapes are inferred as they are added. Nodes are stored in
/// topological order, because a layer can only be added after its inputs.
class graph {
public:
    using tensor_type = tensor;

    explicit graph(std::string_view name = "network") : name_(name) {}

    /// Builds what a recipe describes: `graph net = zoo::resnet50();`
    template <recipe Recipe>
    graph(const Recipe& one) : name_(one.name()) {
        one.build(*this);
    }

    /// A tensor that enters the network.
    tensor input(const shape& extents, label name = "input") {
        return insert({.name = std::string(name.view()), .layer = network_input{extents}});
    }

    /// Adds a layer, infers its output shapes and works out its cost. Throws shape_error naming the layer when its
    /// inputs do not fit, overflow_error past 64 bits, invalid_argument when an input does not exist. An empty name
    /// becomes "type_index".
    tensor add(any_layer layer, std::initializer_list<tensor> operands, label name = {}) {
        return insert({.name = std::string(name.view()), .layer = std::move(layer), .inputs = operands});
    }
    tensor add(any_layer layer, std::vector<tensor> operands, std::string name) {
        return insert({.name = std::move(name), .layer = std::move(layer), .inputs = std::move(operands)});
    }

    /// Adds a node as it is, its annotations included, and infers its output shapes anew.
    tensor insert(node one) {
        const int index = static_cast<int>(nodes_.size());
        if (one.name.empty()) one.name = std::string(one.layer.type()) + "_" + std::to_string(index);
        const std::vector<shape> in = input_shapes(one);
        const auto infer = [&] {
            one.outputs.clear();
            for (int port = 0; port < one.layer.outputs(); ++port)
                one.outputs.push_back(one.layer.output_shape(in, port));
            one.cost = one.layer.cost(in);
        };
        detail::located(infer, [&] { return detail::message({"layer '", one.name, "' of '", name_, "': "}); });
        nodes_.push_back(std::move(one));
        source_ = {};
        return {index, 0};
    }

    /// Marks a tensor as a result, once. Without any mark, the tensors that nobody reads are the results. A file's own
    /// name for it may be given.
    void output(tensor one, std::string name = {}) {
        static_cast<void>(shape_of(one));
        for (const tensor& marked : outputs_)
            if (marked == one) return;
        outputs_.push_back(one);
        output_names_.push_back(std::move(name));
    }

    /// States that `later` uses the weights of `earlier` again: counted once, executed each time. Throws
    /// invalid_argument when one does not exist or `earlier` is not before `later`: then nobody's would be counted.
    void share_weights(tensor earlier, tensor later) {
        static_cast<void>(shape_of(earlier));
        static_cast<void>(shape_of(later));
        if (earlier.node >= later.node)
            detail::raise(invalid_argument(
                detail::message({"'", name_, "': layer '", nodes_[static_cast<std::size_t>(later.node)].name,
                                 "' can only share the weights of a layer before it"})));
        nodes_[static_cast<std::size_t>(later.node)].shares_weights_with = earlier.node;
    }

    /// Writes down what a transform did.
    void note(std::string what) { log_.push_back(std::move(what)); }

    /// Adds a sentence that whoever reads figures of this graph should know, such as what pruning has left whole.
    void warn(std::string what) { warnings_.push_back(std::move(what)); }

    /// The file behind the graph, which transforms then change; see graph_source.hpp.
    [[nodiscard]] const graph_source* source() const { return source_.get(); }
    /// `file` is a std::shared_ptr or another owner with `get()`.
    template <class Owner>
    void set_source(Owner file) {
        source_ = detail::source_owner(std::move(file));
    }
    void share_source(const graph& with) { source_ = with.source_; }

    [[nodiscard]] const std::string& name() const { return name_; }
    void rename(std::string name) { name_ = std::move(name); }
    [[nodiscard]] const std::vector<node>& nodes() const { return nodes_; }
    [[nodiscard]] detail::view<node> nodes() { return {nodes_.data(), nodes_.size()}; }
    [[nodiscard]] const std::vector<std::string>& log() const { return log_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// The file's names of the results in `outputs()`, empty where it has none.
    [[nodiscard]] std::vector<std::string> output_names() const {
        return outputs_.empty() ? std::vector<std::string>(outputs().size()) : output_names_;
    }

    /// Shape of a tensor; throws invalid_argument when the graph has no such tensor.
    [[nodiscard]] const shape& shape_of(tensor one) const {
        if (one.node < 0 || static_cast<std::size_t>(one.node) >= nodes_.size() || one.port < 0 ||
            static_cast<std::size_t>(one.port) >= nodes_[static_cast<std::size_t>(one.node)].outputs.size())
            detail::raise(invalid_argument(detail::message({"'", name_, "' has no tensor ", one.node, ":", one.port})));
        return nodes_[static_cast<std::size_t>(one.node)].outputs[static_cast<std::size_t>(one.port)];
    }

    /// The shapes of a node's inputs, in order; throws invalid_argument on an input that does not exist.
    [[nodiscard]] std::vector<shape> input_shapes(const node& one) const {
        std::vector<shape> in;
        in.reserve(one.inputs.size());
        for (const tensor& from : one.inputs) in.push_back(shape_of(from));
        return in;
    }

    /// The marked results, or else every tensor that no layer reads.
    [[nodiscard]] std::vector<tensor> outputs() const {
        if (!outputs_.empty()) return outputs_;
        std::vector<int> read(nodes_.size(), 0);
        for (const node& one : nodes_)
            for (const tensor& from : one.inputs) read[static_cast<std::size_t>(from.node)] = 1;
        std::vector<tensor> unread;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (read[i] == 0 && !nodes_[i].outputs.empty()) unread.push_back({static_cast<int>(i), 0});
        return unread;
    }

    /// The tensors that enter the network.
    [[nodiscard]] std::vector<tensor> inputs() const {
        std::vector<tensor> entering;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (nodes_[i].layer.kind() == layer_kind::input) entering.push_back({static_cast<int>(i), 0});
        return entering;
    }

    /// The node called `name`; throws unknown_name with the nearest one.
    template <class Node = node>
    [[nodiscard]] tensor find(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const Node& one : nodes_) {
            if (one.name == name) return {static_cast<int>(names.size()), 0};
            names.push_back(one.name);
        }
        detail::raise(unknown_name("layer", name, detail::nearest_name(name, names)));
    }

private:
    std::string name_;
    std::vector<node> nodes_;
    std::vector<tensor> outputs_;
    std::vector<std::string> output_names_;
    std::vector<std::string> log_;
    std::vector<std::string> warnings_;
    detail::source_owner source_;
};

}  // namespace qutibench
