// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/onnx/count.hpp>
#include <qutibench/io/onnx/reader.hpp>
#include <qutibench/io/save_onnx.hpp>
#include <qutibench/network/operator_layer.hpp>
#include <qutibench/network/zoo/registry.hpp>
#include <qutibench/transform/fuse.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>
#include <qutibench/transform/sparsify.hpp>

#include "catch.hpp"

#include <cstring>
#include <map>
#include <set>

using namespace qutibench;

namespace {

using integers = std::vector<std::int64_t>;

/// A written graph, read back.
struct written {
    explicit written(const graph& net, const onnx_settings& settings = {})
        : bytes(to_onnx(net, settings)), model(onnx::read_view(std::as_bytes(std::span(bytes)))) {}

    [[nodiscard]] const onnx::node& node(std::string_view op, int which = 0) const {
        for (const onnx::node& one : model.graph.nodes)
            if (one.op_type == op && which-- == 0) return one;
        throw std::runtime_error("there is no " + std::string(op));
    }
    [[nodiscard]] int count(std::string_view op) const {
        int found = 0;
        for (const onnx::node& one : model.graph.nodes) found += one.op_type == op ? 1 : 0;
        return found;
    }
    [[nodiscard]] const onnx::tensor& stored(std::string_view name) const {
        for (const onnx::tensor& one : model.graph.initialisers)
            if (one.name == name) return one;
        throw std::runtime_error("there is no tensor " + std::string(name));
    }
    template <class Element>
    [[nodiscard]] std::vector<Element> values(const onnx::tensor& of) const {
        std::string_view raw;
        onnx::detail::wire(bytes, "bytes").walk(of.message, [&](onnx::detail::field f) { return f.text(9, raw); });
        std::vector<Element> all(raw.size() / sizeof(Element));
        std::memcpy(all.data(), raw.data(), raw.size());
        return all;
    }

    std::string bytes;
    onnx::model model;
};

integers list_of(const onnx::node& one, std::string_view name) {
    for (const onnx::attribute& setting : one.attributes)
        if (setting.name == name) return setting.integers;
    return {};
}

std::int64_t number_of(const onnx::node& one, std::string_view name) {
    for (const onnx::attribute& setting : one.attributes)
        if (setting.name == name) return setting.integer;
    return -1;
}

graph with_layer(any_layer layer, const shape& in) {
    graph net("one");
    net.output(net.add(std::move(layer), {net.input(in, "image")}, "layer"));
    return net;
}

integers pads_of(any_layer layer, const shape& in, std::string_view op) {
    const written file(with_layer(std::move(layer), in));
    return list_of(file.node(op), "pads");
}

template <class Error>
std::string refusal(const graph& net, const onnx_settings& settings = {}) {
    try {
        static_cast<void>(to_onnx(net, settings));
    } catch (const Error& wrong) {
        return wrong.what();
    }
    return "";
}

/// The model of a graph, its weights left out.
struct without_weights {
    explicit without_weights(const graph& net) {
        const onnx_writer::model_file file(net, {.external_weights = true}, "weights");
        onnx_writer::string_sink sink{bytes};
        file.write_model(sink);
    }
    std::string bytes;
};

}  // namespace

TEST_CASE("every network of the zoo is written in the shapes of its graph, before and after pruning") {
    for (const zoo::entry& one : zoo::entries())
        for (const bool pruned : {false, true}) {
            const graph net = pruned ? prune(one.build(1.0), 0.5) : one.build(1.0);
            CAPTURE(one.name, pruned);
            const without_weights file(net);
            const onnx::model model = onnx::read_view(std::as_bytes(std::span(file.bytes)));
            CHECK(model.ir_version == 8);
            REQUIRE(model.opsets.size() == 1);
            CHECK(model.opsets[0].version == 17);
            const onnx::inferred found = onnx::infer(model);
            std::map<std::string_view, const onnx::facts*> by_name;
            for (const onnx::value_record& value : found.values) by_name[value.name] = &value.facts;
            for (const node& layer : net.nodes()) {
                CAPTURE(layer.name);
                REQUIRE(by_name.count(layer.name) == 1);
                std::vector<std::int64_t> dims;
                for (const onnx::dimension dim : by_name[layer.name]->dims) dims.push_back(dim.value());
                CHECK(shape(dims) == layer.outputs[0]);
            }
            const std::vector<tensor> results = net.outputs();
            REQUIRE(found.outputs.size() == results.size());
            for (std::size_t i = 0; i < results.size(); ++i)
                CHECK(found.values[found.outputs[i]].name ==
                      net.nodes()[static_cast<std::size_t>(results[i].node)].name);
        }
}

