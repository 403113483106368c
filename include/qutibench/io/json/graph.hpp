// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks layer by layer as JSON: every layer an object of its `type`, its `name`, its `inputs` and its settings by
/// the names its `describe` gives them. Settings at their default and the input that is the layer before may be left
/// out:
///     {"id": "tiny", "layers": [{"type": "input", "extents": [1, 3, 32, 32]},
///                               {"type": "convolution_2d", "out_channels": 64, "kernel": [3, 3], "padding": "same"},
///                               {"type": "flatten"}, {"type": "dense", "out_features": 10}]}
#pragma once

#include <qutibench/io/json/layer_settings.hpp>
#include <qutibench/network/all_layers.hpp>

#include <unordered_map>

namespace qutibench {

namespace detail {

/// Keys of a layer that are not its settings.
inline constexpr std::array<std::string_view, 9> node_keys = {
    "name", "type", "inputs", "datatype", "sparsity", "shares_weights_with", "fused_into", "notes", "sources"};

/// Reads the layers of a document into a graph.
class graph_document {
public:
    explicit graph_document(std::string name) : net_(name) {}

    template <class... Layers>
    [[nodiscard]] graph read(const json_reader& document, layer_list<Layers...> types) {
        const json_reader layers = document["layers"];
        for (const json_reader& one : layers.elements()) add(one, types);
        if (net_.nodes().empty()) layers.fail("must hold at least one layer");
        if (const auto outputs = document.find("outputs"))
            for (const json_reader& one : outputs->elements()) {
                const tensor result = tensor_at(one);
                one.checked([&] { net_.output(result); });
            }
        if (const auto notes = document.find("notes"))
            for (const json_reader& one : notes->elements()) net_.note(one.text());
        if (const auto warnings = document.find("warnings"))
            for (const json_reader& one : warnings->elements()) net_.warn(one.text());
        return std::move(net_);
    }

private:
    template <class... Layers>
    void add(const json_reader& at, layer_list<Layers...>) {
        const json_reader type = at["type"];
        const std::string wanted = type.text();
        std::optional<any_layer> layer;
        const auto attempt = [&]<class Layer>(Layer settings) {
            if (layer || wanted != Layer::type) return;
            read_settings(settings, at, node_keys);
            layer = std::move(settings);
        };
        (attempt(Layers{}), ...);
        if (!layer) {
            const auto names = type_names(layer_list<Layers...>{});
            type.fail(message({"there is no layer type '", wanted, "'", suggestion(wanted, names)}));
        }
        node one{.layer = *std::move(layer)};
        if (const auto name = at.find("name")) one.name = name->text();
        read_inputs(one, at);
        annotate(one, at);
        const tensor added = at.checked([&] { return net_.insert(std::move(one)); });
        const auto [entry, is_new] = by_name_.try_emplace(net_.nodes().back().name, added.node);
        if (!is_new) entry->second = ambiguous;
    }

    void read_inputs(node& one, const json_reader& at) const {
        if (const auto inputs = at.find("inputs")) {
            for (const json_reader& input : inputs->elements()) one.inputs.push_back(tensor_at(input));
        } else if (one.layer.kind() != layer_kind::input && one.layer.type() != parameter::type) {
            if (net_.nodes().empty()) at.fail("the first layer must be of type 'input', or have the key 'inputs'");
            one.inputs.push_back({static_cast<int>(net_.nodes().size()) - 1, 0});
        }
    }

    void annotate(node& one, const json_reader& at) const {
        if (const auto datatype = at.find("datatype")) {
            one.has_precision = true;
            one.numbers = datatype->checked([&] { return parse_precision(datatype->text()); });
        }
        if (const auto sparse = at.find("sparsity")) {
            sparse->expect_keys({"density", "kept", "of"});
            if (const auto density = sparse->find("density"))
                one.sparsity.density = density->number_within(0, 1, "above 0 and at most 1");
            if (const auto kept = sparse->find("kept"))
                one.sparsity.kept = static_cast<int>(kept->number_within(0, 1024, "from 1 to 1024"));
            if (const auto of = sparse->find("of"))
                one.sparsity.of = static_cast<int>(of->number_within(0, 1024, "from 1 to 1024"));
            if (one.sparsity.kept > one.sparsity.of) sparse->fail("cannot keep more than there are");
        }
        if (const auto other = at.find("shares_weights_with")) one.shares_weights_with = tensor_at(*other).node;
        if (const auto other = at.find("fused_into")) one.fused_into = tensor_at(*other).node;
    }

    /// "name", "name:port" of an earlier layer, its index, or [index, port].
    [[nodiscard]] tensor tensor_at(const json_reader& at) const {
        if (at.is_array()) {
            const auto pair = at.elements();
            if (pair.size() != 2) at.fail("must be [index, port]");
            return existing(at, pair[0].integer(), pair[1].integer());
        }
        if (at.is_number()) return existing(at, at.integer(), 0);
        const std::string name = at.text();
        if (const auto found = by_name_.find(name); found != by_name_.end()) return named(at, found->second, 0);
        const std::size_t colon = name.rfind(':');
        std::int64_t port = -1;
        if (colon != std::string::npos && name.size() - colon <= 6 &&
            name.find_first_not_of("0123456789", colon + 1) == std::string::npos && colon + 1 < name.size())
            port = std::stoi(name.substr(colon + 1));
        if (port >= 0)
            if (const auto found = by_name_.find(name.substr(0, colon)); found != by_name_.end())
                return named(at, found->second, port);
        std::vector<std::string_view> names;
        for (const node& one : std::as_const(net_).nodes()) names.push_back(one.name);
        at.fail(message({"there is no earlier layer '", name, "'", suggestion(name, names)}));
    }

