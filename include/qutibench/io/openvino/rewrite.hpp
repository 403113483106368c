// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rewrites an OpenVINO network with ONNX's operators, so that the importer has one home for shapes, costs and layers.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/io/openvino/layer_rows.hpp>
#include <qutibench/io/openvino/values.hpp>

#include <algorithm>

namespace qutibench::openvino_ir {

/// Chooses what is written for each layer.
class rewriter : public node_writer {
public:
    using node_writer::node_writer;

    /// The network as an ONNX file without weights. Throws shape_error where a layer lacks a port that it needs.
    [[nodiscard]] std::string run(std::string_view name) {
        for (std::size_t i = 0; i < source_.layers.size(); ++i) write(i);
        return out_.finish(name);
    }

private:
    void write(std::size_t i) {
        const layer& one = source_.layers[i];
        if (one.type == "Const") {
            constant_[i] = static_cast<int>(i);
            return;
        }
        if (one.type == "Parameter") {
            const port& made = port_of(one, one.outputs, 0);
            return out_.input(names_[i], made.type, made.shape);
        }
        if (one.type == "Result") {
            if (one.sources.empty() || one.sources[0].first < 0 || constant_behind(one, 0) >= 0) return;
            const port& read_port = port_of(one, one.inputs, 0);
            return out_.output(read(one, 0), read_port.type, read_port.shape);
        }
        if (folds(one)) {
            constant_[i] = constant_behind(one, 0);
            return;
        }
        const auto row = std::find_if(std::begin(layer_rows), std::end(layer_rows),
                                      [&](const layer_row& each) { return each.type == one.type; });
        if (row == std::end(layer_rows)) return write_unknown(i);
        write_as(i, *row);
    }

    /// Arithmetic on a constant with constants: a table that is widened or scaled before it is used.
    [[nodiscard]] bool folds(const layer& one) const {
        if (one.type != "Convert" && one.type != "Subtract" && one.type != "Multiply" && one.type != "FakeQuantize" &&
            one.type != "Reshape")
            return false;
        for (std::size_t i = 0; i < one.inputs.size(); ++i)
            if (constant_behind(one, i) < 0) return false;
        return !one.inputs.empty();
    }

    /// Kept under its own name, with the shapes that the file states: what it costs is not known, and said so.
    void write_unknown(std::size_t i) {
        const layer& one = source_.layers[i];
        names inputs, outputs;
        for (std::size_t port = 0; port < one.inputs.size(); ++port) inputs.push_back(read(one, port));
        for (std::size_t port = 0; port < one.outputs.size(); ++port) outputs.push_back(value_name(i, port));
        node(one, one.type, inputs, outputs, {}, "openvino");
        declare(i);
    }

    [[nodiscard]] static attributes window_of(const layer& one) {
        attributes how;
        const dims strides = one.numbers("strides"), dilations = one.numbers("dilations"),
                   kernel = one.numbers("kernel");
        if (!kernel.empty()) how.push_back(attribute::list("kernel_shape", kernel));
        if (!strides.empty()) how.push_back(attribute::list("strides", strides));
        if (!dilations.empty()) how.push_back(attribute::list("dilations", dilations));
        const std::string automatic = one.text("auto_pad");
        dims pads = one.numbers("pads_begin");
        const dims ends = one.numbers("pads_end");
        pads.insert(pads.end(), ends.begin(), ends.end());
        if (automatic == "same_upper" || automatic == "same_lower")
            how.push_back(attribute::word("auto_pad", automatic == "same_upper" ? "SAME_UPPER" : "SAME_LOWER"));
        else if (automatic == "valid")
            how.push_back(attribute::word("auto_pad", "VALID"));
        else if (!pads.empty())
            how.push_back(attribute::list("pads", pads));
        return how;
    }

    void write_convolution(std::size_t i, const layer_row& row) {
        const layer& one = source_.layers[i];
        const bool grouped = one.type.starts_with("Group"), turned = row.how == rule::transposed;
        dims kernel = input_shape(one, 1);
        std::int64_t groups = 1;
        if (grouped) {
            if (kernel.size() < 3)
                throw shape_error("OpenVINO layer '" + one.name + "': its kernel has too few dimensions");
            groups = kernel[0];
            kernel.erase(kernel.begin());
            kernel[0] = qutibench::detail::multiply(kernel[0], groups);
        }
        attributes how = window_of(one);
        how.push_back(attribute::integer("group", groups));
        if (turned && !one.numbers("output_padding").empty())
            how.push_back(attribute::list("output_padding", one.numbers("output_padding")));
        const int stored = constant_behind(one, 1);
        std::string weights =
            stored >= 0 ? weight(static_cast<std::size_t>(stored), kernel, grouped ? "/" : "") : read(one, 1);
        if (stored < 0 && grouped) {
            node(one, "Reshape", {weights, constant(names_[i] + "/kernel_shape", kernel)}, {names_[i] + "/kernel"});
            weights = names_[i] + "/kernel";
        }
        produce(i, row.as, {read(one, 0), weights}, how);
    }

