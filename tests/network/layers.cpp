// SPDX-License-Identifier: BSD-3-Clause
// Shapes and counts of every layer family. Expected shapes are those that PyTorch's modules of the same settings give.
#include "catch.hpp"

#include <qutibench/network/layers.hpp>

using namespace qutibench;

namespace {

template <class Layer>
shape out(const Layer& one, std::initializer_list<shape> in) {
    const std::vector<shape> all(in);
    return one.output_shape(all);
}

template <class Layer>
layer_cost cost(const Layer& one, std::initializer_list<shape> in) {
    const std::vector<shape> all(in);
    return one.cost(all);
}

}  // namespace

TEST_CASE("convolution: ResNet's first layer") {
    // [stem]
    const convolution_2d stem{.out_channels = 64, .kernel = {7, 7}, .stride = {2, 2}, .padding = {3, 3}};
    CHECK(out(stem, {{1, 3, 224, 224}}) == shape{1, 64, 112, 112});
    const layer_cost of = cost(stem, {{1, 3, 224, 224}});
    CHECK(of.macs == 118'013'952);  // T eq. 2.4: 7*7 * 112*112 * 3 * 64
    CHECK(of.weights == 9408);
    CHECK(of.product == contraction{112 * 112, 64, 147, 1});
    // [stem]
}

TEST_CASE("convolution: groups and depthwise divide the input channels") {
    const convolution_2d grouped{.out_channels = 128, .kernel = {3, 3}, .padding = {1, 1}, .groups = 32};
    CHECK(cost(grouped, {{1, 128, 56, 56}}).weights == 128 * 4 * 9);
    CHECK(cost(grouped, {{1, 128, 56, 56}}).macs == 56 * 56 * 128 * 4 * 9);
    const convolution_2d each{.kernel = {3, 3}, .padding = same, .groups = depthwise};
    CHECK(out(each, {{1, 32, 7, 7}}) == shape{1, 32, 7, 7});
    CHECK(cost(each, {{1, 32, 7, 7}}).macs == 7 * 7 * 32 * 9);
    const convolution_2d multiplier{.out_channels = 64, .kernel = {3, 3}, .groups = depthwise};
    CHECK(cost(multiplier, {{1, 32, 7, 7}}).weights == 64 * 9);
}

TEST_CASE("convolution: dilation, asymmetric stride and padding, one and three axes") {
    const convolution_2d dilated{.out_channels = 8, .kernel = {3, 3}, .dilation = {2, 2}};
    CHECK(out(dilated, {{1, 4, 32, 32}}) == shape{1, 8, 28, 28});
    const convolution_2d uneven{.out_channels = 8, .kernel = {5, 1}, .stride = {2, 1}, .padding = {2, 0}};
    CHECK(out(uneven, {{1, 4, 32, 30}}) == shape{1, 8, 16, 30});
    const convolution_2d sides{
        .out_channels = 8, .kernel = {3, 3}, .stride = {2, 2}, .padding = padding<2>::explicit_sides({0, 0}, {1, 1})};
    CHECK(out(sides, {{1, 4, 224, 224}}) == shape{1, 8, 112, 112});
    CHECK(out(convolution_1d{.out_channels = 16, .kernel = {10}, .stride = {5}}, {{1, 1, 16000}}) ==
          shape{1, 16, 3199});
    CHECK(out(convolution_3d{.out_channels = 64, .kernel = {3, 7, 7}, .stride = {1, 2, 2}, .padding = {1, 3, 3}},
              {{1, 3, 16, 112, 112}}) == shape{1, 64, 16, 56, 56});
}

TEST_CASE("convolution: same padding keeps ceil(input / stride)") {
    const convolution_2d strided{.out_channels = 8, .kernel = {3, 3}, .stride = {2, 2}, .padding = same};
    CHECK(out(strided, {{1, 3, 7, 8}}) == shape{1, 8, 4, 4});
}

