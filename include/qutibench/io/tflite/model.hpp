// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A TFLite model as its file states it: the tables of schema.fbs (LiteRT, version 3) that matter for shapes and
/// counts. Of weights only their shape is read; small integer constants keep their place, since shapes depend on them.
/// Subgraphs that are called, or that say what a composite operator consists of, stand in their callers' place.
#pragma once

#include <qutibench/io/onnx/element_type.hpp>
#include <qutibench/io/text.hpp>
#include <qutibench/io/tflite/flatbuffer.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qutibench::tflite {

/// Whether a file is a TFLite model: its identifier stands at byte 4.
[[nodiscard]] inline bool is_model(std::string_view bytes) {
    return bytes.size() >= 8 && bytes.substr(4, 4) == "TFL3";
}

/// Throws parse_error where it does not.
inline void require_model(std::string_view bytes, const std::string& source) {
    if (!is_model(bytes)) throw parse_error(source, "byte 4", "this is no TFLite model: 'TFL3' should stand here");
}

struct tensor {
    std::string name{};
    std::vector<std::int32_t> shape{};
    onnx::element_type type = onnx::element_type::undefined;
    bool has_type = true;       ///< false for resources and variants
    bool is_constant = false;   ///< the file holds its values
    bool is_variable = false;   ///< kept from call to call
    flatbuffer::extent data{};  ///< where the values lie
};

struct operation {
    std::int32_t code = 0;                          ///< BuiltinOperator of schema.fbs
    std::string custom{};                           ///< name of a custom operator
    std::vector<std::int32_t> inputs{}, outputs{};  ///< numbers of tensors; -1: left out
    flatbuffer::table options{};
};

struct model {
    std::vector<tensor> tensors{};
    std::vector<operation> operations{};
    std::vector<std::int32_t> inputs{}, outputs{};
    std::size_t subgraphs = 0;
};

namespace detail {

using qutibench::detail::message;

/// TensorType of schema.fbs.
[[nodiscard]] inline std::optional<onnx::element_type> element_of(std::int8_t type) {
    using enum onnx::element_type;
    constexpr onnx::element_type types[] = {float32,  float16,   int32,     uint8,        int64,     string,
                                            boolean,  int16,     complex64, int8,         float64,   complex128,
                                            uint64,   undefined, undefined, uint32,       uint16,    int4,
                                            bfloat16, int2,      uint4,     float8e4m3fn, float8e5m2};
    const auto index = static_cast<std::size_t>(static_cast<unsigned char>(type));
    if (index >= std::size(types) || types[index] == undefined) return std::nullopt;
    return types[index];
}

/// Reads the tables of a model. Throws parse_error with the byte offset of what is broken.
class model_reader {
public:
    explicit model_reader(const flatbuffer::buffer& file) : file_(file), root_(file.root()) {}

    [[nodiscard]] model read() {
        if (const auto version = root_.number<std::uint32_t>(0); version != 3)
            file_.fail(root_.place(), message({"this is version ", static_cast<std::int64_t>(version),
                                               " of TFLite's format; version 3 is known"}));
        const flatbuffer::extent graphs = root_.vector(2, 4);
        if (graphs.size == 0) file_.fail(root_.place(), "the model holds no subgraph");
        read_codes();
        model made;
        made.subgraphs = graphs.size;
        const flatbuffer::table main = root_.element(graphs, 0);
        std::vector<std::int32_t> ids(main.vector(0, 4).size, -1);
        read_tensors(main, ids, made);
        read_operations(main, ids, made, 0);
        made.inputs = main.numbers<std::int32_t>(1);
        made.outputs = main.numbers<std::int32_t>(2);
        for (const std::int32_t one : made.inputs) check(one, made.tensors.size(), main.place(), false);
        for (const std::int32_t one : made.outputs) check(one, made.tensors.size(), main.place(), false);
        return made;
    }

private:
    struct code {
        std::int32_t builtin;
        std::string custom;
    };

    void read_codes() {
        const flatbuffer::extent all = root_.vector(1, 4);
        for (std::uint32_t i = 0; i < all.size; ++i) {
            const flatbuffer::table one = root_.element(all, i);
            // Before there were more than 127 operators the number stood in a byte (schema.fbs, version 3a).
            const std::int32_t builtin =
                std::max<std::int32_t>(one.number<std::int8_t>(0), one.number<std::int32_t>(3));
            codes_.push_back({builtin, name_of(one.text(1), one.place())});
        }
    }

