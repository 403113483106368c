// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/registry.hpp>
#include <qutibench/transform/prune.hpp>

#include <limits>

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
    // ViT: attention widths are fixed by the heads, the hidden layers of its perceptrons are not
    const graph vit = zoo::build("vit_b_16");
    CHECK(analyze(prune(vit, 0.5)).macs() < analyze(vit).macs());
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
