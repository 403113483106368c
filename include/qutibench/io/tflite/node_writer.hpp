// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What rewriting every operator of TFLite needs: its tensors, the nodes that stand for it, layouts that agree.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/tflite/operators.hpp>
#include <qutibench/io/tflite/values.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace qutibench::tflite {

/// Writes nodes for the operators of one model.
class node_writer {
public:
    node_writer(const model& source, const flatbuffer::buffer& file) : source_(source), tensors_(source, file, out_) {}

protected:
    using attribute = onnx::written_attribute;

    using names = std::vector<std::string>;

    using attributes = std::vector<attribute>;

    /// A node named after what it writes first, unless it has a name of its own.
    void node(std::string_view type, const names& inputs, const names& outputs, const attributes& how = {},
              std::string_view domain = "", std::string_view name = "") {
        if (name.empty() && !outputs.empty()) name = outputs.front();
        out_.node(type, domain, name, inputs, outputs, how);
    }

    [[nodiscard]] std::int32_t input(const operation& of, std::size_t i) const {
        return i < of.inputs.size() ? of.inputs[i] : -1;
    }

    [[nodiscard]] std::int32_t needed(const operation& of, std::size_t i) const {
        const std::int32_t id = input(of, i);
        if (id < 0) refuse(of, "an input that it needs is left out");
        return id;
    }

    [[nodiscard]] std::int32_t result(const operation& of) const {
        if (of.outputs.empty()) refuse(of, "it has no output");
        return of.outputs[0];
    }

    [[noreturn]] static void refuse(const operation& of, std::string_view reason) {
        const operator_row row = row_of(of.code);
        throw shape_error(qutibench::detail::message({"TFLite operator ", row.name, ": ", reason}));
    }

    void require_rank(const operation& of, std::int32_t id, std::size_t rank) const {
        if (tensors_.rank(id) != rank)
            refuse(of, qutibench::detail::message({"tensor '", tensors_.name(id), "' should have ",
                                                   static_cast<std::int64_t>(rank), " dimensions"}));
    }

    /// Writes a node for the operator's first output, with the activation that is fused into it behind.
    void produce(const operation& of, std::string_view type, const names& inputs, const attributes& how, layout order,
                 std::int8_t activation = 0) {
        const std::int32_t id = result(of);
        const std::string& name = tensors_.name(id);
        const std::string before = activation == 0 ? name : name + "/before_activation";
        node(type, inputs, {before}, how, "", name);
        tensors_.define(id, order);
        if (activation != 0) activate(before, name, activation);
    }

    /// ActivationFunctionType of schema.fbs.
    void activate(const std::string& from, const std::string& to, std::int8_t which) {
        switch (which) {
            case 1:
                return node("Relu", {from}, {to}, {}, "", to + "/activation");
            case 2:
                return bound(from, to, -1, 1, to + "/activation");
            case 3:
                return bound(from, to, 0, 6, to + "/activation");
            case 4:
                return node("Tanh", {from}, {to}, {}, "", to + "/activation");
            default:
                return node("Sign", {from}, {to}, {}, "", to + "/activation");
        }
    }

    void bound(const std::string& from, const std::string& to, double low, double high, std::string_view name = "") {
        node("Clip",
             {from, tensors_.number("bound " + std::to_string(low), low),
              tensors_.number("bound " + std::to_string(high), high)},
             {to}, {}, "", name);
    }

    /// The order in which an operator that does not mind reads its inputs: as those of rank four stand already.
    [[nodiscard]] layout common_layout(const operation& of, std::size_t first = 0) const {
        for (std::size_t i = first; i < of.inputs.size(); ++i) {
            const std::int32_t id = of.inputs[i];
            if (id < 0) continue;
            // A tensor of fewer dimensions meets the last axis, which a constant can be turned to follow.
            const std::size_t rank = tensors_.rank(id);
            if (rank > 4 || (rank < 4 && !tensors_.is_constant(id))) return layout::stored;
        }
        for (std::size_t i = first; i < of.inputs.size(); ++i)
            if (of.inputs[i] >= 0 && tensors_.moved(of.inputs[i])) return layout::channels_second;
        return layout::stored;
    }

    /// An operand that broadcasts against tensors of rank four in this order.
    [[nodiscard]] std::string operand(std::int32_t id, layout order) {
        if (order == layout::stored || tensors_.rank(id) == 4 || tensors_.rank(id) == 0)
            return tensors_.read(id, order);
        dims extents(4, 1);
        const dims stored = tensors_.stored_shape(id);
        std::copy_backward(stored.begin(), stored.end(), extents.end());
        return tensors_.weight(id, channels_second(extents), "/moved");
    }

    [[nodiscard]] static float real(const operation& of, unsigned field) {
        return qutibench::detail::bits_as<float>(of.options.number<std::uint32_t>(field));
    }

    [[nodiscard]] names with_bias(const operation& of, names inputs, std::size_t place) {
        if (input(of, place) >= 0) inputs.push_back(tensors_.read(input(of, place), layout::stored));
        return inputs;
    }

    /// The shape of a view; a leading dimension that stays is copied, so that other batches follow.
    [[nodiscard]] std::string target_shape(std::int32_t from, std::int32_t to) {
        dims extents = tensors_.stored_shape(to);
        if (!extents.empty() && tensors_.rank(from) > 0 && tensors_.extent(from, 0) == extents[0]) extents[0] = 0;
        return tensors_.constant(tensors_.name(to) + "/shape", extents);
    }

    /// An operator whose output's shape is taken as the file states it.
    void write_shaped(const operation& of) {
        const operator_row row = row_of(of.code);
        if (row.how != rule::shaped && row.how != rule::view) return write_unknown(of);
        names read;
        for (const std::int32_t id : of.inputs)
            read.push_back(id < 0 ? std::string() : tensors_.read(id, layout::stored));
        if (row.code == 85 && read.size() == 4) read = {read[0], read[1], tensors_.number("off and on", 0)};
        produce(of, row.as, read, {}, layout::stored);
    }

    /// Kept under its own name, with the shapes that the file states: what it costs is not known, and said so.
    void write_unknown(const operation& of) {
        const operator_row row = row_of(of.code);
        const std::string type = !of.custom.empty() ? of.custom
                                 : row.name.empty() ? "operator " + std::to_string(of.code)
                                                    : std::string(row.name);
        names inputs, outputs;
        for (const std::int32_t id : of.inputs)
            inputs.push_back(id >= 0 && tensors_.of(id).has_type ? tensors_.read(id, layout::stored) : std::string());
        for (const std::int32_t id : of.outputs) {
            outputs.push_back(tensors_.name(id));
            tensors_.define(id, layout::stored);
        }
        node(type, inputs, outputs, {}, "tflite");
    }

    const model& source_;
    onnx::model_writer out_;
    values tensors_;
};

}  // namespace qutibench::tflite
