// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators of TFLite that work element by element, and those that sum up.
#pragma once

#include <qutibench/io/tflite/write_recurrent.hpp>

namespace qutibench::tflite {

/// They take their inputs in the order in which these stand already.
class arithmetic_writer : public recurrent_writer {
public:
    using recurrent_writer::recurrent_writer;

protected:
    void write_unary(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        std::string in = tensors_.read(from, order);
        attributes how;
        if (of.code == 98)
            how.push_back(attribute::number("alpha", of.options.number<std::int32_t>(0) == 0 ? 0 : real(of, 0)));
        if (of.code == 76) {
            node("Sqrt", {in}, {tensors_.name(result(of)) + "/root"});
            in = tensors_.name(result(of)) + "/root";
        }
        produce(of, row_of(of.code).as, {in}, how, order);
    }

    void write_clip(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        bound(tensors_.read(from, order), tensors_.name(result(of)), of.code == 20 ? -1 : 0, of.code == 21 ? 6 : 1);
        tensors_.define(result(of), order);
    }

    void write_binary(const operation& of) {
        const layout order = common_layout(of);
        const names inputs{operand(needed(of, 0), order), operand(needed(of, 1), order)};
        const std::string& name = tensors_.name(result(of));
        if (of.code == 72 || of.code == 90 || of.code == 156) {
            node(row_of(of.code).as, inputs, {name + "/exact"});
            node(of.code == 72 ? "Not" : of.code == 90 ? "Floor" : "Atan", {name + "/exact"}, {name});
            return tensors_.define(result(of), order);
        }
        if (of.code == 161) return produce(of, "BitShift", inputs, {attribute::word("direction", "RIGHT")}, order);
        const bool has_activation = of.code == 0 || of.code == 18 || of.code == 41 || of.code == 42;
        produce(of, row_of(of.code).as, inputs, {}, order, has_activation ? of.options.number<std::int8_t>(0) : 0);
    }

    void write_added(const operation& of) {
        const layout order = common_layout(of);
        names inputs;
        for (std::size_t i = 0; i < of.inputs.size(); ++i) inputs.push_back(operand(needed(of, i), order));
        produce(of, row_of(of.code).as, inputs, {}, order);
    }

    void write_random(const operation& of) {
        produce(of, row_of(of.code).as, {}, {attribute::list("shape", tensors_.stored_shape(result(of)))},
                layout::stored);
    }

    void write_squared(const operation& of) {
        const layout order = common_layout(of);
        std::string in = operand(needed(of, 0), order);
        if (of.code == 99) {
            const std::string difference = tensors_.name(result(of)) + "/difference";
            node("Sub", {in, operand(needed(of, 1), order)}, {difference});
            in = difference;
        }
        produce(of, "Mul", {in, in}, {}, order);
    }

    void write_reduction(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const auto axes = tensors_.integers(input(of, 1));
        const bool keeps = of.options.number<std::uint8_t>(0) != 0;
        if (!axes) return write_shaped(of);
        dims over;
        const auto rank = static_cast<std::int64_t>(tensors_.rank(from));
        for (const std::int64_t axis : *axes) over.push_back(axis < 0 ? axis + rank : axis);
        const auto has = [&](std::int64_t axis) { return std::find(over.begin(), over.end(), axis) != over.end(); };
        // Without the reduced axes the others keep their order only where height and width both go, or the channels do.
        const bool moved = tensors_.moved(from) && (keeps || (has(1) && has(2)) || (over.size() == 1 && has(3)));
        const layout order = moved ? layout::channels_second : layout::stored;
        if (moved)
            for (std::int64_t& axis : over) axis = moved_axis(axis);
        std::sort(over.begin(), over.end());
        produce(of, row_of(of.code).as,
                {tensors_.read(from, order), tensors_.constant(tensors_.name(result(of)) + "/axes", over)},
                {attribute::integer("keepdims", keeps ? 1 : 0)}, order);
    }

    void write_softmax(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        produce(of, row_of(of.code).as, {tensors_.read(from, order)},
                {attribute::integer("axis", order == layout::stored ? -1 : 1)}, order);
    }

    void write_converted(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        if (tensors_.is_constant(from)) return tensors_.stand_for(to, from);
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        const bool casts = row_of(of.code).as == "Cast";
        produce(of, row_of(of.code).as, {tensors_.read(from, order)},
                casts ? attributes{attribute::integer("to", static_cast<std::int64_t>(tensors_.of(to).type))}
                      : attributes{},
                order);
    }

    void write_chosen(const operation& of) {
        const layout order = common_layout(of);
        produce(of, "Where",
                {operand(needed(of, 0), order), operand(needed(of, 1), order), operand(needed(of, 2), order)}, {},
                order);
    }

    void write_top(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        if (tensors_.rank(to) == 0 || of.outputs.size() < 2) refuse(of, "its outputs should be values and places");
        const std::string& name = tensors_.name(to);
        node("TopK",
             {tensors_.read(from, layout::stored),
              tensors_.constant(name + "/k", {tensors_.extent(to, tensors_.rank(to) - 1)})},
             {name, tensors_.name(of.outputs[1])});
        for (const std::int32_t id : of.outputs) tensors_.define(id, layout::stored);
    }

    void write_position(const operation& of) {
        const auto axis = tensors_.integers(input(of, 1));
        if (!axis || axis->empty()) return write_shaped(of);
        produce(of, row_of(of.code).as, {tensors_.read(needed(of, 0), layout::stored)},
                {attribute::integer("axis", axis->front()), attribute::integer("keepdims", 0)}, layout::stored);
    }

    void write_normalized(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const bool local = of.code == 13;
        if (local) require_rank(of, from, 4);
        const layout order = local || tensors_.moved(from) ? layout::channels_second : layout::stored;
        attributes how;
        if (local)
            how = {attribute::integer("size", 2 * std::int64_t{of.options.number<std::int32_t>(0)} + 1)};
        else
            how = {attribute::integer("axis", order == layout::stored ? -1 : 1), attribute::integer("p", 2)};
        produce(of, row_of(of.code).as, {tensors_.read(from, order)}, how, order);
    }

    void write_cumulative(const operation& of) {
        const auto axis = tensors_.integers(input(of, 1));
        if (!axis || axis->empty()) return write_unknown(of);
        produce(of, "CumSum",
                {tensors_.read(needed(of, 0), layout::stored),
                 tensors_.constant(tensors_.name(result(of)) + "/axis", {axis->front()}, true)},
                {}, layout::stored);
    }
};

}  // namespace qutibench::tflite