TEST_CASE("a written file has the multiply-accumulates, weights and parameters of its graph") {
    for (const zoo::entry& one : zoo::entries())
        for (const bool pruned : {false, true}) {
            const graph net = pruned ? prune(one.build(1.0), 0.5) : one.build(1.0);
            CAPTURE(one.name, pruned);
            const without_weights file(net);
            const onnx::model model = onnx::read_view(std::as_bytes(std::span(file.bytes)));
            const onnx::inferred inferred = onnx::infer(model);
            const onnx::counts found = onnx::count(inferred);
            layer_cost sum;
            for (const node& layer : std::as_const(net).nodes()) {
                sum.macs += layer.cost.macs;
                if (layer.shares_weights_with >= 0) continue;
                sum.weights += layer.cost.weights;
                sum.parameters += layer.cost.parameters;
            }
            CHECK(found.macs == sum.macs);
            CHECK(found.weights == sum.weights);
            CHECK(found.parameters == sum.parameters);
            CHECK(found.uncounted.empty());
        }
}

TEST_CASE("names inside a written graph are unique and every input was written before") {
    const written file(zoo::build("swin_t"));
    std::set<std::string_view> known{""};
    for (const auto& one : file.model.graph.initialisers) CHECK(known.insert(one.name).second);
    for (const auto& one : file.model.graph.inputs) CHECK(known.insert(one.name).second);
    std::set<std::string_view> nodes;
    for (const auto& one : file.model.graph.nodes) {
        CHECK(nodes.insert(one.name).second);
        for (const auto input : one.inputs) CHECK(known.count(input) == 1);
        for (const auto output : one.outputs) CHECK(known.insert(output).second);
    }
}

TEST_CASE("the same graph and seed give the same bytes, in memory and on disk") {
    const graph net = zoo::build("squeezenet1_1");
    const std::string bytes = to_onnx(net);
    CHECK(to_onnx(net) == bytes);
    CHECK(to_onnx(net, {.seed = 1}) != bytes);
    CHECK(to_onnx(net, {.seed = 1}).size() == bytes.size());
    const std::string path = "save_onnx_test.onnx";
    save_onnx(net, path);
    CHECK(detail::read_file(path) == bytes);
    std::remove(path.c_str());
}

TEST_CASE("external weights lie in a second file, end to end") {
    const graph net = zoo::build("squeezenet1_1");
    const std::string path = "save_onnx_external.onnx";
    save_onnx(net, path, {.external_weights = true});
    const onnx::model model = onnx::read(path);
    std::size_t outside = 0;
    for (const onnx::tensor& one : model.graph.initialisers) {
        std::size_t elements = 1;
        for (const std::int64_t extent : one.dims) elements *= static_cast<std::size_t>(extent);
        CHECK(one.external == (one.type == onnx::element_type::float32 && elements * 4 >= 1024));
        outside += one.external ? elements * 4 : 0;
    }
    CHECK(outside > 4'900'000);
    CHECK(detail::read_file(path + ".data").size() == outside);
    std::remove(path.c_str());
    std::remove((path + ".data").c_str());
    CHECK_THROWS_AS(to_onnx(net, {.external_weights = true}), invalid_argument);
}

TEST_CASE("weights are finite, spread by the fan-in, and sparse where the graph is") {
    const graph net = with_layer(dense{.out_features = 256}, {1, 768});
    const written file(net);
    const auto& tensor = file.stored("layer/weight");
    CHECK(tensor.dims == integers{768, 256});
    const auto dense_values = file.values<float>(tensor);
    REQUIRE(dense_values.size() == 768 * 256);
    double mean = 0, square = 0;
    for (const float one : dense_values) {
        mean += static_cast<double>(one) / 196608;
        square += static_cast<double>(one) * static_cast<double>(one) / 196608;
    }
    CHECK(std::abs(mean) < 1e-3);
    CHECK(square == Approx(1.0 / 768).epsilon(0.02));

    const written halved(sparsify(net, 0.25));
    const auto some = halved.values<float>(halved.stored("layer/weight"));
    const auto zeros = static_cast<double>(std::count(some.begin(), some.end(), 0.0F));
    CHECK(zeros / 196608 == Approx(0.75).epsilon(0.01));

    // 2:4 along the axis that is summed over: features of a dense layer, input channels of a convolution.
    const written two_of_four(sparsify(net, 2, 4));
    const auto pattern = two_of_four.values<float>(two_of_four.stored("layer/weight"));
    const written conv(sparsify(with_layer(convolution_2d{.out_channels = 3, .kernel = {3, 3}}, {1, 8, 8, 8}), 2, 4));
    const auto kernels = conv.values<float>(conv.stored("layer/weight"));
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if ((pattern[i] != 0) != (i / 256 % 4 < 2)) FAIL("element " << i);
    for (std::size_t i = 0; i < kernels.size(); ++i)
        if ((kernels[i] != 0) != (i / 9 % 4 < 2)) FAIL("element " << i);
}