    [[nodiscard]] tensor named(const json_reader& at, int index, std::int64_t port) const {
        if (index == ambiguous) at.fail("several layers have this name; use the index instead");
        return existing(at, index, port);
    }

    [[nodiscard]] tensor existing(const json_reader& at, std::int64_t index, std::int64_t port) const {
        const auto& nodes = std::as_const(net_).nodes();
        if (index < 0 || index >= static_cast<std::int64_t>(nodes.size()))
            at.fail("there is no earlier layer of this index");
        const auto ports = static_cast<std::int64_t>(nodes[static_cast<std::size_t>(index)].outputs.size());
        if (port < 0 || port >= ports)
            at.fail(message({"layer '", nodes[static_cast<std::size_t>(index)].name, "' has ", ports,
                             " output(s), no port ", port}));
        return {static_cast<int>(index), static_cast<int>(port)};
    }

    static constexpr int ambiguous = -1;
    graph net_;
    std::unordered_map<std::string, int> by_name_;
};

/// Writes a graph's layers.
class graph_writer {
public:
    explicit graph_writer(const graph& net) : net_(net) {
        for (const node& one : net.nodes()) ++uses_[one.name];
    }

    /// One line for each layer, so that people and version control can read it.
    template <class... Layers>
    [[nodiscard]] std::string write(layer_list<Layers...> types) const {
        std::string text = "{\n\"id\": " + ordered_json(net_.name()).dump() + ",\n\"layers\": [";
        const char* before = "\n  ";
        for (const node& one : net_.nodes()) {
            text += before + layer(one, types).dump();
            before = ",\n  ";
        }
        ordered_json outputs = ordered_json::array();
        for (const tensor& one : net_.outputs()) outputs.push_back(reference(one));
        text += "\n],\n\"outputs\": " + outputs.dump();
        if (!net_.log().empty()) text += ",\n\"notes\": " + ordered_json(net_.log()).dump(2);
        if (!net_.warnings().empty()) text += ",\n\"warnings\": " + ordered_json(net_.warnings()).dump(2);
        return text + "\n}\n";
    }

private:
    template <class... Layers>
    [[nodiscard]] ordered_json layer(const node& one, layer_list<Layers...>) const {
        ordered_json out = {{"name", one.name}};
        bool written = false;
        const auto attempt = [&]<class Layer>(const Layer* settings) {
            if (settings == nullptr || written) return;
            written = true;
            out["type"] = Layer::type;
            if (!one.inputs.empty()) out["inputs"] = ordered_json::array();
            for (const tensor& from : one.inputs) out["inputs"].push_back(reference(from));
            write_settings(*settings, out);
        };
        (attempt(one.layer.template as<Layers>()), ...);
        if (!written)
            throw unsupported_operator(message({"layer '", one.name, "' is of type '", one.layer.type(),
                                                "', which files do not know; list it when you save"}));
        annotate(out, one);
        return out;
    }

    void annotate(ordered_json& out, const node& one) const {
        if (one.has_precision) out["datatype"] = spelled(one.numbers);
        if (!(one.sparsity == qutibench::sparsity{})) {
            out["sparsity"] = {{"density", one.sparsity.density}};
            if (one.sparsity.of > 0) out["sparsity"].update({{"kept", one.sparsity.kept}, {"of", one.sparsity.of}});
        }
        if (one.shares_weights_with >= 0) out["shares_weights_with"] = reference({one.shares_weights_with, 0});
        if (one.fused_into >= 0) out["fused_into"] = reference({one.fused_into, 0});
    }

    /// By name where that is clear, else by index.
    [[nodiscard]] ordered_json reference(const tensor& to) const {
        const std::string& name = net_.nodes()[static_cast<std::size_t>(to.node)].name;
        const bool clear = uses_.at(name) == 1 && !name.empty() && name.find(':') == std::string::npos;
        if (clear) return to.port == 0 ? name : name + ":" + std::to_string(to.port);
        if (to.port == 0) return to.node;
        return {to.node, to.port};
    }

    const graph& net_;
    std::unordered_map<std::string, int> uses_;
};

}  // namespace detail

/// A graph from the text of its file; layers of your own types are read when you list them:
/// `parse_graph<my_layer>(...)`. Throws parse_error with a JSON pointer.
template <class... More>
[[nodiscard]] graph parse_graph(std::string_view text, const std::string& source = "network") {
    const detail::json document = detail::parse_json(text, source);
    const detail::json_reader reader(document, source);
    reader.expect_keys({"$schema", "id", "name", "layers", "outputs", "notes", "warnings"});
    const auto read = [&]<class... Known>(layer_list<Known...>) {
        return detail::graph_document(reader["id"].text()).read(reader, layer_list<Known..., More...>{});
    };
    return read(all_layers{});
}

/// The text of a network file with every layer of `net`. Throws unsupported_operator on a layer type that is neither
/// one of the library's nor listed: `to_json<my_layer>(net)`.
template <class... More>
[[nodiscard]] std::string to_json(const graph& net) {
    const auto write = [&]<class... Known>(layer_list<Known...>) {
        return detail::graph_writer(net).write(layer_list<Known..., More...>{});
    };
    return write(all_layers{});
}

}  // namespace qutibench