    void write_product(std::size_t i) {
        const layer& one = source_.layers[i];
        names inputs;
        for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
            const bool turned = one.flag(side == 0 ? "transpose_a" : "transpose_b");
            dims shape = input_shape(one, side);
            if (!turned || shape.size() < 2) {
                inputs.push_back(read(one, side));
                continue;
            }
            std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
            if (const int stored = constant_behind(one, side); stored >= 0) {
                inputs.push_back(weight(static_cast<std::size_t>(stored), shape, "/"));
                continue;
            }
            dims order(shape.size());
            for (std::size_t axis = 0; axis < order.size(); ++axis) order[axis] = static_cast<std::int64_t>(axis);
            std::swap(order[order.size() - 1], order[order.size() - 2]);
            inputs.push_back(names_[i] + "/turned" + std::to_string(side));
            node(one, "Transpose", {read(one, side)}, {inputs.back()}, {attribute::list("perm", order)});
        }
        produce(i, "MatMul", inputs);
    }

    /// The shape of a view: its own constant where it is known, or the output's, a leading dimension that stays copied.
    [[nodiscard]] std::string target_shape(std::size_t i) {
        const layer& one = source_.layers[i];
        if (one.type == "Reshape") {
            if (const auto stated = integers(one, 1)) return constant(names_[i] + "/shape", *stated);
            if (constant_behind(one, 1) < 0) return read(one, 1);
        }
        dims shape = output_shape(one);
        const dims& from = input_shape(one, 0);
        if (!shape.empty() && !from.empty() && shape[0] == from[0]) shape[0] = 0;
        return constant(names_[i] + "/shape", shape);
    }

    /// Axes along which the extents of two shapes differ.
    [[nodiscard]] static dims differing(const dims& a, const dims& b) {
        dims axes;
        for (std::size_t axis = 0; axis < std::min(a.size(), b.size()); ++axis)
            if (a[axis] != b[axis]) axes.push_back(static_cast<std::int64_t>(axis));
        return axes;
    }

    void write_reduction(std::size_t i, const layer_row& row) {
        const layer& one = source_.layers[i];
        const bool keeps = one.flag("keep_dims");
        auto axes = integers(one, 1);
        if (!axes && keeps) axes = differing(input_shape(one, 0), output_shape(one));
        if (!axes) return write_unknown(i);
        produce(i, row.as, {read(one, 0), constant(names_[i] + "/axes", *axes)},
                {attribute::integer("keepdims", keeps ? 1 : 0)});
    }

    /// Cuts the output's extents out of the input; where its rank differs, a view follows.
    void write_cut(std::size_t i) {
        const layer& one = source_.layers[i];
        const dims &from = input_shape(one, 0), &to = output_shape(one);
        const bool is_open = std::any_of(to.begin(), to.end(), [](std::int64_t extent) { return extent < 0; });
        if (from.size() != to.size() || is_open) return write_unknown(i);
        const dims axes = differing(from, to);
        if (axes.empty()) return produce(i, "Identity", {read(one, 0)});
        dims starts(axes.size(), 0), ends;
        for (const std::int64_t axis : axes) ends.push_back(to[static_cast<std::size_t>(axis)]);
        produce(i, "Slice",
                {read(one, 0), constant(names_[i] + "/starts", starts), constant(names_[i] + "/ends", ends),
                 constant(names_[i] + "/axes", axes)});
    }

    void write_divided(std::size_t i) {
        const layer& one = source_.layers[i];
        const auto stated = integers(one, 1);
        const dims other = stated ? *stated : differing(input_shape(one, 0), output_shape(one));
        if (other.empty()) return write_unknown(i);
        const auto rank = static_cast<std::int64_t>(input_shape(one, 0).size());
        const std::int64_t axis = other[0] < 0 ? other[0] + rank : other[0];
        dims sizes;
        for (const port& each : one.outputs) {
            if (axis < 0 || static_cast<std::size_t>(axis) >= each.shape.size()) return write_unknown(i);
            sizes.push_back(each.shape[static_cast<std::size_t>(axis)]);
        }
        produce(i, "Split", {read(one, 0), constant(names_[i] + "/sizes", sizes)}, {attribute::integer("axis", axis)});
    }

