// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ONNX models made of choices: every byte of a fuzzer's input chooses an operator, an operand, an attribute or a
/// shape, so that nearly all inputs are well-formed files whose graphs are valid, or wrong in a place or two.
#pragma once

#include <qutibench/io/onnx/operators.hpp>

#include <algorithm>
#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuzzing {

/// Choices out of a fuzzer's bytes; zeros after their end.
class choices {
public:
    explicit choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] bool are_left() const { return at_ < bytes_.size(); }
    [[nodiscard]] std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }
    /// One of `count` places, of which there may be more than a byte tells apart.
    [[nodiscard]] std::size_t below(std::size_t count) {
        const std::size_t high = count > 256 ? byte() : 0U;
        return (high * 256 + byte()) % count;
    }
    [[nodiscard]] bool one_in(std::size_t n) { return below(n) == n - 1; }
    template <class Range>
    [[nodiscard]] const auto& from(const Range& range) {
        return range[below(std::size(range))];
    }

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
};

using dims = std::vector<std::int64_t>;

inline constexpr std::string_view attribute_names[] = {"axis",
                                                       "perm",
                                                       "group",
                                                       "keepdims",
                                                       "channels_last",
                                                       "pads",
                                                       "kernel_shape",
                                                       "dtype",
                                                       "axes",
                                                       "to",
                                                       "strides",
                                                       "mode",
                                                       "shape",
                                                       "bits",
                                                       "alpha",
                                                       "allowzero",
                                                       "transB",
                                                       "transA",
                                                       "reduction",
                                                       "q_num_heads",
                                                       "kv_num_heads",
                                                       "output_padding",
                                                       "output_dtype",
                                                       "output_datatype",
                                                       "onesided",
                                                       "layout",
                                                       "k",
                                                       "hidden_size",
                                                       "equation",
                                                       "direction",
                                                       "dilations",
                                                       "coordinate_transformation_mode",
                                                       "ceil_mode",
                                                       "blocksize",
                                                       "block_size",
                                                       "auto_pad",
                                                       "activation",
                                                       "N",
                                                       "K",
                                                       "num_heads",
                                                       "update_rule",
                                                       "transBatchB",
                                                       "transBatchA",
                                                       "stopwords",
                                                       "split",
                                                       "size",
                                                       "start",
                                                       "end",
                                                       "scales",
                                                       "sample_size",
                                                       "qkv_hidden_sizes",
                                                       "pooled_shape",
                                                       "pixel_format",
                                                       "paddings",
                                                       "past_present_share_buffer",
                                                       "output_shape",
                                                       "num_scan_inputs",
                                                       "num_outputs",
                                                       "noop_with_empty_axes",
                                                       "new_axis",
                                                       "linear_before_reset",
                                                       "keep_aspect_ratio_policy",
                                                       "inverse",
                                                       "input_as_shape",
                                                       "gather_axis",
                                                       "fmod",
                                                       "extra_shape",
                                                       "expert_weight_bits",
                                                       "do_rotary",
                                                       "count_include_pad",
                                                       "broadcast",
                                                       "batch_dims",
                                                       "scan_input_axes",
                                                       "scan_output_axes",
                                                       "scan_input_directions",
                                                       "is_causal",
                                                       "value_int",
                                                       "value_ints",
                                                       "value_float",
                                                       "value_floats",
                                                       "min_gram_length",
                                                       "max_gram_length",
                                                       "ngram_indexes",
                                                       "sorted",
                                                       "largest",
                                                       "time_axis",
                                                       "batch_axis",
                                                       "epsilon",
                                                       "exclude_outside",
                                                       "num_groups",
                                                       "epsilon",
                                                       "simplified",
                                                       "storage_order",
                                                       "ratio",
                                                       "seed"};