TEST_CASE("convolution: what does not fit is said") {
    CHECK_THROWS_WITH(out(convolution_2d{.out_channels = 8, .kernel = {5, 5}}, {{1, 3, 4, 4}}),
                      Catch::Contains("a window of 5 does not fit an input of 4"));
    CHECK_THROWS_WITH(out(convolution_2d{.out_channels = 8, .groups = 3}, {{1, 4, 4, 4}}), Catch::Contains("3 groups"));
    CHECK_THROWS_WITH(out(convolution_2d{}, {{1, 4, 4, 4}}), Catch::Contains("out_channels must be at least 1"));
    CHECK_THROWS_WITH(out(convolution_2d{.out_channels = 1, .stride = {0, 1}}, {{1, 4, 4, 4}}),
                      Catch::Contains("stride"));
    CHECK_THROWS_WITH(out(convolution_2d{.out_channels = 1}, {{1, 4, 4}}), Catch::Contains("rank 4, not 1x4x4"));
    CHECK_THROWS_AS(cost(convolution_2d{.out_channels = 1L << 40, .kernel = {1, 1}}, {{1L << 20, 1L << 20, 1, 1}}),
                    overflow_error);
}

TEST_CASE("transposed convolution: work follows the input positions") {
    const transposed_convolution_2d up{.out_channels = 32, .kernel = {2, 2}, .stride = {2, 2}};
    CHECK(out(up, {{1, 64, 28, 28}}) == shape{1, 32, 56, 56});
    CHECK(cost(up, {{1, 64, 28, 28}}).macs == 28 * 28 * 64 * 32 * 4);
    const transposed_convolution_2d padded{
        .out_channels = 3, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .output_padding = {1, 1}};
    CHECK(out(padded, {{1, 8, 14, 14}}) == shape{1, 3, 28, 28});
    CHECK(cost(padded, {{1, 8, 14, 14}}).stride ==
          2);  // so it is none of the 3x3 kernels that Winograd's algorithm suits
    CHECK_THROWS_AS(out(transposed_convolution_2d{.out_channels = 3, .padding = {5, 5}}, {{1, 8, 4, 4}}), shape_error);
}

TEST_CASE("dense layers work on the last axis") {
    const layer_cost of = cost(dense{.out_features = 1000, .bias = true}, {{1, 2048}});
    CHECK(of.macs == 2'048'000);
    CHECK(of.weights == 2'048'000);
    CHECK(of.parameters == 2'049'000);
    CHECK(out(dense{.out_features = 64}, {{2, 197, 768}}) == shape{2, 197, 64});
    CHECK(cost(dense{.out_features = 64}, {{2, 197, 768}}).macs == 2 * 197 * 768 * 64);
    CHECK_THROWS_AS(out(dense{}, {{1, 4}}), shape_error);
}

TEST_CASE("products of activations broadcast their leading axes") {
    CHECK(out(matrix_multiplication{}, {{1, 12, 197, 64}, {12, 64, 197}}) == shape{1, 12, 197, 197});
    CHECK(cost(matrix_multiplication{}, {{1, 12, 197, 64}, {12, 64, 197}}).macs == 12 * 197 * 197 * 64);
    CHECK(out(matrix_multiplication{.transpose_right = true}, {{5, 7}, {9, 7}}) == shape{5, 9});
    CHECK_THROWS_WITH(out(matrix_multiplication{}, {{5, 7}, {9, 7}}), Catch::Contains("inner extents"));
    CHECK_THROWS_WITH(out(matrix_multiplication{}, {{2, 5, 7}, {3, 7, 9}}), Catch::Contains("do not broadcast"));
}