    void write_padded(std::size_t i) {
        const layer& one = source_.layers[i];
        const dims &from = input_shape(one, 0), &to = output_shape(one);
        const auto begins = integers(one, 1), ends = integers(one, 2);
        dims pads(2 * from.size(), 0);
        for (std::size_t axis = 0; axis < from.size() && axis < to.size(); ++axis) {
            if (begins && ends && begins->size() == from.size() && ends->size() == from.size()) {
                pads[axis] = (*begins)[axis];
                pads[from.size() + axis] = (*ends)[axis];
            } else {
                pads[from.size() + axis] = to[axis] - from[axis];
            }
        }
        produce(i, "Pad", {read(one, 0), constant(names_[i] + "/pads", pads)});
    }

    /// As many copies along each axis as are stated, or as the extents say; axes in front that the input lacks count
    /// one.
    void write_repeated(std::size_t i) {
        const layer& one = source_.layers[i];
        dims from = input_shape(one, 0), repeats = integers(one, 1).value_or(dims{});
        const dims& to = output_shape(one);
        std::string read_from = read(one, 0);
        if (from.size() < to.size()) {
            if (std::count(from.begin(), from.end(), -1) > 1) return write_unknown(i);
            from.insert(from.begin(), to.size() - from.size(), 1);
            node(one, "Reshape", {read_from, constant(names_[i] + "/rank", from)}, {names_[i] + "/wide"});
            read_from = names_[i] + "/wide";
        }
        if (repeats.size() < to.size() && !repeats.empty())
            repeats.insert(repeats.begin(), to.size() - repeats.size(), 1);
        for (std::size_t axis = 0; repeats.size() < to.size(); ++axis) {
            if (from[axis] < 1 || to[axis] < 1 || to[axis] % from[axis] != 0) return write_unknown(i);
            repeats.push_back(to[axis] / from[axis]);
        }
        produce(i, "Tile", {read_from, constant(names_[i] + "/repeats", repeats)});
    }

    /// The order of the axes where the weights are there, or else one that gives the output's extents.
    void write_turned(std::size_t i) {
        const layer& one = source_.layers[i];
        auto order = integers(one, 1);
        const dims &from = input_shape(one, 0), &to = output_shape(one);
        if (!order && from.size() == to.size()) {
            order.emplace();
            std::vector<bool> used(from.size(), false);
            for (const std::int64_t extent : to)
                for (std::size_t axis = 0; axis < from.size(); ++axis) {
                    if (used[axis] || from[axis] != extent) continue;
                    used[axis] = true;
                    order->push_back(static_cast<std::int64_t>(axis));
                    break;
                }
        }
        if (!order || order->size() != from.size()) return write_unknown(i);
        produce(i, "Transpose", {read(one, 0)}, {attribute::list("perm", *order)});
    }

    /// Numbers that are quantised on the way: what follows computes in integers of as many levels.
    void write_quantized(std::size_t i) {
        const layer& one = source_.layers[i];
        if (one.number("levels", 0) > 256) return produce(i, "Identity", {read(one, 0)});
        const std::string scale = names_[i] + "/scale", zero = names_[i] + "/zero";
        out_.weight(scale, onnx::element_type::float32, {});
        out_.weight(zero, onnx::element_type::int8, {});
        node(one, "QuantizeLinear", {read(one, 0), scale, zero}, {names_[i] + "/integers"});
        produce(i, "DequantizeLinear", {names_[i] + "/integers", scale, zero});
    }

    /// Inputs: the sequence (batch first), states, lengths, then W, R and B with the directions in front.
    void write_recurrent(std::size_t i, const layer_row& row) {
        const layer& one = source_.layers[i];
        const std::size_t first = row.as == "LSTM" ? 4 : 3;
        const dims x = input_shape(one, 0), w = input_shape(one, first), r = input_shape(one, first + 1);
        if (x.size() != 3 || w.size() != 3 || r.size() != 3 || output_shape(one).size() != 4) return write_unknown(i);
        const std::string sequence = names_[i] + "/sequence", steps = names_[i] + "/steps";
        node(one, "Transpose", {read(one, 0)}, {sequence}, {attribute::list("perm", {1, 0, 2})});
        names results{steps};
        for (std::size_t port = 1; port < one.outputs.size(); ++port)
            results.push_back(names_[i] + "/last" + std::to_string(port));
        node(one, row.as, {sequence, read(one, first), read(one, first + 1)}, results,
             {attribute::integer("hidden_size", r[2]),
              attribute::word("direction", w[0] == 2 ? "bidirectional" : "forward")});
        // ONNX: steps, directions, batch, cells; OpenVINO: batch, directions, steps, cells.
        node(one, "Transpose", {steps}, {value_name(i, 0)}, {attribute::list("perm", {2, 1, 0, 3})});
        for (std::size_t port = 1; port < one.outputs.size(); ++port)
            node(one, "Transpose", {results[port]}, {value_name(i, port)}, {attribute::list("perm", {1, 0, 2})});
        declare(i);
    }