inline constexpr std::string_view words[] = {
    "SAME_UPPER", "SAME_LOWER", "VALID",      "NOTSET", "reverse",    "bidirectional",
    "forward",    "linear",     "nearest",    "cubic",  "half_pixel", "tf_crop_and_resize",
    "asymmetric", "constant",   "reflect",    "edge",   "wrap",       "sum",
    "mean",       "none",       "add",        "mul",    "DCR",        "CRD",
    "RGB",        "Grayscale",  "TF",         "IDF",    "TFIDF",      "Relu",
    "Gelu",       "stretch",    "not_larger", ""};

inline constexpr std::string_view terms[] = {"i",
                                             "j",
                                             "k",
                                             "ij",
                                             "jk",
                                             "bij",
                                             "bjk",
                                             "...",
                                             "...ij",
                                             "...jk",
                                             "i...",
                                             "...i...",
                                             "ii",
                                             "bhid",
                                             "bhjd",
                                             "",
                                             "ijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
                                             "i j",
                                             "I",
                                             "1",
                                             ".",
                                             "..",
                                             "->",
                                             "->i"};

inline constexpr std::int64_t whole_numbers[] = {0,  1,  2,   3,   4,    5,    6,           7,           8,
                                                 16, -1, -2,  -3,  -9,   64,   100,         INT64_MAX,   INT64_MIN,
                                                 33, 32, 255, 256, 1023, 4096, (1LL << 31), -(1LL << 31)};
inline constexpr std::int64_t extents[] = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 1, 2, 3, 4, 0, -1, 224, 1LL << 40};
inline constexpr int types[] = {1, 7, 1, 6, 9, 1, 2, 3, 10, 11, 16, 8, 13, 14, 17, 21, 22, 0, 99};

/// Writes a model choice by choice; `finish` gives the file.
class made_onnx {
public:
    explicit made_onnx(choices& choose) : choose_(choose) {}

    [[nodiscard]] std::string finish() {
        const std::size_t functions = choose_.one_in(4) ? 1 + choose_.below(2) : 0;
        for (std::size_t i = 0; i < functions; ++i) write_function();
        const std::string graph = graph_of({}, 0);
        std::string file;
        protozero::pbf_writer out(file);
        out.add_int64(1, static_cast<std::int64_t>(choose_.from(ir_versions)));
        out.add_message(7, graph);
        for (const std::string_view domain : {"", "com.microsoft", "ai.onnx.ml", "local"})
            out.add_message(8, opset(domain, domain.empty() ? choose_.from(opsets) : 1));
        for (const std::string& one : functions_) out.add_message(25, one);
        return file;
    }

private:
    static constexpr int ir_versions[] = {8, 9, 3, 10, 1, 0};
    static constexpr int opsets[] = {17, 20, 13, 11, 21, 9, 7, 6, 1, 23};

    /// A value that a node may read.
    struct value {
        std::string name;
        dims shape;
    };

