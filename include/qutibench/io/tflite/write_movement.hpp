// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators of TFLite that move elements or rename them.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/io/tflite/write_arithmetic.hpp>

namespace qutibench::tflite {

/// Axes and places are turned with the tensors that they belong to.
class movement_writer : public arithmetic_writer {
public:
    using arithmetic_writer::arithmetic_writer;

protected:
    void write_view(const operation& of) {
        const std::int32_t from = needed(of, 0);
        // The elements are the same in any order of the axes, and so is their count.
        produce(of, "Reshape", {tensors_.read(from, tensors_.layout_of(from)), target_shape(from, result(of))}, {},
                layout::stored);
    }

    void write_joined(const operation& of) {
        const layout order = common_layout(of);
        std::int64_t axis = of.options.number<std::int32_t>(0);
        const auto rank = static_cast<std::int64_t>(tensors_.rank(result(of)));
        if (axis < 0) axis += rank;
        names read;
        for (const std::int32_t id : of.inputs) read.push_back(tensors_.read(id, order));
        produce(of, "Concat", read, {attribute::integer("axis", order == layout::stored ? axis : moved_axis(axis))},
                order, of.options.number<std::int8_t>(1));
    }

    void write_padded(const operation& of) {
        const std::int32_t from = needed(of, 0);
        const auto amounts = tensors_.integers(input(of, 1));
        const std::size_t rank = tensors_.rank(from);
        if (!amounts || amounts->size() != 2 * rank) return write_shaped(of);
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        dims pads(2 * rank);
        for (std::size_t i = 0; i < rank; ++i) {
            const auto axis = static_cast<std::int64_t>(i);
            const auto to = static_cast<std::size_t>(order == layout::stored ? axis : moved_axis(axis));
            pads[to] = (*amounts)[2 * i];
            pads[rank + to] = (*amounts)[2 * i + 1];
        }
        produce(of, "Pad", {tensors_.read(from, order), tensors_.constant(tensors_.name(result(of)) + "/pads", pads)},
                {attribute::word("mode", std::string(row_of(of.code).as))}, order);
    }

    void write_resized(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        require_rank(of, from, 4);
        require_rank(of, to, 4);
        const std::string sizes =
            tensors_.constant(tensors_.name(to) + "/sizes", tensors_.shape(to, layout::channels_second));
        produce(of, "Resize", {tensors_.read(from, layout::channels_second), "", "", sizes},
                {attribute::word("mode", std::string(row_of(of.code).as))}, layout::channels_second);
    }

    void write_transposition(const operation& of) {
        const std::int32_t from = needed(of, 0);
        auto order = tensors_.integers(input(of, 1));
        if (!order || order->size() != tensors_.rank(from)) return write_shaped(of);
        for (std::int64_t& axis : *order) {
            if (axis < 0) axis += static_cast<std::int64_t>(order->size());
            if (axis < 0 || axis >= static_cast<std::int64_t>(order->size())) refuse(of, "its order of axes is none");
            if (tensors_.moved(from)) axis = moved_axis(axis);
        }
        produce(of, "Transpose", {tensors_.read(from, tensors_.layout_of(from))}, {attribute::list("perm", *order)},
                layout::stored);
    }

    void write_gathering(const operation& of) {
        const bool looks_up = of.code == 7;
        const std::int32_t table = needed(of, looks_up ? 1 : 0), places = needed(of, looks_up ? 0 : 1);
        if (!looks_up && of.options.number<std::int32_t>(1) != 0) return write_shaped(of);
        produce(of, "Gather", {tensors_.read(table, layout::stored), tensors_.read(places, layout::stored)},
                {attribute::integer("axis", looks_up ? 0 : of.options.number<std::int32_t>(0))}, layout::stored);
    }

    /// Cuts `to` out of `from` from the given places on, in steps.
    void cut(const operation& of, dims starts, const dims& sizes, dims steps) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const layout order = tensors_.moved(from) && tensors_.rank(to) == 4 ? layout::channels_second : layout::stored;
        const auto rank = static_cast<std::int64_t>(starts.size());
        dims axes, ends, from_places, by;
        for (std::int64_t axis = 0; axis < rank; ++axis) {
            const auto i = static_cast<std::size_t>(axis);
            const std::int64_t extent = tensors_.extent(from, i);
            if (steps[i] == 1 && starts[i] == 0 && sizes[i] == extent) continue;
            axes.push_back(order == layout::stored ? axis : moved_axis(axis));
            from_places.push_back(starts[i]);
            by.push_back(steps[i]);
            std::int64_t end = starts[i] + (sizes[i] - 1) * steps[i] + (steps[i] > 0 ? 1 : -1);
            ends.push_back(end < 0 ? std::numeric_limits<std::int32_t>::min() : end);
        }
        const std::string& name = tensors_.name(to);
        const std::string in = tensors_.read(from, order);
        const bool same_rank = tensors_.rank(from) == tensors_.rank(to);
        const std::string cut_name = same_rank ? name : name + "/cut";
        const bool nothing = axes.empty();
        const names read =
            nothing
                ? names{in}
                : names{in, tensors_.constant(name + "/starts", from_places), tensors_.constant(name + "/ends", ends),
                        tensors_.constant(name + "/axes", axes), tensors_.constant(name + "/steps", by)};
        node(nothing ? "Identity" : "Slice", read, {cut_name});
        if (!same_rank) node("Reshape", {cut_name, target_shape(from, to)}, {name});
        tensors_.define(to, same_rank ? order : layout::stored);
    }