TEST_CASE("padding is written side by side, as ONNX and TensorFlow place it") {
    const convolution_2d upper{.out_channels = 4, .kernel = {3, 2}, .stride = {2, 1}, .padding = same};
    CHECK(pads_of(upper, {1, 2, 8, 8}, "Conv") == integers{0, 0, 1, 1});
    const convolution_2d lower{.out_channels = 4, .kernel = {3, 2}, .stride = {2, 1}, .padding = same_lower};
    CHECK(pads_of(lower, {1, 2, 8, 8}, "Conv") == integers{1, 1, 0, 0});
    const convolution_2d given{
        .out_channels = 4, .kernel = {3, 3}, .padding = padding<2>::explicit_sides({0, 1}, {2, 3})};
    CHECK(pads_of(given, {1, 2, 8, 8}, "Conv") == integers{0, 1, 2, 3});
    // Rounding up: 7 -> ceil((7 - 2) / 2) + 1 = 4 positions reach one element past the input.
    CHECK(pads_of(pooling_2d{.kernel = {2, 2}, .stride = {2, 2}, .ceil = true}, {1, 2, 7, 8}, "MaxPool") ==
          integers{0, 0, 1, 0});
    const transposed_convolution_2d wide{.out_channels = 2, .kernel = {3, 1}, .stride = {2, 2}, .padding = same};
    const written file(with_layer(wide, {1, 2, 8, 8}));
    CHECK(list_of(file.node("ConvTranspose"), "pads") == integers{0, 0, 1, 0});
    CHECK(list_of(file.node("ConvTranspose"), "output_padding") == integers{0, 1});
    const pooling_2d average{
        .kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}, .function = pooling_function::average};
    CHECK(number_of(written(with_layer(average, {1, 2, 8, 8})).node("AveragePool"), "count_include_pad") == 1);
}

TEST_CASE("grouped and depthwise kernels have the channels of one group") {
    const convolution_2d grouped{.out_channels = 8, .kernel = {3, 3}, .groups = 4, .bias = true};
    const written file(with_layer(grouped, {1, 16, 8, 8}));
    CHECK(file.stored("layer/weight").dims == integers{8, 4, 3, 3});
    CHECK(file.stored("layer/bias").dims == integers{8});
    CHECK(number_of(file.node("Conv"), "group") == 4);
    const written each(with_layer(convolution_2d{.kernel = {3, 3}, .groups = depthwise}, {1, 16, 8, 8}));
    CHECK(each.stored("layer/weight").dims == integers{16, 1, 3, 3});
    const written back(
        with_layer(transposed_convolution_2d{.out_channels = 8, .kernel = {3, 3}, .groups = 4}, {1, 16, 8, 8}));
    CHECK(back.stored("layer/weight").dims == integers{16, 2, 3, 3});
}

TEST_CASE("tied weights are one tensor, transposed where the other layer needs that") {
    graph net("tied");
    const tensor ids = net.input({1, 6}, "ids");
    const tensor words = net.add(embedding{.rows = 50, .width = 8}, {ids}, "table");
    const tensor first = net.add(dense{.out_features = 8, .bias = true}, {words}, "first");
    const tensor second = net.add(dense{.out_features = 8, .bias = true}, {first}, "second");
    net.share_weights(first, second);
    const tensor scores = net.add(dense{.out_features = 50}, {second}, "scores");
    net.share_weights(words, scores);
    const written file(net);
    int stored = 0;
    for (const auto& one : file.model.graph.initialisers) stored += one.dims.size() == 2 ? 1 : 0;
    CHECK(stored == 2);
    CHECK(file.node("MatMul", 0).inputs[1] == "first/weight");
    CHECK(file.node("MatMul", 1).inputs[1] == "first/weight");
    CHECK(file.node("Add", 1).inputs[1] == "first/bias");
    CHECK(file.node("Transpose").inputs[0] == "table/weight");
    CHECK(file.node("MatMul", 2).inputs[1] == file.node("Transpose").outputs[0]);

    const tensor other = net.add(dense{.out_features = 3}, {second}, "other");
    net.share_weights(first, other);
    CHECK(refusal<shape_error>(net) == "layer 'other' shares the weights of 'first', but needs 8x3 and not 8x8");
}