    void write_as(std::size_t i, const layer_row& row) {
        const layer& one = source_.layers[i];
        switch (row.how) {
            case rule::same: {
                names inputs;
                const std::size_t count = row.as == "Shape" || row.as == "Identity" ? 1 : one.inputs.size();
                for (std::size_t port = 0; port < count; ++port) inputs.push_back(read(one, port));
                return produce(i, row.as, inputs);
            }
            case rule::bounded: {
                double low = 0, high = 0;
                if (!qutibench::detail::parse_number(one.text("min"), low) ||
                    !qutibench::detail::parse_number(one.text("max"), high))
                    return produce(i, "Clip", {read(one, 0)});
                out_.number(names_[i] + "/min", low);
                out_.number(names_[i] + "/max", high);
                return produce(i, "Clip", {read(one, 0), names_[i] + "/min", names_[i] + "/max"});
            }
            case rule::convolution:
            case rule::transposed:
                return write_convolution(i, row);
            case rule::pooling: {
                attributes how = window_of(one);
                if (one.text("rounding_type").starts_with("ceil")) how.push_back(attribute::integer("ceil_mode", 1));
                if (row.as == "AveragePool" && one.text("exclude-pad") == "false")
                    how.push_back(attribute::integer("count_include_pad", 1));
                return produce(i, row.as, {read(one, 0)}, how);
            }
            case rule::product:
                return write_product(i);
            case rule::reduction:
                return write_reduction(i, row);
            case rule::view:
                return produce(i, "Reshape", {read(one, 0), target_shape(i)});
            case rule::joined: {
                names inputs;
                for (std::size_t port = 0; port < one.inputs.size(); ++port) inputs.push_back(read(one, port));
                return produce(i, "Concat", inputs, {attribute::integer("axis", one.number("axis", 0))});
            }
            case rule::divided:
                return write_divided(i);
            case rule::cut:
                return write_cut(i);
            case rule::padded:
                return write_padded(i);
            case rule::turned:
                return write_turned(i);
            case rule::gathered: {
                const auto axis = integers(one, 2);
                if (one.number("batch_dims", 0) != 0) return write_unknown(i);
                return produce(i, "Gather", {read(one, 0), read(one, 1)},
                               {attribute::integer("axis", axis && !axis->empty() ? axis->front() : 0)});
            }
            case rule::converted:
                return produce(
                    i, "Cast", {read(one, 0)},
                    {attribute::integer("to", static_cast<std::int64_t>(port_of(one, one.outputs, 0).type))});
            case rule::resized:
                return produce(i, "Resize", {read(one, 0), "", "", constant(names_[i] + "/sizes", output_shape(one))},
                               {attribute::word("mode", one.text("mode").starts_with("linear") ? "linear"
                                                        : one.text("mode") == "cubic"          ? "cubic"
                                                                                               : "nearest")});
            case rule::spread:
                return produce(i, "Expand", {read(one, 0), constant(names_[i] + "/shape", output_shape(one))});
            case rule::repeated:
                return write_repeated(i);
            case rule::softmax:
                return produce(i, row.as, {read(one, 0)},
                               row.as == "LRN" ? attributes{attribute::integer("size", one.number("size", 1))}
                               : row.as == "MeanVarianceNormalization"
                                   ? attributes{}
                                   : attributes{attribute::integer("axis", one.number("axis", 1))});
            case rule::normalized:
                return produce(i, row.as, {read(one, 0), read(one, 1), read(one, 2), read(one, 3), read(one, 4)});
            case rule::quantized:
                return write_quantized(i);
            case rule::recurrent:
                return write_recurrent(i, row);
            case rule::blocks:
                return produce(i, row.as, {read(one, 0)},
                               {attribute::integer("blocksize", one.number("block_size", 1))});
        }
    }
};

}  // namespace qutibench::openvino_ir
