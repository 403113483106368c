// SPDX-License-Identifier: BSD-3-Clause
// What the library does not have, added from outside: a layer, a device, an execution model, an objective.
// docs/extending.md explains each part.
#include <qutibench/explore/constraints.hpp>
#include <qutibench/qutibench.hpp>

#include <cstdio>

namespace qb = qutibench;
using namespace qutibench::literals;

// [layer]
/// A dense layer whose matrix is the product of two thin ones: (..., features) to (..., out_features).
struct low_rank {
    static constexpr std::string_view type = "low_rank";
    static constexpr qb::layer_kind kind = qb::layer_kind::dense;

    std::int64_t out_features = 0;
    std::int64_t rank = 0;

    constexpr qb::shape output_shape(qb::shapes in) const {
        if (in.size() != 1 || in[0].rank() < 1) throw qb::shape_error("low_rank takes one input of one axis or more");
        if (rank < 1 || out_features < 1) throw qb::shape_error("low_rank needs a rank and out_features");
        return in[0].with(in[0].rank() - 1, out_features);
    }

    constexpr qb::layer_cost cost(qb::shapes in) const {
        const std::int64_t features = in[0][in[0].rank() - 1];
        const std::int64_t rows = in[0].elements() / features;
        auto cost = qb::layer_cost::of_product({rows, rank, features});  // the first product, for tiling models
        cost.weights = cost.parameters = features * rank + rank * out_features;
        cost.macs = rows * cost.weights;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("out_features", out_features);
        field("rank", rank);
    }
};
static_assert(qb::layer<low_rank>);
// [layer]

// [recipe]
struct classifier {
    std::int64_t rank = 0;  // 0: an ordinary dense layer
    using is_recipe = void;
    static constexpr std::string_view name() { return "classifier"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto at = net.input({1, 4096});
        at = rank > 0 ? net.add(low_rank{.out_features = 4096, .rank = rank}, {at})
                      : net.add(qb::dense{.out_features = 4096}, {at});
        net.add(qb::dense{.out_features = 1000}, {at});
    }
};
static_assert(qb::analyze(classifier{.rank = 64}).weights().value() == 2 * 64 * 4096 + 4096 * 1000);
// [recipe]

// [device]
qb::platform my_board() {
    qb::operating_mode fast{.name = "fast",
                            .peaks = {{qb::int8, 2_top_per_s}, {qb::fp16, 1_top_per_s}},
                            .memories = {{"lpddr4", 4_gib, 12.8_gb_per_s}, {.name = "sram", .capacity = 2_mib}},
                            .power = 8_w};
    fast.memories[1].on_chip = true;
    qb::operating_mode eco = fast;
    eco.name = "eco";
    for (qb::peak& one : eco.peaks) one.dense *= 0.5;
    eco.power = 3_w;
    return {"my_board", {fast, eco}};
}
// [device]

// [execution]
/// Kernels one after the other, and a pause in which the device is set up anew whenever the kind of layer changes.
double seconds_with_set_up(const qb::workload& net, const qb::platform& device, qb::deployment how, double set_up) {
    how.execution = qb::execution_kind::layers;
    const qb::breakdown all = qb::explain(net, device, how);
    double time = 0;
    auto before = qb::layer_kind::input;
    for (const qb::kernel_estimate& kernel : all.kernels) {
        const auto kind = net.layers()[static_cast<std::size_t>(kernel.layer)].kind;
        time += kernel.time + (kind != before ? set_up : 0);
        before = kind;
    }
    return time;
}
// [execution]

// [objective]
struct design {
    std::int64_t rank = 0;
    qb::estimate prediction{};
    double loss = 0;  // of accuracy, in points, as you measured it
};

/// What a million answers cost in electricity, in cents, at 30 cents a kWh.
double cents_per_million(const design& one) {
    return one.prediction.energy().value() * 1e6 / 3.6e6 * 30;
}

std::vector<std::size_t> worth_a_look(const std::vector<design>& all) {
    return qb::frontier(all, qb::minimize(cents_per_million), qb::minimize([](const design& one) { return one.loss; }),
                        qb::subject_to([](const design& one) { return one.prediction.latency() <= 2_ms; }));
}
// [objective]

int main() {
    const qb::platform board = my_board().in_mode("eco");
    std::vector<design> all;
    for (const auto& [rank, loss] : {std::pair<std::int64_t, double>{0, 0.0}, {512, 0.2}, {256, 0.2}, {64, 1.1}}) {
        const qb::workload net = qb::analyze(qb::graph(classifier{rank}));
        all.push_back({rank, qb::predict(net, board), loss});
        std::printf("rank %3lld: %8lld weights, %.3f ms, %.3f ms with set-up, %.4f cents per million\n",
                    static_cast<long long>(rank), static_cast<long long>(net.weights().value()),
                    all.back().prediction.latency().value() * 1e3,
                    seconds_with_set_up(net, board, {.datatype = qb::int8}, 50e-6) * 1e3,
                    cents_per_million(all.back()));
    }
    for (const std::size_t one : worth_a_look(all))
        std::printf("worth a look: rank %lld\n", static_cast<long long>(all[one].rank));
}
