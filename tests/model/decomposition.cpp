// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/decomposition.hpp>

#include "support/random_networks.hpp"

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

TEST_CASE("the product of the factors is the estimate") {
    for (int seed = 0; seed < 400; ++seed) {
        INFO("seed " << seed);
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        graph net = random_case::network(draw);
        random_case::prune(draw, net);
        const workload counted = analyze(net);
        operating_mode mode = random_case::device(draw);
        if (random_case::chance(draw, 0.5)) mode.clock = quantity_of<hertz>(random_case::scale(draw, 1e8, 2e9));
        const platform device("random", {mode});
        deployment how = random_case::deployment(draw);
        how.sparse = random_case::chance(draw, 0.5);
        const double pes = random_case::scale(draw, 1, 4096);
        const throughput_decomposition parts = decompose(counted, device, how, pes);
        CHECK(parts.throughput().value() == Approx(predict(counted, device, how).throughput().value()).epsilon(1e-9));
        CHECK(parts.operations_per_cycle_per_pe * parts.clock_hz * parts.pes == Approx(mode.peaks[0].dense.value()));
        CHECK(parts.mapping > 0);
        CHECK(parts.mapping <= 1 + 1e-12);
        CHECK(parts.stalls > 0);
        CHECK(parts.stalls <= 1 + 1e-12);
        CHECK(parts.effectual >= 1 - 1e-12);
        if (!how.sparse) CHECK(parts.effectual == Approx(1));
        const workload totals("totals", counted.operations(), counted.weights());
        CHECK(decompose(totals, device, how).throughput().value() ==
              Approx(predict(totals, device, how).throughput().value()));
    }
}

TEST_CASE("the factors of a known array") {
    // [array]
    // 8 x 8 processing elements of two operations at 1 GHz; a dense layer of 8 rows and 12 columns fills 12 of 16
    const platform array("array", {{.peaks = {{.numbers = int8, .dense = 128_gop_per_s}},
                                    .memories = {{.name = "off-chip", .bandwidth = 1_gb_per_s}},
                                    .clock = 1000_mhz}});
    graph net("net");
    net.add(dense{.out_features = 12}, {net.input({8, 64})});
    deployment how{.execution = execution_kind::layers};
    how.parameters.tile_columns = 8;
    const throughput_decomposition parts = decompose(analyze(net), array, how, 64);
    CHECK(parts.operations_per_cycle_per_pe == Approx(2));
    CHECK(parts.mapping == Approx(12.0 / 16));
    // 12288 operations on 128 GOP/s take 96 ns, padded 128 ns; 768 bytes take 768 ns
    CHECK(parts.stalls == Approx(128.0 / 768));
    CHECK(parts.utilisation() == Approx(96.0 / 768));
    // [array]
    CHECK_THROWS_AS(decompose(analyze(net), array, how, 0), invalid_argument);
    CHECK_THROWS_AS(decompose(workload("none", 0_op, quantity_of<elements>(5)), array), invalid_argument);
}