    void write_sliced(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const auto starts = tensors_.integers(input(of, 1));
        if (!starts || starts->size() != tensors_.rank(from) || tensors_.rank(to) != starts->size())
            return write_shaped(of);
        cut(of, *starts, tensors_.stored_shape(to), dims(starts->size(), 1));
    }

    void write_strided(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const auto starts = tensors_.integers(input(of, 1)), steps = tensors_.integers(input(of, 3));
        const auto mask = [&](unsigned field) { return of.options.number<std::int32_t>(field); };
        const std::int32_t begins = mask(0), gone = mask(4);
        if (!starts || !steps || starts->size() > 31 || mask(2) != 0 || mask(3) != 0 ||
            starts->size() != tensors_.rank(from) || steps->size() != starts->size())
            return write_shaped(of);
        dims first = *starts, sizes;
        std::size_t next = 0;
        for (std::size_t i = 0; i < first.size(); ++i) {
            const std::int64_t extent = tensors_.extent(from, i);
            const bool dropped = ((gone >> i) & 1) != 0;
            if ((*steps)[i] == 0) refuse(of, "a step is zero");
            if (((begins >> i) & 1) != 0) first[i] = (*steps)[i] > 0 ? 0 : extent - 1;
            if (first[i] < 0) first[i] += extent;
            first[i] = std::clamp<std::int64_t>(first[i], 0, std::max<std::int64_t>(extent - 1, 0));
            if (!dropped && next >= tensors_.rank(to)) return write_shaped(of);
            sizes.push_back(dropped ? 1 : tensors_.extent(to, next++));
        }
        cut(of, first, sizes, *steps);
    }

    void write_divided(const operation& of) {
        const bool has_sizes = of.code == 102;
        const std::int32_t from = needed(of, has_sizes ? 0 : 1);
        const auto stated = tensors_.integers(input(of, has_sizes ? 2 : 0));
        if (!stated || stated->empty()) return write_shaped(of);
        const auto rank = static_cast<std::int64_t>(tensors_.rank(from));
        std::int64_t axis = stated->front() < 0 ? stated->front() + rank : stated->front();
        if (axis < 0 || axis >= rank) refuse(of, "its axis is none");
        const layout order = tensors_.moved(from) ? layout::channels_second : layout::stored;
        dims sizes;
        names outputs;
        for (const std::int32_t id : of.outputs) {
            if (tensors_.rank(id) != tensors_.rank(from)) refuse(of, "an output has another rank");
            sizes.push_back(tensors_.extent(id, static_cast<std::size_t>(axis)));
            outputs.push_back(tensors_.name(id));
        }
        const std::string name = tensors_.name(result(of)) + "/sizes";
        node("Split", {tensors_.read(from, order), tensors_.constant(name, sizes)}, outputs,
             {attribute::integer("axis", order == layout::stored ? axis : moved_axis(axis))});
        for (const std::int32_t id : of.outputs) tensors_.define(id, order);
    }

    void write_packed(const operation& of) {
        names read;
        for (const std::int32_t id : of.inputs) {
            if (id < 0) refuse(of, "an input is left out");
            const std::string name = tensors_.name(result(of)) + "/" + std::to_string(read.size());
            dims extents = tensors_.stored_shape(id);
            extents.insert(extents.begin(), 1);
            node("Reshape", {tensors_.read(id, layout::stored), tensors_.constant(name + "/shape", extents)}, {name});
            read.push_back(name);
        }
        const std::string& name = tensors_.name(result(of));
        node("Concat", read, {name + "/joined"}, {attribute::integer("axis", 0)});
        produce(of, "Reshape",
                {name + "/joined", tensors_.constant(name + "/shape", tensors_.stored_shape(result(of)))}, {},
                layout::stored);
    }