    [[nodiscard]] static std::string opset(std::string_view domain, std::int64_t version) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, domain.data(), domain.size());
        out.add_int64(2, version);
        return text;
    }

    [[nodiscard]] std::string fresh() { return "v" + std::to_string(next_++); }

    [[nodiscard]] dims shape() {
        if (choose_.below(3) != 0) {  // an image, as convolutions read it
            const std::int64_t side = 1 + static_cast<std::int64_t>(choose_.below(9));
            return {1, 1 + static_cast<std::int64_t>(choose_.below(8)), side, side};
        }
        dims all(choose_.below(6));
        for (std::int64_t& one : all) one = choose_.from(extents);
        return all;
    }

    [[nodiscard]] std::string type_of(int element, const dims& shape, bool is_open) {
        std::string extents_of;
        for (const std::int64_t one : shape) {
            std::string dimension;
            if (is_open && choose_.one_in(3))
                protozero::pbf_writer(dimension).add_string(2, choose_.one_in(2) ? "N" : "M");
            else
                protozero::pbf_writer(dimension).add_int64(1, one);
            protozero::pbf_writer(extents_of).add_message(1, dimension);
        }
        std::string tensor, kind;
        {
            protozero::pbf_writer out(tensor);
            out.add_int32(1, element);
            if (!choose_.one_in(20)) out.add_message(2, extents_of);
        }
        protozero::pbf_writer(kind).add_message(1, tensor);
        if (!choose_.one_in(30)) return kind;
        std::string inner, sequence;
        protozero::pbf_writer(inner).add_message(1, kind);
        protozero::pbf_writer(sequence).add_message(choose_.one_in(2) ? 4 : 9, inner);
        return sequence;
    }

    [[nodiscard]] std::string value_info(const std::string& name, const dims& shape, bool is_open) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, name);
        out.add_message(2, type_of(choose_.from(types), shape, is_open));
        return text;
    }

    /// A stored tensor: small integers that shapes may depend on, or weights of which only the shape counts.
    [[nodiscard]] std::string tensor(const std::string& name, const dims& shape, bool has_integers) {
        std::string text;
        protozero::pbf_writer out(text);
        for (const std::int64_t one : shape) out.add_int64(1, one);
        out.add_int32(2, has_integers ? 7 : choose_.from(types));
        out.add_string(8, name);
        if (!has_integers) {
            if (choose_.one_in(3)) out.add_bytes(9, std::string(choose_.below(64), '\x3f'));
            return text;
        }
        dims values(shape.empty() ? 1 : static_cast<std::size_t>(std::clamp<std::int64_t>(shape[0], 0, 9)));
        for (std::int64_t& one : values) one = number();
        out.add_packed_int64(7, values.begin(), values.end());
        return text;
    }

    [[nodiscard]] std::int64_t number() {
        return choose_.below(3) != 0 ? static_cast<std::int64_t>(choose_.below(6)) - 1 : choose_.from(whole_numbers);
    }

    [[nodiscard]] std::string integer_attribute(std::string_view name, const dims& all, bool is_list) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, name.data(), name.size());
        if (is_list)
            out.add_packed_int64(8, all.begin(), all.end());
        else
            out.add_int64(3, all[0]);
        out.add_int32(20, is_list ? 7 : 2);
        return text;
    }

    [[nodiscard]] std::string equation() {
        std::string text(choose_.from(terms));
        for (std::size_t i = choose_.below(3); i > 0; --i) text += "," + std::string(choose_.from(terms));
        if (choose_.below(3) != 0) text += "->" + std::string(choose_.from(terms));
        return text;
    }

    [[nodiscard]] std::string text_attribute(std::string_view name, const std::string& value) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, name.data(), name.size());
        out.add_string(4, value);
        out.add_int32(20, 3);
        return text;
    }

    /// An attribute of any kind under any name.
    [[nodiscard]] std::string attribute(std::size_t rank) {
        const std::string_view name = choose_.from(attribute_names);
        if (name == "equation") return text_attribute(name, equation());
        switch (choose_.below(6)) {
            case 0:
                return text_attribute(name, std::string(choose_.from(words)));
            case 1: {
                std::string text;
                protozero::pbf_writer out(text);
                out.add_string(1, name.data(), name.size());
                out.add_float(2, static_cast<float>(number()) * 0.5F);
                out.add_int32(20, 1);
                return text;
            }
            case 2:
                return integer_attribute(name, {number()}, false);
            case 3: {
                dims order(rank);
                for (std::size_t i = 0; i < rank; ++i) order[i] = static_cast<std::int64_t>((i + 1) % rank);
                return integer_attribute(name, order, true);
            }
            default:
                break;
        }
        dims all(choose_.one_in(3) ? choose_.below(9) : rank);
        for (std::int64_t& one : all) one = number();
        return integer_attribute(name, all, true);
    }

    [[nodiscard]] std::string graph_attribute(std::string_view name, const std::vector<value>& around, int depth) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, name.data(), name.size());
        out.add_message(6, graph_of(around, depth + 1));
        out.add_int32(20, 5);
        return text;
    }

    struct written_node {
        std::string type;
        std::string domain;
        std::vector<std::string> inputs;
        std::vector<std::string> attributes;
        std::size_t outputs = 1;
        dims shape;
    };

    [[nodiscard]] std::string constant(std::string& graph, const dims& shape, bool has_integers) {
        const std::string name = fresh();
        if (choose_.one_in(3)) {
            std::string attribute, node;
            {
                protozero::pbf_writer out(attribute);
                out.add_string(1, "value");
                out.add_message(5, tensor("", shape, has_integers));
                out.add_int32(20, 4);
            }
            protozero::pbf_writer out(node);
            out.add_string(2, name);
            out.add_string(4, "Constant");
            out.add_message(5, attribute);
            protozero::pbf_writer(graph).add_message(1, node);
        } else {
            protozero::pbf_writer(graph).add_message(5, tensor(name, shape, has_integers));
        }
        return name;
    }

    /// A node that reads `from` as its operator prescribes.
    [[nodiscard]] written_node well_formed(std::string& graph, const value& from) {
        const dims& in = from.shape;
        written_node one{"Relu", "", {from.name}, {}, 1, in};
        const bool is_image = in.size() == 4;
        switch (choose_.below(9)) {
            case 0:
            case 1: {
                if (!is_image) break;
                const std::int64_t out = 1 + static_cast<std::int64_t>(choose_.below(16)),
                                   k = choose_.one_in(2) ? 3 : 1;
                one.type = "Conv";
                one.inputs.push_back(constant(graph, {out, in[1], k, k}, false));
                one.attributes.push_back(integer_attribute("pads", {k / 2, k / 2, k / 2, k / 2}, true));
                one.shape = {in[0], out, in[2], in[3]};
                break;
            }
            case 2: {
                if (in.empty() || in.back() < 1) break;
                const std::int64_t out = 1 + static_cast<std::int64_t>(choose_.below(16));
                one.type = "MatMul";
                one.inputs.push_back(constant(graph, {in.back(), out}, false));
                one.shape.back() = out;
                break;
            }
            case 3:
                if (!is_image) break;
                one.type = choose_.one_in(2) ? "MaxPool" : "AveragePool";
                one.attributes = {integer_attribute("kernel_shape", {2, 2}, true),
                                  integer_attribute("strides", {1, 1}, true)};
                one.shape = {in[0], in[1], in[2] - 1, in[3] - 1};
                break;
            case 4: {
                dims order(in.size());
                for (std::size_t i = 0; i < in.size(); ++i) order[i] = static_cast<std::int64_t>((i + 1) % in.size());
                one.type = "Transpose";
                one.attributes = {integer_attribute("perm", order, true)};
                for (std::size_t i = 0; i < in.size(); ++i) one.shape[i] = in[(i + 1) % in.size()];
                break;
            }
            case 5: {
                one.type = "Flatten";
                std::int64_t all = 1;
                for (std::size_t i = 1; i < in.size(); ++i) all *= std::clamp<std::int64_t>(in[i], 1, 1000);
                one.shape = {in.empty() ? 1 : in[0], all};
                break;
            }
            case 6:
                one.type = choose_.one_in(2) ? "Add" : "Mul";
                one.inputs.push_back(choose_.one_in(2) ? from.name : constant(graph, {}, false));
                break;
            case 7:
                one.type = choose_.one_in(2) ? "ReduceMean" : "ReduceSum";
                one.attributes = {integer_attribute("keepdims", {1}, false)};
                one.shape.assign(in.size(), 1);
                break;
            default:
                one.type = choose_.one_in(2) ? "Sigmoid" : "Softmax";
                break;
        }
        return one;
    }

    /// Any operator on any operands, with any attributes.
    [[nodiscard]] written_node anything(std::string& graph, const std::vector<value>& known, int depth) {
        written_node one;
        if (!functions_.empty() && choose_.one_in(4)) {
            one.type = "f" + std::to_string(choose_.below(functions_.size()));
            one.domain = "local";
        } else if (depth < 3 && choose_.one_in(8)) {
            static constexpr std::string_view loops[] = {"If", "Loop", "Scan", "SequenceMap"};
            one.type = choose_.from(loops);
            if (one.type == "If") {
                one.attributes = {graph_attribute("then_branch", known, depth),
                                  graph_attribute("else_branch", known, depth)};
            } else {
                one.attributes = {graph_attribute("body", known, depth)};
                if (one.type == "Scan")
                    one.attributes.push_back(integer_attribute("num_scan_inputs", {number()}, false));
            }
        } else {
            const auto& entry = choose_.from(qutibench::onnx::operator_table);
            one.type = entry.name;
            one.domain = entry.domain;
        }
        for (std::size_t i = 1 + choose_.below(4); i > 0; --i) {
            if (choose_.one_in(3))
                one.inputs.push_back(choose_.one_in(2) ? constant(graph, {number()}, true)
                                                       : constant(graph, shape(), false));
            else if (choose_.one_in(16))
                one.inputs.emplace_back(choose_.one_in(2) ? "" : "nothing");
            else if (!known.empty())
                one.inputs.push_back(choose_.from(known).name);
        }
        const std::size_t rank = known.empty() ? 1 : known.back().shape.size();
        if (one.type == "Einsum") one.attributes.push_back(text_attribute("equation", equation()));
        for (std::size_t i = choose_.below(4); i > 0; --i) one.attributes.push_back(attribute(rank));
        one.outputs = choose_.one_in(3) ? choose_.below(5) : 1;
        one.shape = shape();
        return one;
    }

    void write(std::string& graph, const written_node& one, std::vector<value>& known) {
        std::string text;
        {
            protozero::pbf_writer out(text);
            for (const std::string& name : one.inputs) out.add_string(1, name);
            for (std::size_t i = 0; i < one.outputs; ++i) {
                known.push_back({choose_.one_in(64) ? "v0" : fresh(), one.shape});
                out.add_string(2, known.back().name);
            }
            if (choose_.one_in(4)) out.add_string(3, fresh());
            out.add_string(4, one.type);
            for (const std::string& attribute : one.attributes) out.add_message(5, attribute);
            if (!one.domain.empty()) out.add_string(7, one.domain);
        }
        protozero::pbf_writer(graph).add_message(1, text);
    }

    void write_nodes(std::string& graph, std::vector<value>& known, int depth) {
        for (std::size_t i = 1 + choose_.below(depth == 0 ? 12 : 3); i > 0 && choose_.are_left(); --i)
            write(graph,
                  !known.empty() && choose_.below(2) == 0 ? well_formed(graph, known.back())
                                                          : anything(graph, known, depth),
                  known);
    }

    [[nodiscard]] std::string graph_of(std::vector<value> known, int depth) {
        std::string graph;
        const std::size_t inputs = depth == 0 ? 1 + choose_.below(3) : choose_.below(4);
        for (std::size_t i = 0; i < inputs; ++i) {
            known.push_back({fresh(), shape()});
            protozero::pbf_writer(graph).add_message(11, value_info(known.back().name, known.back().shape, true));
        }
        write_nodes(graph, known, depth);
        if (choose_.one_in(8) && !known.empty())
            protozero::pbf_writer(graph).add_message(13, value_info(choose_.from(known).name, shape(), true));
        for (std::size_t i = 1 + choose_.below(3); i > 0 && !known.empty(); --i) {
            const value& one = i == 1 ? known.back() : choose_.from(known);
            protozero::pbf_writer(graph).add_message(12, value_info(one.name, one.shape, false));
        }
        return graph;
    }

    void write_function() {
        std::vector<value> known{{"a", {1, 4, 8, 8}}, {"b", {4}}};
        std::string nodes, text;
        write_nodes(nodes, known, 2);
        {
            protozero::pbf_writer out(text);
            out.add_string(1, "f" + std::to_string(functions_.size()));
            out.add_string(4, "a");
            out.add_string(4, "b");
            out.add_string(5, known.back().name);
            out.add_string(10, "local");
            out.add_message(9, opset("", choose_.from(opsets)));
        }
        protozero::pbf_reader reader(nodes);
        while (reader.next(1)) protozero::pbf_writer(text).add_message(7, std::string(reader.get_view()));
        functions_.push_back(std::move(text));
    }

    choices& choose_;
    std::vector<std::string> functions_;
    int next_ = 0;
};

}  // namespace fuzzing
