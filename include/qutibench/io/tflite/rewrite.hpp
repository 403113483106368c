// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rewrites a TFLite model with ONNX's operators, channels second where its layers want them, so that the importer has
/// one home for shapes, costs and layers.
#pragma once

#include <qutibench/io/tflite/write_state.hpp>

namespace qutibench::tflite {

/// Chooses what is written for each operator.
class rewriter : public state_writer {
public:
    using state_writer::state_writer;

    /// The model as an ONNX file without weights. Throws parse_error where an operator's tensors do not fit it.
    [[nodiscard]] std::string run(std::string_view name) {
        for (const std::int32_t id : source_.inputs)
            if (!tensors_.is_constant(id)) tensors_.enter(id, wanted_layout(id));
        for (const operation& one : source_.operations) write(one);
        for (const std::int32_t id : source_.outputs) {
            if (!tensors_.of(id).has_type) continue;
            if (tensors_.is_constant(id)) {
                node("Identity", {tensors_.read(id, layout::stored)}, {tensors_.name(id) + "/result"});
                out_.output(tensors_.name(id) + "/result", tensors_.of(id).type, tensors_.stored_shape(id));
                continue;
            }
            if (!tensors_.is_defined(id)) tensors_.enter(id, layout::stored);
            out_.output(tensors_.name(id), tensors_.of(id).type, tensors_.shape(id, tensors_.layout_of(id)));
        }
        return_variables();
        return out_.finish(name);
    }

private:
    /// Whether an operator works on images.
    [[nodiscard]] static bool is_spatial(const operation& of) {
        switch (row_of(of.code).how) {
            case rule::convolution:
            case rule::depthwise:
            case rule::transposed:
            case rule::pooling:
            case rule::resized:
            case rule::blocks:
                return true;
            default:
                return false;
        }
    }

    /// Inputs stand as the first reader behind a few that only follow wants them.
    [[nodiscard]] layout wanted_layout(std::int32_t id) const {
        constexpr int farthest = 8;
        for (int step = 0; step < farthest && tensors_.rank(id) == 4; ++step) {
            const auto reader =
                std::find_if(source_.operations.begin(), source_.operations.end(), [&](const auto& one) {
                    return std::find(one.inputs.begin(), one.inputs.end(), id) != one.inputs.end();
                });
            if (reader == source_.operations.end()) break;
            if (is_spatial(*reader)) return layout::channels_second;
            const rule how = row_of(reader->code).how;
            const bool follows = how == rule::unary || how == rule::converted || how == rule::binary ||
                                 how == rule::padded || how == rule::clip;
            if (!follows || reader->outputs.empty()) break;
            id = reader->outputs[0];
        }
        return layout::stored;
    }

    void write(const operation& of) {
        const rule how = row_of(of.code).how;
        if (how == rule::at_start) return;
        if (how == rule::kept) return write_kept(of);
        if (of.outputs.empty()) return write_unknown(of);
        switch (how) {
            case rule::unary:
                return write_unary(of);
            case rule::clip:
                return write_clip(of);
            case rule::binary:
                return write_binary(of);
            case rule::squared:
                return write_squared(of);
            case rule::convolution:
                return write_convolution(of);
            case rule::depthwise:
                return write_depthwise(of);
            case rule::transposed:
                return write_transposed(of);
            case rule::pooling:
                return write_pooling(of);
            case rule::dense:
                return write_dense(of);
            case rule::product:
                return write_product(of);
            case rule::reduction:
                return write_reduction(of);
            case rule::view:
                return write_view(of);
            case rule::joined:
                return write_joined(of);
            case rule::padded:
                return write_padded(of);
            case rule::softmax:
                return write_softmax(of);
            case rule::resized:
                return write_resized(of);
            case rule::transposition:
                return write_transposition(of);
            case rule::gathering:
                return write_gathering(of);
            case rule::sliced:
                return write_sliced(of);
            case rule::strided:
                return write_strided(of);
            case rule::divided:
                return write_divided(of);
            case rule::packed:
                return write_packed(of);
            case rule::unpacked:
                return write_unpacked(of);
            case rule::blocks:
                return write_blocks(of);
            case rule::to_batch:
                return write_to_batch(of);
            case rule::from_batch:
                return write_from_batch(of);
            case rule::converted:
                return write_converted(of);
            case rule::chosen:
                return write_chosen(of);
            case rule::top:
                return write_top(of);
            case rule::position:
                return write_position(of);
            case rule::expanded:
                return write_expanded(of);
            case rule::shaped:
                return write_shaped(of);
            case rule::normalized:
                return write_normalized(of);
            case rule::cumulative:
                return write_cumulative(of);
            case rule::reversed:
                return write_reversed(of);
            case rule::sequence_lstm:
                return write_lstm(of);
            case rule::both_ways:
                return write_both_ways(of);
            case rule::plain_recurrence:
                return write_plain_recurrence(of);
            case rule::volume:
                return write_volume(of);
            case rule::turned_volume:
                return write_turned_volume(of);
            case rule::added:
                return write_added(of);
            case rule::scattered:
                return write_scattered(of);
            case rule::updated:
                return write_updated(of);
            case rule::random:
                return write_random(of);
            case rule::handle:
                return write_handle(of);
            case rule::recalled:
                return write_recalled(of);
            case rule::memory_filter:
                return write_memory_filter(of);
            case rule::kept:
            case rule::at_start:
            case rule::unknown:
                return write_unknown(of);
        }
    }
};

}  // namespace qutibench::tflite