TEST_CASE("pooling rounds down, or up where asked") {
    const pooling_2d down{.kernel = {3, 3}, .stride = {2, 2}};
    CHECK(out(down, {{1, 64, 112, 112}}) == shape{1, 64, 55, 55});
    const pooling_2d up{.kernel = {3, 3}, .stride = {2, 2}, .ceil = true};
    CHECK(out(up, {{1, 64, 112, 112}}) == shape{1, 64, 56, 56});
    // The last window must start inside the input: PyTorch gives 2, not 3.
    // torch.nn.MaxPool2d(1, 2, ceil_mode=True): a third window would start right behind the input
    CHECK(out(pooling_2d{.kernel = {1, 1}, .stride = {2, 2}, .ceil = true}, {{1, 8, 4, 4}}) == shape{1, 8, 2, 2});
    const pooling_2d last{.kernel = {1, 1}, .stride = {3, 3}, .ceil = true};
    CHECK(out(last, {{1, 1, 5, 5}}) == shape{1, 1, 2, 2});
    CHECK(cost(down, {{1, 64, 112, 112}}).other_operations == 64 * 55 * 55 * 9);
    CHECK(out(global_pooling{}, {{1, 2048, 7, 7}}) == shape{1, 2048, 1, 1});
    CHECK_THROWS_AS(out(global_pooling{}, {{1, 2048}}), shape_error);
}

TEST_CASE("element-wise layers broadcast, activations keep the shape") {
    CHECK(out(elementwise{}, {{1, 64, 56, 56}, {64, 1, 1}}) == shape{1, 64, 56, 56});
    CHECK(cost(elementwise{}, {{2, 3}, {2, 3}, {2, 3}}).other_operations == 12);
    CHECK_THROWS_AS(out(elementwise{}, {{2, 3}}), shape_error);
    CHECK_THROWS_AS(out(elementwise{}, {{2, 3}, {2, 4}}), shape_error);
    CHECK(cost(activation{}, {{1, 10}}).other_operations == 10);
    CHECK(cost(softmax{}, {{1, 10}}).other_operations == 50);
    CHECK_THROWS_AS(out(softmax{.axis = 2}, {{1, 10}}), shape_error);
}

TEST_CASE("normalisations count as fvcore does and own a scale and a shift") {
    CHECK(cost(batch_normalization{}, {{1, 64, 8, 8}}).other_operations == 2 * 64 * 64);
    CHECK(cost(batch_normalization{}, {{1, 64, 8, 8}}).parameters == 128);
    CHECK(cost(layer_normalization{}, {{1, 197, 768}}).other_operations == 5 * 197 * 768);
    CHECK(cost(layer_normalization{}, {{1, 197, 768}}).parameters == 2 * 768);
    CHECK(cost(layer_normalization{.root_mean_square = true}, {{1, 5, 16}}).parameters == 16);
    CHECK(cost(layer_normalization{.channels_first = true}, {{1, 96, 56, 56}}).parameters == 192);
    CHECK_THROWS_AS(out(group_normalization{.groups = 3}, {{1, 64, 8, 8}}), shape_error);
}

TEST_CASE("rearranging moves elements and counts nothing") {
    CHECK(out(concatenation{}, {{1, 64, 8, 8}, {1, 32, 8, 8}}) == shape{1, 96, 8, 8});
    CHECK_THROWS_WITH(out(concatenation{}, {{1, 64, 8, 8}, {1, 32, 7, 8}}),
                      Catch::Contains("1x32x7x8 does not fit 1x64x8x8"));
    CHECK(out(split{.axis = -1, .parts = 3}, {{1, 5, 12}}) == shape{1, 5, 4});
    CHECK_THROWS_AS(out(split{.axis = 1, .parts = 2}, {{1, 5}}), shape_error);
    CHECK(out(slice{.axis = 1, .begin = 1, .end = -1}, {{1, 5, 2}}) == shape{1, 3, 2});
    CHECK_THROWS_AS(out(slice{.axis = 1, .begin = 4, .end = 4}, {{1, 5, 2}}), shape_error);
    CHECK(out(reshape{0, -1, 64}, {{1, 14, 14, 64}}) == shape{1, 196, 64});
    CHECK_THROWS_AS(out(reshape{0, 5}, {{1, 14}}), shape_error);
    CHECK_THROWS_AS(out(reshape{-1, 5}, {{1, 14}}), shape_error);
    CHECK(out(flatten{}, {{2, 3, 4, 5}}) == shape{2, 60});
    CHECK(out(transpose{0, 2, 3, 1}, {{1, 3, 4, 5}}) == shape{1, 4, 5, 3});
    CHECK_THROWS_WITH(out(transpose{0, 0}, {{1, 3}}), Catch::Contains("repeated"));
    CHECK(out(pad{.axis = 2, .before = 1, .after = 2}, {{1, 1, 4}}) == shape{1, 1, 7});
    CHECK(out(resize{}, {{1, 8, 13, 13}}) == shape{1, 8, 26, 26});
    CHECK(cost(resize{.function = resize_function::linear}, {{1, 8, 4, 4}}).other_operations == 4 * 8 * 64);
}

