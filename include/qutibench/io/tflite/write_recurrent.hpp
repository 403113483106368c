// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators of TFLite that look back in time, and convolutions of volumes.
#pragma once

#include <qutibench/io/tflite/write_layers.hpp>

namespace qutibench::tflite {

/// Sequences are read steps first; volumes have their channels second in between.
class recurrent_writer : public layer_writer {
public:
    using layer_writer::layer_writer;

protected:
    /// Inputs: the sequence, four matrices from it, four from the last output, three peepholes, four biases. Without
    /// the first matrix input and forget gates are coupled, and with a projection outputs are narrower: not written.
    void write_lstm(const operation& of) {
        if (input(of, 1) < 0 || input(of, 16) >= 0) return write_unknown(of);
        write_recurrence(of, {input(of, 2), input(of, 6), 4, of.options.number<std::uint8_t>(3) != 0});
    }

    /// Inputs: the sequence, then what an LSTM reads (17 tensors) for either end. Outputs: both, or one that joins
    /// them.
    void write_both_ways(const operation& of) {
        const std::int32_t aside = input(of, 39);
        if (input(of, 1) < 0 || input(of, 16) >= 0 || input(of, 33) >= 0 || aside >= 0) return write_unknown(of);
        write_recurrence(of, {input(of, 2), input(of, 6), 4, of.options.number<std::uint8_t>(4, 1) != 0, 2});
    }

    /// Inputs: the sequence or one step, a matrix from it, one from the last output, a bias, the state.
    void write_plain_recurrence(const operation& of) {
        const bool is_step = of.code == 24;
        write_recurrence(of, {input(of, 1), input(of, 2), 1, !is_step && of.options.number<std::uint8_t>(0) != 0});
    }

    /// SVDF: features by one matrix, then a filter over the last ones in time, then sums of `rank` filters each
    /// (Nakkiran et al., Interspeech 2015). Inputs: x, feature matrix, time filters, bias, state.
    void write_memory_filter(const operation& of) {
        const std::int32_t from = needed(of, 0), matrix = needed(of, 1), filters = needed(of, 2), to = result(of);
        require_rank(of, matrix, 2);
        require_rank(of, filters, 2);
        const std::int64_t count = tensors_.extent(matrix, 0), inputs = tensors_.extent(matrix, 1),
                           memory = tensors_.extent(filters, 1), rank = of.options.number<std::int32_t>(0, 1);
        if (rank < 1 || count % rank != 0 || tensors_.rank(from) != 2) return write_unknown(of);
        const std::string& name = tensors_.name(to);
        node("MatMul", {tensors_.read(from, layout::stored), tensors_.weight(matrix, {inputs, count}, "")},
             {name + "/features"});
        node("Reshape", {name + "/features", tensors_.constant(name + "/column", {0, count, 1})},
             {name + "/column_of"});
        node("Expand", {name + "/column_of", tensors_.constant(name + "/history", {1, count, memory})},
             {name + "/state"});
        node("Einsum", {name + "/state", tensors_.read(filters, layout::stored)}, {name + "/filtered"},
             {attribute::word("equation", "bfm,fm->bf")});
        std::string sums = name + "/filtered";
        if (rank > 1) {
            node("Reshape", {sums, tensors_.constant(name + "/ranks", {0, count / rank, rank})}, {name + "/by_rank"});
            node("ReduceSum", {name + "/by_rank", tensors_.constant(name + "/rank_axis", {2})}, {name + "/summed"},
                 {attribute::integer("keepdims", 0)});
            sums = name + "/summed";
        }
        const auto activation = of.options.number<std::int8_t>(1);
        if (input(of, 3) >= 0)
            return produce(of, "Add", {sums, tensors_.read(input(of, 3), layout::stored)}, {}, layout::stored,
                           activation);
        produce(of, "Identity", {sums}, {}, layout::stored, activation);
    }

    void write_volume(const operation& of) {
        const std::int32_t from = needed(of, 0), kernel = needed(of, 1);
        require_rank(of, from, 5);
        require_rank(of, kernel, 5);
        const dims k = tensors_.stored_shape(kernel);  // depth, height, width, inputs of a group, outputs
        if (k[3] < 1 || tensors_.extent(from, 4) % k[3] != 0) refuse(of, "its kernel does not fit the channels");
        attributes how = volume_of(of, k);
        how.push_back(padding_of(of));
        how.push_back(attribute::integer("group", tensors_.extent(from, 4) / k[3]));
        produce_volume(of, from, with_bias(of, {"", tensors_.weight(kernel, {k[4], k[3], k[0], k[1], k[2]}, "")}, 2),
                       how);
    }

