// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>
#include <qutibench/transform/fuse.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>
#include <qutibench/transform/resize.hpp>
#include <qutibench/transform/sparsify.hpp>

using namespace qutibench;

namespace {

const node& layer_called(const graph& net, std::string_view name) {
    return net.nodes()[static_cast<std::size_t>(net.find(name).node)];
}

}  // namespace

TEST_CASE("quantisation gives layers a precision of their own, exempt ones aside") {
    const graph net = zoo::cnv();
    const graph all = quantize(net, precision(int2, int8));
    CHECK(layer_called(all, "conv1").numbers == precision(int2, int8));
    CHECK_FALSE(layer_called(all, "flatten").has_precision);
    const graph some = quantize(net, int4, {.keep_first = true, .keep_last = true});
    CHECK_FALSE(layer_called(some, "conv1").has_precision);
    CHECK(layer_called(some, "conv2").numbers == precision(int4));
    CHECK_FALSE(layer_called(some, "fc3").has_precision);
    const graph mixed = quantize(net, [](const node& one) { return one.cost.weights > 100'000 ? int4 : int8; });
    CHECK(layer_called(mixed, "conv1").numbers == precision(int8));
    CHECK(layer_called(mixed, "conv6").numbers == precision(int4));
    CHECK(analyze(all).operations() == analyze(net).operations());
}

TEST_CASE("sparsity leaves the dense counts and stays with the layers that have weights") {
    const graph net = zoo::cnv();
    const graph half = sparsify(net, 2, 4);
    CHECK(layer_called(half, "conv2").sparsity == sparsity{0.5, 2, 4});
    CHECK(layer_called(half, "pool1").sparsity == sparsity{});
    CHECK(analyze(half).operations() == analyze(net).operations());
    CHECK_THROWS_AS(sparsify(net, 5, 4), invalid_argument);
    CHECK_THROWS_AS(sparsify(net, 0.0), invalid_argument);
}

TEST_CASE("folding removes batch normalisation and adds a bias") {
    const graph net = zoo::resnet50_v1_5();
    const graph folded = fold_batch_normalization(net);
    CHECK(folded.nodes().size() == net.nodes().size() - 53);
    CHECK(analyze(folded).macs() == analyze(net).macs());
    // torchvision's ResNet-50 as its exporter folds it: 25,502,912 weights, 26,560 folded biases, 1000 of the
    // classifier
    CHECK(analyze(folded).parameters().value() == 25'502'912 + 26'560 + 1000);
    CHECK(folded.shape_of(folded.outputs().front()) == shape{1, 1000});
}

TEST_CASE("point-wise layers run in the kernel before them") {
    const graph net = fuse(zoo::resnet50());
    int kernels = 0;
    for (const node& one : net.nodes())
        if (one.fused_into < 0 && one.layer.kind() != layer_kind::input && one.layer.kind() != layer_kind::view)
            ++kernels;
    CHECK(kernels == 53 + 1 + 1 + 1);  // convolutions, maximum pooling, global pooling, classifier
}

TEST_CASE("a layer of two operands runs in the kernel of the one that is ready last, or in its own") {
    graph net("branches");
    const tensor image = net.input({1, 8, 8, 8});
    const tensor early = net.add(convolution_2d{.out_channels = 8}, {image}, "early");
    const tensor late = net.add(convolution_2d{.out_channels = 8}, {image}, "late");
    const tensor sum = net.add(elementwise{}, {late, early}, "sum");
    const tensor kept = net.add(convolution_2d{.out_channels = 8}, {sum}, "kept");
    const tensor gate = net.add(global_pooling{}, {kept}, "gate");
    net.output(net.add(elementwise{elementwise_function::multiply}, {kept, gate}, "product"));
    const graph fused = fuse(net);
    CHECK(layer_called(fused, "sum").fused_into == late.node);
    CHECK(layer_called(fused, "product").fused_into == -1);  // gate's kernel makes one element of each channel
    CHECK(layer_called(fuse(fused), "sum").fused_into == late.node);
}

TEST_CASE("resolution and batch change shapes, not weights") {
    const graph net = zoo::resnet50();
    CHECK(analyze(with_input_shape(net, {1, 3, 448, 448})).macs().value() > 3 * analyze(net).macs().value());
    CHECK(analyze(with_input_shape(net, {1, 3, 448, 448})).weights() == analyze(net).weights());
    CHECK(analyze(with_batch(net, 8)).macs().value() == 8 * analyze(net).macs().value());
    CHECK_THROWS_AS(with_batch(net, 0), invalid_argument);
    CHECK_THROWS_AS(with_input_shape(net, {1, 3, 8}), shape_error);
}

TEST_CASE("transforms compose, and the log says in which order") {
    const graph net = quantize(prune(fuse(zoo::cnv()), 0.5), int8);
    CHECK(net.log() ==
          std::vector<std::string>{"point-wise layers fused", "channels pruned to 0.5", "quantised to int8"});
    CHECK(layer_called(net, "conv1_act").fused_into >= 0);
    CHECK(layer_called(net, "conv1").has_precision);
}

TEST_CASE("folding leaves normalisations that no bias and no rescaled weights can replace") {
    graph net("kept");
    const tensor sequence = net.input({1, 16, 8});  // 16 positions of 8 features; axis 1, the positions, is normalised
    const tensor projected = net.add(dense{.out_features = 32}, {sequence});
    net.add(batch_normalization{}, {projected});
    const tensor image = net.input({1, 4, 8, 8}, "image");
    const tensor first = net.add(convolution_2d{.out_channels = 4}, {image});
    const tensor again = net.add(convolution_2d{.out_channels = 4}, {net.add(batch_normalization{}, {first})});
    net.share_weights(first, again);  // one set of weights cannot hold the scales of two normalisations
    net.add(batch_normalization{}, {again});
    CHECK(fold_batch_normalization(net).nodes().size() == net.nodes().size());
}