TEST_CASE("indices are integers from where they enter to where they are read") {
    graph net("indices");
    const tensor ids = net.input({2, 6}, "ids");
    const tensor cut = net.add(slice{.axis = 1, .begin = 1, .end = 4}, {ids}, "cut");
    net.output(net.add(embedding{.rows = 30, .width = 4}, {cut}, "table"));
    net.output(net.add(dense{.out_features = 3}, {ids}, "real"));
    const tensor table = net.add(parameter{{5, 5}, false}, {}, "offsets");
    net.output(net.add(embedding{.rows = 7, .width = 2}, {table}, "relative"));
    net.output(net.add(embedding{.rows = 9, .width = 2}, {net.find("real")}, "computed"));
    const written file(net);
    CHECK(file.model.graph.inputs[0].type.element == onnx::element_type::int64);
    CHECK(file.node("Gather").inputs[1] == "cut");
    CHECK(file.node("Cast").inputs[0] == "ids");
    CHECK(file.node("Gemm").inputs[0] == file.node("Cast").outputs[0]);
    CHECK(file.node("Mod").inputs[0] == file.node("Cast", 1).outputs[0]);
    CHECK(file.node("Gather", 2).inputs[1] == file.node("Mod").outputs[0]);
    CHECK(onnx::count(onnx::infer(file.model)).parameters == 30 * 4 + 6 * 3 + 7 * 2 + 9 * 2);
    const onnx::tensor& value = *file.node("Constant").attributes.at(0).tensor;
    CHECK(value.type == onnx::element_type::int64);
    const auto rows = file.values<std::int64_t>(value);
    REQUIRE(rows.size() == 25);
    CHECK(*std::min_element(rows.begin(), rows.end()) >= 0);
    CHECK(*std::max_element(rows.begin(), rows.end()) < 7);
}

TEST_CASE("attention is written as its two products; grouped heads broadcast, the cache is an input") {
    graph net("attention");
    const tensor q = net.input({2, 3, 32}, "q");
    const tensor kv = net.input({2, 5, 16}, "kv");
    net.output(net.add(attention{.heads = 4, .key_heads = 2, .cached = 7}, {q, kv, kv}, "read"));
    const written file(net);
    REQUIRE(file.model.graph.inputs.size() == 4);
    CHECK(file.model.graph.inputs[2].name == "read/past_key");
    CHECK(file.model.graph.inputs[3].name == "read/past_value");
    CHECK(file.model.graph.inputs[3].type.dims[1].value == 7);
    CHECK(file.count("MatMul") == 2);
    const onnx::inferred found = onnx::infer(file.model);
    for (const onnx::operation& one : found.operations) {
        if (one.op->op_type != "Softmax") continue;
        std::vector<std::int64_t> dims;
        for (const onnx::dimension dim : found.of(one.outputs[0]).dims) dims.push_back(dim.value());
        CHECK(dims == integers{2, 2, 2, 3, 12});  // batch, key heads, heads for each, queries, keys
    }
}

TEST_CASE("an output that is an input or stored gets a tensor of its own, a repeated one is one output") {
    graph net("outputs");
    const tensor in = net.input({1, 4}, "x");
    const tensor held = net.add(parameter{{1, 4}}, {}, "held");
    const tensor sum = net.add(elementwise{}, {in, held}, "sum");
    for (const tensor& one : {in, held, sum, sum}) net.output(one);
    const written file(net);
    REQUIRE(file.model.graph.outputs.size() == 3);
    CHECK(file.model.graph.outputs[2].name == "sum");
    CHECK(file.count("Identity") == 2);
    std::set<std::string_view> names;
    for (const auto& one : file.model.graph.outputs) names.insert(one.name);
    CHECK(names.size() == 3);
}

