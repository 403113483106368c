// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/operator_layer.hpp>
#include <qutibench/network/zoo/registry.hpp>
#include <qutibench/transform/prune.hpp>

#include <limits>
#include <utility>

using namespace qutibench;

TEST_CASE("pruning CNV and MLP gives the thesis' published widths") {
    for (const double keep : {0.5, 0.25, 0.125}) {
        CHECK(static_cast<const workload_totals&>(analyze(prune(graph(zoo::cnv()), keep))) ==
              static_cast<const workload_totals&>(analyze(graph(zoo::cnv(keep)))));
        CHECK(static_cast<const workload_totals&>(analyze(prune(graph(zoo::mlp()), keep))) ==
              static_cast<const workload_totals&>(analyze(graph(zoo::mlp(keep)))));
    }
    // T table 6.1 and formulas: 8,017,792 operations at 12.5 %
    CHECK(analyze(prune(graph(zoo::cnv()), 0.125)).operations().value() == 8'017'792);
    CHECK(analyze(prune(graph(zoo::mlp()), 0.5)).weights().value() == 2'910'208);
}

TEST_CASE("every network of the zoo stays valid when it is pruned, and none grows") {
    for (const std::string_view name : zoo::names()) {
        INFO(name);
        const graph net = zoo::build(name);
        const workload whole = analyze(net);
        for (const double keep : {0.5, 0.3, 0.01}) {
            const graph less = prune(net, keep);
            const workload pruned = analyze(less);
            CHECK(pruned.operations() <= whole.operations());
            CHECK(pruned.weights() <= whole.weights());
            CHECK(less.shape_of(less.outputs().front()) == net.shape_of(net.outputs().front()));
        }
        CHECK(static_cast<const workload_totals&>(analyze(prune(net, 1))) ==
              static_cast<const workload_totals&>(whole));
    }
}

TEST_CASE("convolutional networks really shrink") {
    for (const char* name : {"resnet50", "densenet121", "inception_v3", "mobilenet_v2", "googlenet", "vgg16"}) {
        INFO(name);
        const graph net = zoo::build(name);
        const double share = static_cast<double>(analyze(prune(net, 0.5)).macs().value()) /
                             static_cast<double>(analyze(net).macs().value());
        CHECK(share < 0.35);  // a quarter, but for the first layer and the results
        CHECK(share > 0.2);
    }
}

TEST_CASE("transformers lose heads and hidden features together, through their residuals") {
    // half of ViT-B's twelve heads of 64 and of its 3072 hidden features: the recipe of that width
    const graph vit = prune(zoo::build("vit_b_16"), 0.5);
    CHECK(static_cast<const workload_totals&>(analyze(vit)) ==
          static_cast<const workload_totals&>(analyze(graph(zoo::vit_b_16(0.5)))));
    CHECK(vit.shape_of(vit.find("encoder3_attention_query")) == shape{1, 197, 384});
    CHECK(std::as_const(vit)
              .nodes()[static_cast<std::size_t>(vit.find("encoder3_attention").node)]
              .layer.as<attention>()
              ->heads == 6);
    CHECK(vit.warnings().empty());
    // rotary halves stay as they are, the heads around them leave
    const graph llama = prune(zoo::build("llama2_7b"), 0.5);
    CHECK(llama.shape_of(llama.find("layer0_query_heads")) == shape{1, 128, 16, 128});
    CHECK(llama.shape_of(llama.find("layer0_gated")) == shape{1, 128, 5504});
    CHECK(llama.shape_of(llama.find("layer31_add2")) == shape{1, 128, 2048});
    CHECK(llama.warnings().empty());
}

TEST_CASE("heads that share keys leave with them, and few heads get narrower") {
    const auto half = [](std::int64_t heads, std::int64_t key_heads) {
        graph net("attention");
        const tensor in = net.input({1, 10, 24});
        const tensor queries = net.add(dense{16 * heads}, {in}, "queries");
        const tensor keys = net.add(dense{16 * key_heads}, {in}, "keys");
        const tensor values = net.add(dense{16 * key_heads}, {in}, "values");
        const tensor read = net.add(attention{.heads = heads, .key_heads = key_heads}, {queries, keys, values}, "read");
        net.add(dense{24}, {read}, "result");
        graph less = prune(net, 0.5);
        const tensor at = less.find("read");
        CHECK(less.shape_of(at) == shape{1, 10, 8 * heads});
        CHECK(less.shape_of(less.find("keys")) == shape{1, 10, 8 * key_heads});
        CHECK(less.warnings().empty());
        return less.nodes()[static_cast<std::size_t>(at.node)].layer.as<attention>()->heads;
    };
    CHECK(half(8, 4) == 4);
    CHECK(half(8, 8) == 4);
    CHECK(half(2, 2) == 2);
}