    /// Tensors of a graph that have no number yet; `ids` are those of all of them afterwards.
    void read_tensors(const flatbuffer::table& graph, std::vector<std::int32_t>& ids, model& made) {
        const flatbuffer::extent buffers = root_.vector(4, 4), all = graph.vector(0, 4);
        made.tensors.reserve(made.tensors.size() + all.size);
        for (std::uint32_t i = 0; i < all.size; ++i) {
            if (ids[i] >= 0) continue;
            ids[i] = static_cast<std::int32_t>(made.tensors.size());
            const flatbuffer::table from = graph.element(all, i);
            tensor& one = made.tensors.emplace_back();
            one.shape = from.numbers<std::int32_t>(0);
            for (const std::int32_t extent : one.shape)
                if (extent < -1) file_.fail(from.place(), message({"a dimension of this tensor is ", extent}));
            const auto type = element_of(from.number<std::int8_t>(1));
            one.has_type = type.has_value();
            one.type = type.value_or(onnx::element_type::undefined);
            one.name = name_of(from.text(3), from.place());
            one.is_variable = from.number<std::uint8_t>(5) != 0;
            const auto buffer = from.number<std::uint32_t>(2);
            if (buffer >= buffers.size && buffer != 0) file_.fail(from.place(), "this tensor's buffer is not there");
            if (buffer == 0 || buffer >= buffers.size) continue;
            const flatbuffer::table data = root_.element(buffers, buffer);
            one.data = data.vector(0, 1);
            // Files above 2 GiB keep values behind the tables, at an offset.
            one.is_constant = one.data.size > 0 || data.number<std::uint64_t>(1) > 1;
        }
    }

    void read_operations(const flatbuffer::table& graph, const std::vector<std::int32_t>& ids, model& made, int depth) {
        const flatbuffer::extent all = graph.vector(3, 4);
        made.operations.reserve(made.operations.size() + all.size);
        for (std::uint32_t i = 0; i < all.size; ++i) {
            const flatbuffer::table from = graph.element(all, i);
            const auto index = from.number<std::uint32_t>(0);
            if (index >= codes_.size()) file_.fail(from.place(), "this operator's code is not there");
            operation one{codes_[index].builtin, codes_[index].custom, from.numbers<std::int32_t>(1),
                          from.numbers<std::int32_t>(2)};
            if (from.number<std::uint8_t>(3) != 0) one.options = from.child(4);
            for (std::int32_t& id : one.inputs) {
                check(id, ids.size(), from.place(), true);
                if (id >= 0) id = ids[static_cast<std::size_t>(id)];
            }
            for (std::int32_t& id : one.outputs) {
                check(id, ids.size(), from.place(), false);
                id = ids[static_cast<std::size_t>(id)];
            }
            constexpr std::int32_t call = 31, composite = 206;
            const std::int64_t called = one.code == call        ? one.options.number<std::uint32_t>(0)
                                        : one.code == composite ? from.child(12).number<std::int32_t>(1)
                                                                : 0;
            if (called > 0 && read_called(called, one, made, depth + 1)) continue;
            made.operations.push_back(std::move(one));
        }
    }

    /// Reads a subgraph in the place of the operator that calls it; false where it does not fit the call.
    bool read_called(std::int64_t index, const operation& by, model& made, int depth) {
        constexpr int deepest = 16;
        const flatbuffer::extent graphs = root_.vector(2, 4);
        if (index >= graphs.size || depth > deepest) return false;
        const flatbuffer::table graph = root_.element(graphs, static_cast<std::uint32_t>(index));
        const auto inputs = graph.numbers<std::int32_t>(1), outputs = graph.numbers<std::int32_t>(2);
        if (inputs.size() != by.inputs.size() || outputs.size() != by.outputs.size()) return false;
        std::vector<std::int32_t> ids(graph.vector(0, 4).size, -1);
        for (const auto* list : {&inputs, &outputs})
            for (const std::int32_t id : *list) check(id, ids.size(), graph.place(), false);
        for (std::size_t i = 0; i < inputs.size(); ++i) ids[static_cast<std::size_t>(inputs[i])] = by.inputs[i];
        std::vector<operation> passed;  // outputs that are inputs, or an output before
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            std::int32_t& id = ids[static_cast<std::size_t>(outputs[i])];
            if (id < 0)
                id = by.outputs[i];
            else
                passed.push_back({.code = 22, .inputs = {id}, .outputs = {by.outputs[i]}});  // RESHAPE
        }
        read_tensors(graph, ids, made);
        read_operations(graph, ids, made, depth);
        for (operation& one : passed) made.operations.push_back(std::move(one));
        return true;
    }

    void check(std::int32_t id, std::size_t count, std::uint64_t place, bool may_be_absent) const {
        if (id == -1 && may_be_absent) return;
        if (id < 0 || static_cast<std::size_t>(id) >= count) file_.fail(place, message({"there is no tensor ", id}));
    }

    [[nodiscard]] std::string name_of(std::string_view text, std::uint64_t place) const {
        if (!qutibench::detail::is_utf8(text)) file_.fail(place, "a name is not in UTF-8");
        return std::string(text);
    }

    const flatbuffer::buffer& file_;
    flatbuffer::table root_;
    std::vector<code> codes_;
};

}  // namespace detail

}  // namespace qutibench::tflite
