// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/transform/fuse.hpp>

#include "support/random_networks.hpp"

#include "catch.hpp"

using namespace qutibench;

namespace {

constexpr int cases = 400;
constexpr double slack = 1 + 1e-12;

platform device_of(const operating_mode& mode) {
    return platform("random", {mode});
}

struct drawn {
    random_case::engine draw;
    workload net;
    operating_mode mode;
    deployment how;

    explicit drawn(int seed)
        : draw(static_cast<std::uint64_t>(seed)), net(analyze(pruned(draw))), mode(random_case::device(draw)),
          how(random_case::deployment(draw)) {
        how.sparse = random_case::chance(draw, 0.3);
    }

    static graph pruned(random_case::engine& draw) {
        graph net = random_case::network(draw);
        if (random_case::chance(draw, 0.4)) random_case::prune(draw, net);
        return net;
    }
    [[nodiscard]] estimate run() const { return predict(net, device_of(mode), how); }
};

void require_not_slower(const estimate& better, const estimate& base) {
    REQUIRE(better.throughput().value() * slack >= base.throughput().value());
    REQUIRE(better.latency().value() <= base.latency().value() * slack);
}

}  // namespace

TEST_CASE("kernels that fuse writes down are those that predictions assume") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        const graph net = random_case::network(draw);
        const platform device = device_of(random_case::device(draw));
        const deployment how{.placement = placement_kind::capacity, .execution = execution_kind::layers};
        const breakdown plain = explain(analyze(net), device, how);
        const breakdown marked = explain(analyze(fuse(net)), device, how);
        REQUIRE(marked.kernels.size() == plain.kernels.size());
        REQUIRE(marked.total.call_time == plain.total.call_time);
        REQUIRE(marked.total.traffic == plain.total.traffic);
    }
}

TEST_CASE("a better device or a narrower datatype is never slower") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        const estimate base = one.run();
        SECTION("bandwidth") {
            one.mode.memories[0].bandwidth *= random_case::scale(one.draw, 1, 100);
            require_not_slower(one.run(), base);
        }
        SECTION("peak") {
            const double factor = random_case::scale(one.draw, 1, 100);
            for (peak& of : one.mode.peaks) {
                of.dense *= factor;
                of.sparse *= factor;
            }
            require_not_slower(one.run(), base);
        }
        SECTION("on-chip memory") {
            one.mode.memories[1].capacity *= random_case::scale(one.draw, 1, 100);
            require_not_slower(one.run(), base);
            one.mode.memories.push_back({.name = "more", .capacity = quantity_of<bytes>(1e4), .on_chip = true});
            require_not_slower(one.run(), base);
        }
        SECTION("datatype") {
            one.how.sparse = false;
            const estimate wide = one.run();
            one.how.datatype = int4;
            require_not_slower(one.run(), wide);
        }
    }
}

TEST_CASE("a call never gets shorter with its batch, nor the published throughput lower") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        const estimate base = one.run();
        one.how.batch *= 2;
        const estimate doubled = one.run();
        REQUIRE(doubled.latency().value() * slack >= base.latency().value());
        REQUIRE(doubled.call_time * slack >= base.call_time);
        if (one.how.placement == placement_kind::published)
            REQUIRE(doubled.throughput().value() * slack >= base.throughput().value());
        if (one.how.execution == execution_kind::dataflow && one.how.threads == 1)
            REQUIRE(doubled.latency().value() == Approx(base.latency().value()));
    }
}

TEST_CASE("a lower throughput at a larger batch comes with spilled activations or evicted weights") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        const estimate base = one.run();
        one.how.batch *= 2;
        const estimate doubled = one.run();
        if (doubled.throughput().value() * slack < base.throughput().value())
            REQUIRE((doubled.assumes(assumption::activations_spill) || doubled.assumes(assumption::weights_off_chip)));
    }
}

TEST_CASE("with an infinite on-chip memory the compute bound remains") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        one.mode.memories[1].capacity = quantity_of<bytes>(1e30);
        one.how = {.batch = one.how.batch, .placement = placement_kind::capacity, .execution = one.how.execution};
        const estimate bounded = one.run();
        REQUIRE(bounded.traffic == 0);
        REQUIRE(bounded.bound() == bound_kind::compute);
        REQUIRE(bounded.assumes(assumption::weights_on_chip));
        const double at_peak = bounded.work / one.mode.peaks[0].dense.value();
        if (one.how.execution == execution_kind::dataflow) {
            REQUIRE(bounded.initiation_interval == Approx(at_peak / static_cast<double>(one.how.batch)).epsilon(1e-12));
        } else {
            REQUIRE(bounded.call_time == Approx(at_peak).epsilon(1e-12));
        }
    }
}