    void write_turned_volume(const operation& of) {
        const std::int32_t kernel = needed(of, 1), from = needed(of, 2), to = result(of);
        require_rank(of, from, 5);
        require_rank(of, kernel, 5);
        require_rank(of, to, 5);
        const dims k = tensors_.stored_shape(kernel);  // depth, height, width, outputs, inputs
        attributes how = volume_of(of, k);
        how.push_back(
            attribute::list("output_shape", {tensors_.extent(to, 1), tensors_.extent(to, 2), tensors_.extent(to, 3)}));
        produce_volume(of, from, with_bias(of, {"", tensors_.weight(kernel, {k[4], k[3], k[0], k[1], k[2]}, "")}, 3),
                       how);
    }

private:
    /// What a recurrence multiplies with: matrices of one gate from the input and from the last output.
    struct recurrence {
        std::int32_t gate = -1, again = -1;
        std::int64_t gates = 1;
        bool steps_first = false;
        std::int64_t ends = 1;
    };

    void write_recurrence(const operation& of, const recurrence& with) {
        const std::int32_t from = needed(of, 0), to = result(of);
        const std::size_t rank = tensors_.rank(from);
        if (with.gate < 0 || with.again < 0 || (rank != 3 && rank != 2) || tensors_.rank(with.gate) != 2)
            return write_unknown(of);
        using qutibench::detail::multiply;
        const std::int64_t steps = rank == 2 ? 1 : tensors_.extent(from, with.steps_first ? 0 : 1),
                           batch = tensors_.extent(from, rank == 3 && with.steps_first ? 1 : 0),
                           cells = tensors_.extent(with.gate, 0), features = tensors_.extent(with.gate, 1),
                           width = multiply(with.gates, cells);
        const std::string& name = tensors_.name(to);
        const std::string sequence = name + "/sequence", weights = name + "/weights", recurrent = name + "/recurrent",
                          bias = name + "/bias", states = name + "/steps";
        node("Reshape",
             {tensors_.read(from, layout::stored), tensors_.constant(name + "/order", {steps, batch, features})},
             {sequence});
        out_.weight(weights, tensors_.of(with.gate).type, {with.ends, width, features});
        out_.weight(recurrent, tensors_.of(with.again).type, {with.ends, width, cells});
        out_.weight(bias, onnx::element_type::float32, {with.ends, multiply(2, width)});
        attributes how{attribute::integer("hidden_size", cells)};
        if (with.ends == 2) how.push_back(attribute::word("direction", "bidirectional"));
        node(row_of(of.code).as, {sequence, weights, recurrent, bias}, {states}, how);
        if (of.outputs.size() < 2 || with.ends == 1)
            return produce(of, "Reshape", {states, tensors_.constant(name + "/shape", tensors_.stored_shape(to))}, {},
                           layout::stored);
        names parts;
        for (const std::int32_t id : of.outputs) parts.push_back(tensors_.name(id) + "/part");
        node("Split", {states, tensors_.constant(name + "/sizes", dims(parts.size(), 1))}, parts,
             {attribute::integer("axis", 1)});
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::int32_t id = of.outputs[i];
            node("Reshape", {parts[i], tensors_.constant(tensors_.name(id) + "/shape", tensors_.stored_shape(id))},
                 {tensors_.name(id)});
            tensors_.define(id, layout::stored);
        }
    }

    /// Conv3DOptions of schema.fbs, whose widths stand before the heights.
    [[nodiscard]] static attributes volume_of(const operation& of, const dims& kernel) {
        const auto three = [&](unsigned depth, std::int32_t usual) {
            return dims{of.options.number<std::int32_t>(depth, usual),
                        of.options.number<std::int32_t>(depth + 2, usual),
                        of.options.number<std::int32_t>(depth + 1, usual)};
        };
        return {attribute::list("kernel_shape", {kernel[0], kernel[1], kernel[2]}),
                attribute::list("strides", three(1, 0)), attribute::list("dilations", three(5, 1))};
    }

    void produce_volume(const operation& of, std::int32_t from, names read, const attributes& how) {
        const std::int32_t id = result(of);
        const std::string& name = tensors_.name(id);
        const auto activation = of.options.number<std::int8_t>(4);
        read[0] = name + "/channels_second";
        node("Transpose", {tensors_.read(from, layout::stored)}, {read[0]}, {attribute::list("perm", {0, 4, 1, 2, 3})});
        node(row_of(of.code).as, read, {name + "/volume"}, how, "", name);
        const std::string last = activation == 0 ? name : name + "/before_activation";
        node("Transpose", {name + "/volume"}, {last}, {attribute::list("perm", {0, 2, 3, 4, 1})}, "", name + "/stored");
        tensors_.define(id, layout::stored);
        if (activation != 0) activate(last, name, activation);
    }
};

}  // namespace qutibench::tflite
