// SPDX-License-Identifier: BSD-3-Clause
// Shapes of single operators. Expected shapes are those of ONNX Runtime 1.2x and of the operators' specifications.
#include "io/onnx/build.hpp"

#include "catch.hpp"

using build::attribute;
using build::integers;
using build::names;
using build::one;
using build::word;

namespace {

const std::string ms = "com.microsoft";

std::string contrib(const std::string& type, const std::vector<names>& inputs, const names& attributes = {},
                    int outputs = 1) {
    return one(type, inputs, {}, attributes, 17, outputs, ms);
}

}  // namespace

TEST_CASE("Windows: padding modes, dilation, and the last window of ceil_mode") {
    const names x{"1", "1", "7", "7"};
    const auto pool = [&x](const names& attributes) { return one("MaxPool", {x}, {}, attributes); };
    const std::string k2 = attribute("kernel_shape", integers{2, 2});
    const std::string s3 = attribute("strides", integers{3, 3});
    CHECK(pool({k2, s3}) == "1x1x2x2");
    CHECK(pool({k2, s3, attribute("ceil_mode", 1)}) == "1x1x3x3");
    CHECK(pool({k2, attribute("strides", integers{4, 4}), attribute("ceil_mode", 1),
                attribute("pads", integers{1, 1, 1, 1})}) == "1x1x2x2");
    CHECK(pool({k2, s3, word("auto_pad", "SAME_UPPER")}) == "1x1x3x3");
    CHECK(pool({k2, s3, word("auto_pad", "VALID")}) == "1x1x2x2");
    CHECK(pool({k2, attribute("dilations", integers{3, 3})}) == "1x1x4x4");
    CHECK(pool({attribute("kernel_shape", integers{9, 9})}) == "1x1x?x?");  // runtimes differ
    CHECK(one("Conv", {x, {"4", "1", "3", "3"}}, {}, {attribute("pads", integers{0, 1, 2, 3})}) == "1x4x7x9");
    CHECK(one("GlobalAveragePool", {x}) == "1x1x1x1");
    CHECK(one("Conv", {{"n", "3", "h", "9"}, {"4", "3", "3", "3"}}) == "nx4x?x7");
}

TEST_CASE("Transposed convolutions: stride, output padding, output shape") {
    const std::vector<names> in{{"1", "3", "5", "5"}, {"3", "2", "3", "3"}};
    const std::string s2 = attribute("strides", integers{2, 2});
    CHECK(one("ConvTranspose", in, {}, {s2}) == "1x2x11x11");
    CHECK(one("ConvTranspose", in, {},
              {s2, attribute("output_padding", integers{1, 1}), attribute("pads", integers{1, 1, 1, 1})}) ==
          "1x2x10x10");
    CHECK(one("ConvTranspose", in, {}, {s2, attribute("output_shape", integers{10, 12})}) == "1x2x10x12");
    CHECK(one("ConvTranspose", in, {}, {s2, word("auto_pad", "SAME_UPPER")}) == "1x2x10x10");
}

TEST_CASE("Resize: scales round down in single precision, sizes may keep the aspect ratio") {
    build::graph g;
    g.input("x", {"1", "1", "5", "7"}).stored(build::tensor("s", {4}, std::vector<float>{1, 1, 0.6F, 2.5F}));
    g.node("Resize", {"x", "", "s"}, {"y"}).output("y");
    CHECK(build::shapes(g.model()) == "1x1x3x17");
    const auto sized = [](const std::string& policy) {
        build::graph h;
        h.input("x", {"1", "1", "2", "4"}).constant("s", {7, 8});
        h.node("Resize", {"x", "", "", "s"}, {"y"},
               {attribute("axes", integers{2, 3}), word("keep_aspect_ratio_policy", policy)})
            .output("y");
        return build::shapes(h.model(19));
    };
    CHECK(sized("stretch") == "1x1x7x8");
    CHECK(sized("not_larger") == "1x1x4x8");
    CHECK(sized("not_smaller") == "1x1x7x14");
}

TEST_CASE("Backwards slices to INT_MAX mean different things to different runtimes") {
    CHECK(one("Slice", {{"6"}}, {{-1}, {std::numeric_limits<std::int64_t>::min()}, {0}, {-1}}) == "6");
    CHECK(one("Slice", {{"6"}}, {{-1}, {2147483647}, {0}, {-1}}) == "?");
    CHECK(one("Slice", {{"n"}}, {{0}, {2147483647}, {0}, {1}}) == "n");
}

TEST_CASE("Recurrent layers: outputs in both layouts") {
    const std::vector<names> in{{"5", "2", "7"}, {"2", "12", "7"}, {"2", "12", "3"}};
    const names both{attribute("hidden_size", 3), word("direction", "bidirectional")};
    CHECK(one("LSTM", in, {}, both, 14, 3) == "5x2x2x3 2x2x3 2x2x3");
    names first = both;
    first.push_back(attribute("layout", 1));
    CHECK(one("LSTM", in, {}, first, 14, 3) == "5x2x2x3 5x2x3 5x2x3");
    CHECK_THROWS_AS(one("LSTM", {{"5", "2", "8"}, {"2", "12", "7"}, {"2", "12", "3"}}, {}, both, 14, 3),
                    qutibench::shape_error);
}

TEST_CASE("Attention of ai.onnx: packed or not, grouped, with a cache") {
    CHECK(one("Attention", {{"2", "8", "10", "16"}, {"2", "2", "12", "16"}, {"2", "2", "12", "6"}}, {}, {}, 23) ==
          "2x8x10x6");
    const names heads{attribute("q_num_heads", 8), attribute("kv_num_heads", 2)};
    CHECK(one("Attention", {{"2", "10", "128"}, {"2", "12", "32"}, {"2", "12", "12"}}, {}, heads, 23) == "2x10x48");
    CHECK(one("LayerNormalization", {{"2", "3", "4"}, {"4"}, {"4"}}, {}, {}, 17, 3) == "2x3x4 2x3x1 2x3x1");
}