TEST_CASE("layers of one name keep their tensors apart") {
    graph net("twins");
    tensor at = net.input({1, 4}, "x");
    for (int i = 0; i < 3; ++i) at = net.add(dense{.out_features = 4}, {at}, "x");
    const written file(net);
    std::set<std::string_view> outputs{file.model.graph.inputs[0].name};
    for (const auto& one : file.model.graph.nodes) CHECK(outputs.insert(one.outputs[0]).second);
    CHECK(onnx::infer(file.model).operations.size() == 3);
}

TEST_CASE("int8 layers store 8-bit weights and stand between quantising nodes") {
    graph net("quantised");
    tensor at = net.input({1, 8, 16, 16}, "image");
    at = net.add(convolution_2d{.out_channels = 4, .kernel = {3, 3}, .bias = true}, {at}, "conv");
    at = net.add(activation{activation_function::relu6}, {at}, "clip");
    at = net.add(global_pooling{}, {at}, "pool");
    at = net.add(flatten{}, {at}, "flat");
    net.output(net.add(dense{.out_features = 3}, {at}, "scores"));
    const written plain(net);
    CHECK(plain.count("QuantizeLinear") == 0);
    const written file(quantize(net, int8));
    CHECK(file.stored("conv/weight").type == onnx::element_type::int8);
    CHECK(file.stored("conv/bias").type == onnx::element_type::int32);
    CHECK(file.stored("scores/weight").type == onnx::element_type::int8);
    CHECK(file.count("QuantizeLinear") == 3);
    CHECK(file.count("DequantizeLinear") == 6);
    CHECK(file.stored(file.node("QuantizeLinear").inputs[2]).type == onnx::element_type::uint8);
    const written around_zero(quantize(net, int8), {.signed_activations = true});
    CHECK(around_zero.stored(around_zero.node("QuantizeLinear").inputs[2]).type == onnx::element_type::int8);
    const written last(quantize(net, int8, {.keep_first = true}));
    CHECK(last.stored("conv/weight").type == onnx::element_type::float32);
    CHECK(written(quantize(net, int4)).count("QuantizeLinear") == 0);
}

TEST_CASE("what cannot be written says so") {
    graph imported("imported");
    imported.add(operator_layer{.name = "Mystery", .output_shapes = {{1, 2}}}, {imported.input({1, 2})}, "node7");
    CHECK(refusal<unsupported_operator>(imported) ==
          "layer 'node7' is of type 'Mystery', of which only shapes and cost are known: it cannot be written as ONNX");
    CHECK(refusal<unsupported_operator>(with_layer(recurrent{.hidden = 3, .directions = 3}, {1, 4, 5})) ==
          "layer 'layer' has 3 directions; an ONNX file has one or two");
    CHECK(refusal<unsupported_operator>(with_layer(pooling_1d{.kernel = {2}, .padding = {3}}, {1, 4, 5})) ==
          "layer 'layer' pads by 3 elements, and a pooling window of 2 in an ONNX file takes fewer than that");
    CHECK(refusal<invalid_argument>(graph("nothing")) == "'nothing' has no layers to write");
    const std::string too_large = refusal<invalid_argument>(zoo::build("llama2_7b"));
    CHECK(too_large.find("one ONNX file holds at most 2147483647; save it with external weights") != std::string::npos);
    graph endless("endless");
    tensor at = endless.input({1, std::int64_t{1} << 30});
    for (int i = 0; i < 4; ++i) at = endless.add(dense{.out_features = std::int64_t{1} << 30}, {at});
    CHECK_THROWS_AS(to_onnx(endless), overflow_error);
    graph mask("mask");
    mask.add(parameter{{1 << 20, 1 << 20}, false}, {}, "mask");
    CHECK(refusal<invalid_argument>(mask) ==
          "'mask' takes 4398046511104 bytes, more than an ONNX file has for constants");
    CHECK_THROWS_AS(save_onnx(zoo::build("mlp"), "no/such/folder/mlp.onnx"), parse_error);
}

TEST_CASE("what was done to a graph stays with its file") {
    // [save]
    const graph half = prune(zoo::build("cnv"), 0.5);
    save_onnx(half, "cnv_half.onnx");
    // [save]
    const onnx::model saved = onnx::read("cnv_half.onnx");
    CHECK(saved.graph.name == "cnv");
    std::remove("cnv_half.onnx");
    const written file(half);
    CHECK(file.bytes.find("channels pruned to 0.5") != std::string::npos);
    CHECK(file.model.graph.name == "cnv");
    CHECK(file.model.producer == "qutibench");
}
