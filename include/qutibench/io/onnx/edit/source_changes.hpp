// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/count.hpp>
#include <qutibench/io/onnx/edit/axis_flow.hpp>
#include <qutibench/io/onnx/edit/pruning.hpp>
#include <qutibench/io/onnx/edit/source.hpp>
#include <qutibench/transform/whole_layers.hpp>

#include <unordered_set>

namespace qutibench {

[[nodiscard]] graph graph_of(const onnx::inferred& source, std::string_view name);

namespace detail {

/// The name of the layer that a node becomes: its own, or else that of its first output.
[[nodiscard]] inline std::string layer_name(const onnx::inferred& source, const onnx::operation& one) {
    if (!one.op->name.empty()) return std::string(one.op->name);
    for (const onnx::value_id id : one.outputs)
        if (id != onnx::absent) return std::string(source.values[id].name);
    return {};
}

/// What transforms make of the file behind a graph.
class source_changes {
public:
    explicit source_changes(const onnx_source& source) : file_(source.file()), dims_(source.bindings()) {}

    [[nodiscard]] graph on_inputs(const graph& net, shapes inputs) const {
        try {
            return resized(net, inputs, 0, "input changed to " + to_string(inputs.front()));
        } catch (const shape_error& wrong) {
            throw shape_error("'" + net.name() + "' does not take an input of " + to_string(inputs.front()) + ": " +
                              wrong.what());
        }
    }

    [[nodiscard]] graph on_batch(const graph& net, std::int64_t batch) const {
        const std::vector<shape> first = batched(net, batch, false), other = batched(net, batch, true);
        const std::string note = message({"batch multiplied by ", batch});
        try {
            if (first == other) return resized(net, first, batch, note);
            try {
                return resized(net, first, batch, note);
            } catch (const shape_error&) {
                return resized(net, other, batch, note);
            }
        } catch (const shape_error& wrong) {
            throw shape_error(
                message({"'", net.name(), "' does not take a batch of ", batch, " times its inputs: ", wrong.what()}));
        }
    }

    [[nodiscard]] graph scaled(const graph& net, const std::function<double(const node&)>& share_of) const {
        const std::string own = onnx::detail::with_own_vectors(read(), file_);
        const onnx::model file = onnx::detail::parse(onnx::byte_source::view(own, "(imported model)"), {});
        const onnx::inferred then = onnx::infer(file, {.dims = dims_, .work_limit = onnx::reread_limit});
        std::unordered_map<std::string_view, const node*> layers;
        for (const node& one : net.nodes()) layers.emplace(one.name, &one);
        const std::function<double(const onnx::operation&)> share = [&](const onnx::operation& one) {
            const auto found = layers.find(layer_name(then, one));
            return found == layers.end() ? -1.0 : share_of(*found->second);
        };
        const onnx::scaled_file made = onnx::scale_file(then, own, share);
        graph result = imported(made.file, net);
        std::vector<std::string> reasons;
        for (const auto& [place, reason] : made.whole) reasons.push_back(reason);
        const auto is_meant = [&](const onnx::operation& one) {
            const auto found = layers.find(layer_name(then, one));
            return found != layers.end() && found->second->cost.weights > 0 && share_of(*found->second) != 1;
        };
        for (const onnx::operation& one : then.operations)
            for (int layer = count_inside(one.bodies, is_meant); layer > 0; --layer)
                reasons.push_back("what stands inside " + onnx::detail::describe(*one.op, one.frame));
        warn_of_whole_layers(result, reasons);
        return result;
    }

private:
    [[nodiscard]] onnx::model read() const {
        return onnx::detail::parse(onnx::byte_source::view(file_, "(imported model)"), {});
    }

    /// How many operations of branches and loops, which stay as they are, are such.
    template <class Is>
    [[nodiscard]] static int count_inside(const std::vector<onnx::body>& bodies, const Is& is_such) {
        int count = 0;
        for (const onnx::body& inner : bodies)
            for (const onnx::operation& one : inner.operations)
                count += (is_such(one) ? 1 : 0) + count_inside(one.bodies, is_such);
        return count;
    }

    /// The inputs with `batch` times as much along their first axis, or along that of the batch where it is another:
    /// in states of recurrent nodes, and in inputs that begin otherwise than the first one but have its batch later.
    [[nodiscard]] std::vector<shape> batched(const graph& net, std::int64_t batch, bool elsewhere) const {
        const std::vector<tensor> entering = net.inputs();
        std::unordered_set<std::string> states;
        if (elsewhere) find_states(states);
        std::vector<shape> inputs;
        for (const tensor& one : entering) {
            const shape& extents = net.shape_of(one);
            int axis = 0;
            if (elsewhere && extents.rank() > 1) {
                const std::int64_t usual = net.shape_of(entering.front())[0];
                const auto found = std::find(extents.begin(), extents.end(), usual);
                if (states.contains(net.nodes()[static_cast<std::size_t>(one.node)].name))
                    axis = 1;
                else if (found != extents.end())
                    axis = static_cast<int>(found - extents.begin());
            }
            inputs.push_back(extents.rank() == 0 ? extents : extents.with(axis, multiply(extents[axis], batch)));
        }
        return inputs;
    }