TEST_CASE("layer by layer and dataflow are never faster than the network level") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        one.how.placement = placement_kind::published;
        one.how.execution = execution_kind::network;
        one.how.parameters = {};
        const estimate whole = one.run();
        for (const execution_kind kind : {execution_kind::layers, execution_kind::dataflow}) {
            one.how.execution = kind;
            const estimate refined = one.run();
            REQUIRE(refined.call_time * slack >= whole.call_time);
            REQUIRE(refined.throughput().value() <= whole.throughput().value() * slack);
            deployment lossy = one.how;
            lossy.parameters = random_case::parameters(one.draw);
            lossy.parameters.pipeline_fill = 1;
            require_not_slower(refined, predict(one.net, device_of(one.mode), lossy));
        }
    }
}

TEST_CASE("without information every refinement is level 0, to the last bit") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        const workload totals("totals", one.net.operations(), one.net.weights());
        const deployment plain{.batch = one.how.batch};
        const estimate level_0 = predict(one.net, device_of(one.mode), plain);
        const auto require_level_0 = [&](const estimate& other) {
            REQUIRE(other.call_time == level_0.call_time);
            REQUIRE(other.traffic == level_0.traffic);
            REQUIRE(other.bound() == level_0.bound());
            REQUIRE(other.operational_intensity() == level_0.operational_intensity());
            REQUIRE(other.peak() == level_0.peak());
        };
        require_level_0(predict(totals, device_of(one.mode), plain));
        operating_mode unknown_memory = one.mode;
        unknown_memory.memories.pop_back();
        deployment how{.batch = one.how.batch, .placement = placement_kind::capacity};
        const estimate unknown_capacity = predict(one.net, device_of(unknown_memory), how);
        require_level_0(unknown_capacity);
        REQUIRE(unknown_capacity.assumes(assumption::capacity_unknown));
        for (const execution_kind kind : {execution_kind::layers, execution_kind::dataflow}) {
            how = {.batch = one.how.batch, .execution = kind};
            const estimate without_layers = predict(totals, device_of(one.mode), how);
            require_level_0(without_layers);
            REQUIRE(without_layers.assumes(assumption::no_layer_detail));
        }
    }
}

TEST_CASE("parts of an estimate add up") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        one.how.threads = 1;
        one.how.parameters.cores = 1;
        const breakdown all = explain(one.net, device_of(one.mode), one.how);
        const estimate total = one.run();
        REQUIRE(all.total.call_time == total.call_time);
        double work = 0;
        double traffic = 0;
        double time = 0;
        for (const kernel_estimate& kernel : all.kernels) {
            work += kernel.work;
            traffic += kernel.traffic;
            time += kernel.time;
        }
        const bool streams = one.how.execution == execution_kind::dataflow;
        const double calls = streams ? static_cast<double>(one.how.batch) : 1;
        REQUIRE(work * calls == Approx(total.work).epsilon(1e-12));
        if (!streams || one.how.placement == placement_kind::published)
            REQUIRE(traffic == Approx(total.traffic).epsilon(1e-12));
        if (one.how.execution == execution_kind::layers) {
            const double host = one.how.parameters.call_overhead +
                                one.how.parameters.input_overhead * static_cast<double>(one.how.batch);
            REQUIRE(time + host == Approx(total.call_time).epsilon(1e-12));
        }
        REQUIRE(total.latency().value() <= total.call_time * slack);
    }
}

TEST_CASE("more calls in flight never lower the throughput nor shorten a call") {
    for (int seed = 0; seed < cases; ++seed) {
        INFO("seed " << seed);
        drawn one(seed);
        const estimate base = one.run();
        one.how.threads += random_case::between(one.draw, 1, 8);
        const estimate more = one.run();
        REQUIRE(more.throughput().value() * slack >= base.throughput().value());
        REQUIRE(more.call_time * slack >= base.call_time);
    }
}