TEST_CASE("com.microsoft: fused and packed products") {
    CHECK(contrib("FusedConv", {{"1", "3", "8", "8"}, {"4", "3", "3", "3"}}, {word("activation", "Relu")}) ==
          "1x4x6x6");
    CHECK(contrib("NhwcConv", {{"1", "8", "8", "3"}, {"4", "3", "3", "3"}}) == "1x6x6x4");
    CHECK(contrib("NhwcMaxPool", {{"1", "9", "9", "3"}},
                  {attribute("kernel_shape", integers{3, 3}), attribute("strides", integers{2, 2})}) == "1x4x4x3");
    CHECK(contrib("FusedMatMul", {{"2", "3", "4"}, {"2", "5", "4"}}, {attribute("transB", 1)}) == "2x3x5");
    CHECK(contrib("FusedMatMul", {{"3", "2", "4"}, {"2", "4", "5"}}, {attribute("transBatchA", 1)}) == "2x3x5");
    CHECK(contrib("MatMulNBits", {{"2", "5", "64"}, {"48", "2", "16"}, {"96"}},
                  {attribute("K", 64), attribute("N", 48)}) == "2x5x48");
    CHECK(contrib("DynamicQuantizeMatMul", {{"2", "3", "4"}, {"4", "5"}, {}}) == "2x3x5");
    CHECK(contrib("QGemm", {{"3", "4"}, {}, {}, {"5", "4"}, {}, {}}, {attribute("transB", 1)}) == "3x5");
    CHECK(contrib("QLinearAdd", {{"2", "1", "4"}, {}, {}, {"3", "1"}, {}, {}, {}, {}}) == "2x3x4");
    CHECK(contrib("QLinearConcat", {{}, {}, {"1", "2", "3"}, {}, {}, {"1", "4", "3"}, {}, {}},
                  {attribute("axis", 1)}) == "1x6x3");
    CHECK(contrib("QLinearConv", {{"1", "8", "8", "3"}, {}, {}, {"4", "3", "3", "3"}, {}, {}, {}, {}},
                  {attribute("channels_last", 1)}) == "1x6x6x4");
    CHECK(contrib("QLinearGlobalAveragePool", {{"1", "9", "9", "3"}, {}, {}, {}, {}},
                  {attribute("channels_last", 1)}) == "1x1x1x3");
    CHECK(contrib("BiasSplitGelu", {{"2", "5", "8"}, {"8"}}) == "2x5x4");
}

TEST_CASE("com.microsoft: attention and its normalisations") {
    CHECK(contrib("Attention", {{"2", "5", "32"}, {"32", "96"}, {"96"}}, {attribute("num_heads", 4)}, 2) ==
          "2x5x32 2x2x4x5x8");
    CHECK(contrib("Attention", {{"2", "5", "32"}, {"32", "64"}, {"64"}},
                  {attribute("num_heads", 4), attribute("qkv_hidden_sizes", integers{16, 16, 32})}) == "2x5x32");
    CHECK(contrib("MultiHeadAttention", {{"2", "5", "32"}, {"2", "7", "32"}, {"2", "7", "64"}},
                  {attribute("num_heads", 4)}) == "2x5x64");
    CHECK(contrib("MultiHeadAttention", {{"2", "5", "32"}, {"2", "4", "7", "8"}, {"2", "4", "7", "8"}},
                  {attribute("num_heads", 4)}) == "2x5x32");
    CHECK(contrib("GroupQueryAttention", {{"1", "5", "64"}, {"1", "5", "16"}, {"1", "5", "16"}},
                  {attribute("num_heads", 8), attribute("kv_num_heads", 2)}, 3) == "1x5x64 1x2x5x8 1x2x5x8");
    CHECK(contrib("SkipLayerNormalization", {{"2", "5", "8"}, {"2", "5", "8"}, {"8"}, {"8"}}, {}, 4) ==
          "2x5x8 2x5x1 2x5x1 2x5x8");
    CHECK(contrib("EmbedLayerNormalization",
                  {{"2", "5"}, {"2", "5"}, {"10", "8"}, {"10", "8"}, {"10", "8"}, {"8"}, {"8"}}, {}, 2) == "2x5x8 2");
}

TEST_CASE("ai.onnx.ml: scores for each class, a column for each target") {
    const std::string ml = "ai.onnx.ml";
    CHECK(one("TreeEnsembleClassifier", {{"n", "4"}}, {}, {attribute("classlabels_int64s", integers{0, 1, 2})}, 17, 2,
              ml) == "n nx3");
    const integers nodes(5000, 1);  // of a large ensemble, passed over
    CHECK(one("TreeEnsembleClassifier", {{"n", "4"}}, {},
              {attribute("nodes_treeids", nodes), attribute("class_ids", nodes),
               attribute("classlabels_int64s", integers(5000, 2))},
              17, 2, ml) == "n nx5000");
    CHECK(one("TreeEnsembleRegressor", {{"n", "4"}}, {},
              {attribute("target_nodeids", nodes), attribute("n_targets", 7)}, 17, 1, ml) == "nx7");
    CHECK(one("LinearRegressor", {{"n", "4"}}, {}, {attribute("targets", 2)}, 17, 1, ml) == "nx2");
    CHECK(one("StringNormalizer", {{}}, {}, {word("stopwords", "a")}) == "scalar");
    CHECK(one("OneHotEncoder", {{"n", "4"}}, {}, {attribute("cats_int64s", integers{0, 1, 2})}, 17, 1, ml) == "nx4x3");
}