TEST_CASE("attention counts scores and weighted values") {
    // [attention]
    // ViT-B/16 has twelve such layers: 12 * 59,610,624 = 715,327,488 MACs (formula of the layer, PyTorch's counter).
    const layer_cost of = cost(attention{.heads = 12}, {{1, 197, 768}, {1, 197, 768}, {1, 197, 768}});
    CHECK(12 * of.macs == 715'327'488);
    CHECK(out(attention{.heads = 32, .key_heads = 8}, {{1, 10, 4096}, {1, 10, 1024}, {1, 10, 1024}}) ==
          shape{1, 10, 4096});
    const layer_cost decode = cost(attention{.heads = 32, .cached = 127}, {{1, 1, 4096}, {1, 1, 4096}, {1, 1, 4096}});
    CHECK(decode.macs == 2 * 128 * 4096);
    CHECK(decode.state == 2 * 127 * 4096);
    // [attention]
    // heads of 16 wide keys and 48 wide values, 10 queries and 20 keys: 4 * 10 * 20 * (16 + 48)
    CHECK(cost(attention{.heads = 4}, {{1, 10, 64}, {1, 20, 64}, {1, 20, 192}}).macs == 51'200);
    CHECK_THROWS_AS(out(attention{.heads = 7}, {{1, 10, 64}, {1, 10, 64}, {1, 10, 64}}), shape_error);
}

TEST_CASE("recurrent layers multiply by the length of the sequence") {
    // torch.nn.LSTM(64, 128) has 4 * 128 * (64 + 128 + 2) = 99,328 parameters.
    const layer_cost lstm = cost(recurrent{.hidden = 128}, {{1, 10, 64}});
    CHECK(lstm.parameters == 99'328);
    CHECK(lstm.macs == 10 * 4 * 128 * (64 + 128));
    CHECK(lstm.state == 2 * 128);  // hidden and cell
    const layer_cost gru = cost(recurrent{.cell = recurrent_cell::gru, .hidden = 128, .directions = 2}, {{1, 10, 64}});
    CHECK(gru.macs == 10 * 2 * 3 * 128 * (64 + 128));
    CHECK(gru.state == 2 * 128);  // two directions
    CHECK(out(recurrent{.hidden = 128, .directions = 2}, {{1, 10, 64}}) == shape{1, 10, 256});
}

TEST_CASE("tables own their rows, parameters their elements") {
    CHECK(out(embedding{.rows = 30522, .width = 768}, {{1, 128}}) == shape{1, 128, 768});
    CHECK(cost(embedding{.rows = 30522, .width = 768}, {{1, 128}}).parameters == 30522 * 768);
    CHECK(cost(parameter{{1, 197, 768}}, {}).parameters == 197 * 768);
}

TEST_CASE("shapes refuse what no tensor has") {
    CHECK_THROWS_AS((shape{1, 0}), shape_error);
    CHECK_THROWS_AS((shape{1, -3}), shape_error);
    CHECK_THROWS_AS((shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), shape_error);
    CHECK_THROWS_AS((shape{1L << 40, 1L << 40}).elements(), overflow_error);
    CHECK(to_string(shape{1, 3, 224, 224}) == "1x3x224x224");
}