    void write_unpacked(const operation& of) {
        const std::int32_t from = needed(of, 0);
        std::int64_t axis = of.options.number<std::int32_t>(1);
        if (axis < 0) axis += static_cast<std::int64_t>(tensors_.rank(from));
        names parts;
        for (const std::int32_t id : of.outputs) parts.push_back(tensors_.name(id) + "/part");
        node("Split",
             {tensors_.read(from, layout::stored),
              tensors_.constant(tensors_.name(result(of)) + "/sizes", dims(parts.size(), 1))},
             parts, {attribute::integer("axis", axis)});
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::int32_t id = of.outputs[i];
            node("Reshape", {parts[i], tensors_.constant(tensors_.name(id) + "/shape", tensors_.stored_shape(id))},
                 {tensors_.name(id)});
            tensors_.define(id, layout::stored);
        }
    }

    void write_blocks(const operation& of) {
        const std::int32_t image = needed(of, 0);
        require_rank(of, image, 4);
        produce(of, row_of(of.code).as, {tensors_.read(image, layout::channels_second)},
                {attribute::integer("blocksize", of.options.number<std::int32_t>(0))}, layout::channels_second);
    }

    /// Padded, then cut into a batch of smaller images: the same elements in another order.
    void write_to_batch(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const auto amounts = tensors_.integers(input(of, 2));
        const std::size_t rank = tensors_.rank(from);
        if (!amounts || rank < 3 || amounts->size() != 2 * (rank - 2)) return write_shaped(of);
        dims pads(2 * rank);
        for (std::size_t i = 0; i + 2 < rank; ++i) {
            pads[i + 1] = (*amounts)[2 * i];
            pads[rank + i + 1] = (*amounts)[2 * i + 1];
        }
        const std::string& name = tensors_.name(to);
        node("Pad", {tensors_.read(from, layout::stored), tensors_.constant(name + "/pads", pads)}, {name + "/padded"});
        produce(of, "Reshape", {name + "/padded", tensors_.constant(name + "/shape", tensors_.stored_shape(to))}, {},
                layout::stored);
    }

    void write_from_batch(const operation& of) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const auto blocks = tensors_.integers(input(of, 1)), crops = tensors_.integers(input(of, 2));
        const std::size_t rank = tensors_.rank(from);
        if (!blocks || !crops || rank < 3 || blocks->size() != rank - 2 || crops->size() != 2 * (rank - 2) ||
            tensors_.rank(to) != rank)
            return write_shaped(of);
        dims whole = tensors_.stored_shape(to), starts, ends, axes;
        for (std::size_t i = 0; i + 2 < rank; ++i) {
            whole[i + 1] = qutibench::detail::multiply(tensors_.extent(from, i + 1), (*blocks)[i]);
            starts.push_back((*crops)[2 * i]);
            ends.push_back(whole[i + 1] - (*crops)[2 * i + 1]);
            axes.push_back(static_cast<std::int64_t>(i) + 1);
        }
        const std::string& name = tensors_.name(to);
        node("Reshape", {tensors_.read(from, layout::stored), tensors_.constant(name + "/whole", whole)},
             {name + "/joined"});
        produce(of, "Slice",
                {name + "/joined", tensors_.constant(name + "/starts", starts), tensors_.constant(name + "/ends", ends),
                 tensors_.constant(name + "/axes", axes)},
                {}, layout::stored);
    }

    /// Repeats or spreads a tensor to the shape that the file states.
    void write_expanded(const operation& of) {
        const std::int32_t from = of.code == 94 ? needed(of, 1) : needed(of, 0), to = result(of);
        if (of.code == 69) {
            const auto repeats = tensors_.integers(input(of, 1));
            if (!repeats) return write_shaped(of);
            return produce(
                of, "Tile",
                {tensors_.read(from, layout::stored), tensors_.constant(tensors_.name(to) + "/repeats", *repeats)}, {},
                layout::stored);
        }
        produce(of, "Expand",
                {tensors_.read(from, layout::stored),
                 tensors_.constant(tensors_.name(to) + "/shape", tensors_.stored_shape(to))},
                {}, layout::stored);
    }

    /// Updates at their places in a tensor of zeros.
    void write_scattered(const operation& of) {
        const std::string& name = tensors_.name(result(of));
        node("ConstantOfShape", {tensors_.constant(name + "/shape", tensors_.stored_shape(result(of)))},
             {name + "/zeros"});
        produce(of, row_of(of.code).as,
                {name + "/zeros", tensors_.read(needed(of, 0), layout::stored),
                 tensors_.read(needed(of, 1), layout::stored)},
                {}, layout::stored);
    }

    /// A tensor with a part of it replaced; where is known when the model runs.
    void write_updated(const operation& of) {
        produce(of, row_of(of.code).as,
                {tensors_.read(needed(of, 0), layout::stored), tensors_.read(needed(of, 1), layout::stored)}, {},
                layout::stored);
    }

    void write_reversed(const operation& of) {
        const auto axes = tensors_.integers(input(of, 1));
        if (!axes) return write_unknown(of);
        const std::string& name = tensors_.name(result(of));
        produce(
            of, "Slice",
            {tensors_.read(needed(of, 0), layout::stored), tensors_.constant(name + "/starts", dims(axes->size(), -1)),
             tensors_.constant(name + "/ends", dims(axes->size(), std::numeric_limits<std::int32_t>::min())),
             tensors_.constant(name + "/axes", *axes), tensors_.constant(name + "/steps", dims(axes->size(), -1))},
            {}, layout::stored);
    }
};

}  // namespace qutibench::tflite