TEST_CASE("recurrent layers, experts and tables get narrower, and what reads them follows") {
    graph net("tables");
    const tensor in = net.input({1, 10});
    tensor x = net.add(embedding{.rows = 100, .width = 32}, {in}, "table");
    const tensor scores = net.add(dense{4}, {x}, "router");
    x = net.add(routed_experts{.experts = 4, .chosen = 2, .inner = 64}, {x, scores}, "experts");
    x = net.add(recurrent{.cell = recurrent_cell::gru, .hidden = 12, .directions = 2}, {x}, "gru");
    net.add(dense{5}, {x}, "result");
    const graph less = prune(net, 0.5);
    CHECK(less.shape_of(less.find("table")) == shape{1, 10, 16});
    CHECK(less.shape_of(less.find("gru")) == shape{1, 10, 12});
    // table, 4 experts of three matrices, two directions of three gates, and two dense layers
    CHECK(analyze(less).weights().value() == 100 * 16 + 16 * 4 + 4 * 3 * 16 * 32 + 2 * 3 * 6 * (16 + 6) + 12 * 5);
    REQUIRE(less.warnings().size() == 1);  // as many scores as experts
    CHECK(less.warnings()[0] == "1 of 5 layers could not be pruned: layer 'experts' (routed_experts) (1)");
}

TEST_CASE("what stays whole is said, with how many layers and what keeps them") {
    for (const char* name : {"resnet50", "mobilenet_v3_large", "unet", "convnext_tiny"}) {
        INFO(name);
        CHECK(prune(zoo::build(name), 0.5).warnings().empty());
    }
    // shuffled halves of 58 channels cannot all be halved
    const graph shuffled = prune(zoo::build("shufflenet_v2_x1_0"), 0.5);
    REQUIRE(shuffled.warnings().size() == 1);
    CHECK_THAT(shuffled.warnings()[0],
               Catch::Contains(" of 57 layers could not be pruned: ") && Catch::Contains("(concatenation)"));
    CHECK(analyze(shuffled).warnings() == shuffled.warnings());
    const graph bert = prune(zoo::build("bert_base"), 0.5);
    CHECK(bert.warnings() ==
          std::vector<std::string>{"3 of 75 layers could not be pruned: what the model returns (3)"});
    CHECK(prune(zoo::build("bert_base"), 1).warnings().empty());
    // whoever must agree with a layer that keeps all keeps all
    graph net("residual");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor a = net.add(convolution_2d{.out_channels = 16}, {in}, "a");
    const tensor b = net.add(convolution_2d{.out_channels = 16}, {in}, "b");
    net.add(convolution_2d{.out_channels = 4}, {net.add(elementwise{}, {a, b}, "sum")}, "result");
    const graph kept = prune(net, [](const node& one) { return one.name == "b" ? 0.5 : 1.0; });
    CHECK(kept.warnings() ==
          std::vector<std::string>{"1 of 3 layers could not be pruned: layers that must agree with it keep all (1)"});
}

TEST_CASE("a residual addition keeps its branches equal") {
    // [residual]
    graph net("residual");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor a = net.add(convolution_2d{.out_channels = 16}, {in}, "a");
    const tensor b = net.add(convolution_2d{.out_channels = 16}, {in}, "b");
    const tensor sum = net.add(elementwise{}, {a, b}, "sum");
    net.add(convolution_2d{.out_channels = 4}, {sum}, "result");
    const graph less = prune(net, [](const node& one) { return one.name == "a" ? 0.25 : 0.5; });
    CHECK(less.shape_of(less.find("sum")) == shape{1, 8, 8, 8});  // the larger share of the two
    CHECK(less.shape_of(less.find("result")) == shape{1, 4, 8, 8});
    // [residual]
    CHECK(less.log().back() == "channels pruned layer by layer");
}

TEST_CASE("groups, depthwise layers and concatenations stay consistent") {
    graph net("mixed");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor a = net.add(convolution_2d{.out_channels = 24}, {in}, "a");
    const tensor grouped = net.add(convolution_2d{.out_channels = 24, .groups = 6}, {a}, "grouped");
    const tensor each =
        net.add(convolution_2d{.kernel = {3, 3}, .padding = same, .groups = depthwise}, {grouped}, "each");
    const tensor both = net.add(concatenation{}, {each, in}, "both");
    const tensor flat = net.add(flatten{}, {both}, "flat");
    net.add(dense{.out_features = 10}, {flat}, "result");
    const graph less = prune(net, 0.4);
    CHECK(less.shape_of(less.find("a")) == shape{1, 12, 8, 8});  // 24 * 0.4 = 9.6, a multiple of the six groups
    CHECK(less.shape_of(less.find("each")) == shape{1, 12, 8, 8});
    CHECK(less.shape_of(less.find("both")) == shape{1, 15, 8, 8});
    CHECK(less.shape_of(less.find("flat")) == shape{1, 15 * 64});
}

