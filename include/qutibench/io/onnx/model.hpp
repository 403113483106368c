// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An ONNX model as its file states it (onnx.proto, https://github.com/onnx/onnx): nodes, initialisers, inputs,
/// outputs and local functions. Names are views into the file; weight data is never touched.
#pragma once

#include <qutibench/io/onnx/byte_source.hpp>
#include <qutibench/io/onnx/element_type.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench::onnx {

struct graph;

/// A dimension of a declared type: a number, a name, or neither.
struct declared_dimension {
    std::int64_t value = -1;  ///< below 0: not a number, or an invalid one
    bool stated = false;      ///< the file gives a number
    std::string_view name;
};

enum class type_kind : std::uint8_t { unknown, tensor, sequence, optional, map };

/// TypeProto: what the file says about an input, an output or an intermediate value.
struct declared_type {
    type_kind kind = type_kind::unknown;
    element_type element = element_type::undefined;
    bool has_shape = false;
    std::vector<declared_dimension> dims;
    std::unique_ptr<declared_type> inner;  ///< of a sequence or an optional
};

struct value_info {
    std::string_view name;
    declared_type type;
};

/// TensorProto without its data: `message` is where the whole tensor lies in the file, so that the values of a small
/// one can be decoded when a shape needs them.
struct tensor {
    std::string_view name;
    element_type type = element_type::undefined;
    std::vector<std::int64_t> dims;
    std::string_view message;
    bool external = false;  ///< the data lie in another file, which is never opened
    bool sparse = false;    ///< SparseTensorProto: `dims` are those of the dense tensor
};

/// AttributeProto.AttributeType; the list types GRAPHS, TENSORS and TYPE_PROTOS are read as `none`.
enum class attribute_type : std::uint8_t {
    none = 0,
    real = 1,
    integer = 2,
    text = 3,
    tensor = 4,
    graph = 5,
    reals = 6,
    integers = 7,
    texts = 8,
    type = 13,
};

struct attribute {
    std::string_view name;
    std::string_view reference;  ///< inside a local function: the name of the caller's attribute that stands here
    std::string_view text;
    std::int64_t integer = 0;
    float real = 0;
    attribute_type type = attribute_type::none;
    std::vector<std::int64_t> integers;
    std::vector<float> reals;
    std::vector<std::string_view> texts;
    std::unique_ptr<onnx::tensor> tensor;
    std::unique_ptr<onnx::graph> graph;
    std::unique_ptr<declared_type> declared;
};

/// More attributes than any standard operator has; beyond, they are sorted so that finding one stays fast.
inline constexpr std::size_t few_attributes = 32;

struct node {
    std::string_view name;
    std::string_view op_type;
    std::string_view domain;               ///< "" is ai.onnx
    std::string_view overload;             ///< tells local functions of one name apart
    std::vector<std::string_view> inputs;  ///< "" is an absent optional input
    std::vector<std::string_view> outputs;
    std::vector<attribute> attributes;  ///< by name where there are more than `few_attributes`
    std::size_t offset = 0;             ///< byte offset in the file
};

struct graph {
    std::string_view name;
    std::vector<node> nodes;
    std::vector<tensor> initialisers;
    std::vector<value_info> inputs;
    std::vector<value_info> outputs;
    std::vector<std::string_view> value_info_messages;  ///< undecoded; most models never need them
    std::vector<std::pair<std::string_view, std::string_view>> metadata;
};

struct opset_import {
    std::string_view domain;
    std::int64_t version = 0;
};

/// A model-local function: a sub-graph that a node calls by domain and name.
struct function {
    std::string_view domain;
    std::string_view name;
    std::string_view overload;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<attribute> defaults;  ///< attributes that have a default value
    std::vector<node> nodes;
    std::vector<opset_import> opsets;
};

/// A whole file. Movable; everything in it points into `source`.
struct model {
    std::shared_ptr<const byte_source> source;
    std::int64_t ir_version = 0;
    std::string_view producer;
    std::vector<opset_import> opsets;
    onnx::graph graph;
    std::vector<function> functions;
};

/// What a file may hold at most; past it the reader gives up with a parse_error instead of filling memory.
struct reader_limits {
    std::size_t entities = 2'000'000;  ///< nodes, attributes, initialisers, inputs and outputs together
    int depth = 64;                    ///< sub-graphs and types inside one another
    std::size_t rank = 32;             ///< dimensions of one tensor
};

/// "" and "ai.onnx" are the same domain.
[[nodiscard]] constexpr std::string_view normal_domain(std::string_view domain) {
    return domain == "ai.onnx" ? std::string_view() : domain;
}

}  // namespace qutibench::onnx