    /// Names of the inputs that LSTM, GRU and RNN begin with, whose second axis is the batch.
    void find_states(std::unordered_set<std::string>& states) const {
        const onnx::model file = read();
        const onnx::inferred then = onnx::infer(file, {.dims = dims_, .work_limit = onnx::reread_limit});
        for (const onnx::operation& one : then.operations) {
            const std::string_view type = one.op->op_type;
            const onnx::attribute* order = one.find("layout");
            if ((type != "LSTM" && type != "GRU" && type != "RNN") || (order != nullptr && order->integer != 0))
                continue;
            for (std::size_t k = 5; k < std::min<std::size_t>(one.inputs.size(), 7); ++k)
                if (one.inputs[k] != onnx::absent) states.emplace(then.values[one.inputs[k]].name);
        }
    }

    /// The graph of a changed file, with what was written down of the one before.
    [[nodiscard]] static graph imported(const std::string& file, const graph& before) {
        const onnx::model model = onnx::detail::parse(onnx::byte_source::view(file, "(imported model)"), {});
        graph result = graph_of(
            onnx::infer(model, {.dims = onnx::stated_zeros(model), .work_limit = onnx::reread_limit}), before.name());
        copy_annotations(before, result);
        for (const std::string& one : before.log()) result.note(one);
        for (const std::string& one : before.warnings()) result.warn(one);
        return result;
    }

    [[nodiscard]] graph resized(const graph& net, shapes inputs, std::int64_t factor, std::string note) const {
        const onnx::model file = read();
        const onnx::inferred then = onnx::infer(file, {.dims = dims_, .work_limit = onnx::reread_limit});
        onnx::file_edits edits;
        const std::vector<tensor> entering = net.inputs();
        std::unordered_map<std::string_view, const shape*> wanted;
        for (std::size_t i = 0; i < entering.size(); ++i)
            wanted.emplace(net.nodes()[static_cast<std::size_t>(entering[i].node)].name, &inputs[i]);
        std::optional<std::int64_t> batch;
        for (const onnx::value_id id : then.inputs) {
            const auto known = onnx::detail::numbers_of(then.of(id));
            if (!known) continue;
            const auto found = wanted.find(then.values[id].name);
            if (factor > 0 && !known->empty() && !batch) batch = known->front();
            edits.inputs[std::string(then.values[id].name)] =
                found == wanted.end() ? *known
                                      : std::vector<std::int64_t>(found->second->begin(), found->second->end());
        }
        const std::string first = onnx::skeleton_of(file_, edits);
        const onnx::model changed = onnx::detail::parse(onnx::byte_source::view(first, "(imported model)"), {});
        onnx::detail::resizing_hook hook(then, changed, edits, batch.value_or(1), factor);
        static_cast<void>(onnx::infer(
            changed, {.dims = onnx::stated_zeros(changed), .work_limit = onnx::reread_limit, .hook = &hook}));
        graph result = imported(onnx::skeleton_of(file_, edits), net);
        if (factor > 0) require_multiples(net, result, factor);
        result.note(std::move(note));
        return result;
    }

    /// Work grows with the batch, layer by layer; where it does not, the file fixes the batch.
    static void require_multiples(const graph& before, const graph& after, std::int64_t factor) {
        const auto& old = before.nodes();
        const auto& made = after.nodes();
        for (std::size_t i = 0; i < std::min(old.size(), made.size()); ++i)
            if (old[i].name != made[i].name || made[i].cost.macs != multiply(old[i].cost.macs, factor))
                throw shape_error(message({"layer '", old[i].name, "' (", old[i].layer.type(),
                                           ") does not grow with the batch: the file fixes it there"}));
        if (old.size() != made.size()) throw shape_error("the batch decides which layers run");
    }

    const std::string& file_;
    const onnx::dimension_bindings& dims_;
};

QUTIBENCH_INLINE graph onnx_source::on_inputs(const graph& net, shapes inputs) const {
    return source_changes(*this).on_inputs(net, inputs);
}
QUTIBENCH_INLINE graph onnx_source::on_batch(const graph& net, std::int64_t batch) const {
    return source_changes(*this).on_batch(net, batch);
}
QUTIBENCH_INLINE graph onnx_source::scaled(const graph& net, const std::function<double(const node&)>& share_of) const {
    return source_changes(*this).scaled(net, share_of);
}

}  // namespace detail

}  // namespace qutibench