TEST_CASE("a keep outside its range is refused") {
    const graph net = zoo::cnv();
    CHECK_THROWS_AS(prune(net, 0.0), invalid_argument);
    CHECK_THROWS_AS(prune(net, 1.5), invalid_argument);
    CHECK_THROWS_AS(prune(net, -1.0), invalid_argument);
    CHECK_THROWS_AS(prune(net, std::numeric_limits<double>::quiet_NaN()), invalid_argument);
    CHECK_THROWS_WITH(prune(net, [](const node&) { return 2.0; }), Catch::Contains("keep of layer 'conv1'"));
    CHECK_THROWS_AS(scale_width(net, 0), invalid_argument);
}

TEST_CASE("wider networks are the inverse of narrower ones") {
    CHECK(static_cast<const workload_totals&>(analyze(scale_width(graph(zoo::cnv(0.5)), 2))) ==
          static_cast<const workload_totals&>(analyze(graph(zoo::cnv()))));
}

TEST_CASE("a depthwise layer that states its channels follows its input like one that does not") {
    const auto named = [](std::int64_t out_channels, std::int64_t groups) {
        graph net("depthwise");
        tensor at = net.input({1, 3, 8, 8});
        at = net.add(convolution_2d{.out_channels = 64}, {at}, "wide");
        at = net.add(convolution_2d{.out_channels = out_channels, .groups = groups}, {at}, "each");
        net.add(convolution_2d{.out_channels = 10}, {at}, "result");
        return net;
    };
    for (const double keep : {0.5, 0.75}) {
        const graph expected = prune(named(0, depthwise), keep);
        for (const graph& less : {prune(named(64, depthwise), keep), prune(named(64, 64), keep)}) {
            CHECK(less.shape_of(less.find("each")) == expected.shape_of(expected.find("each")));
            CHECK(analyze(less).weights() == analyze(expected).weights());
        }
    }
}

TEST_CASE("keeping everything changes nothing, whatever has to be a multiple of what") {
    graph net("uneven");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor a = net.add(convolution_2d{.out_channels = 24}, {in}, "a");
    const tensor b = net.add(convolution_2d{.out_channels = 40}, {in}, "b");
    const tensor both = net.add(concatenation{}, {a, b}, "both");  // 64 = 4 * 16, but neither 24 nor 40 is
    const tensor grouped = net.add(convolution_2d{.out_channels = 32, .groups = 16}, {both}, "grouped");
    net.add(convolution_2d{.out_channels = 10}, {grouped}, "result");
    CHECK(static_cast<const workload_totals&>(analyze(prune(net, 1))) ==
          static_cast<const workload_totals&>(analyze(net)));
    const graph less = prune(net, 0.5);
    CHECK(less.shape_of(less.find("both")) ==
          shape{1, 32, 8, 8});  // of each four channels two, wherever they come from
    CHECK(less.shape_of(less.find("grouped")) == shape{1, 16, 8, 8});
}

TEST_CASE("an imported operator that keeps its shapes keeps the channels that it reads") {
    graph net("imported");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor wide = net.add(convolution_2d{.out_channels = 16}, {in}, "wide");
    const operator_layer pool{.name = "LpPool", .does = layer_kind::pooling, .output_shapes = {{1, 16, 4, 4}}};
    const tensor pooled = net.add(pool, {wide}, "pooled");
    net.add(convolution_2d{.out_channels = 10}, {pooled}, "result");
    const graph less = prune(net, 0.5);
    CHECK(less.shape_of(less.find("wide")) == shape{1, 16, 8, 8});
    CHECK(analyze(less).weights() == analyze(net).weights());
}

TEST_CASE("a single channel that broadcasts over others stays single when the network gets wider") {
    graph net("spatial attention");
    const tensor in = net.input({1, 3, 8, 8});
    const tensor features = net.add(convolution_2d{.out_channels = 16}, {in}, "features");
    const tensor map = net.add(convolution_2d{.out_channels = 1}, {features}, "map");
    const tensor scaled = net.add(elementwise{elementwise_function::multiply}, {features, map}, "scaled");
    net.add(convolution_2d{.out_channels = 10}, {scaled}, "result");
    const graph wider = scale_width(net, 2);
    CHECK(wider.shape_of(wider.find("map")) == shape{1, 1, 8, 8});
    CHECK(wider.shape_of(wider.find("scaled")) == shape{1, 32, 8, 8});
}
