// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/model/predict.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>

using namespace qutibench;
using namespace qutibench::literals;

namespace {

platform zcu104() {
    return platform("zcu104",
                    {{.peaks = {{int8, 4.6_top_per_s}}, .memories = {{"ddr4", 4_gib, 19.2_gb_per_s}}, .power = 20_w}});
}

}  // namespace

TEST_CASE("the roofline is a roof and a slope that meet at the ridge") {
    constexpr roofline roof{4.6_top_per_s, 19.2_gb_per_s};
    static_assert(roof.ridge_point() > quantity_of<ops_per_byte>(239) &&
                  roof.ridge_point() < quantity_of<ops_per_byte>(240));
    CHECK(roof.attainable(quantity_of<ops_per_byte>(1000)) == roof.peak);
    CHECK(roof.attainable(quantity_of<ops_per_byte>(2)).value() == Approx(38.4e9));
    CHECK(roof.bound(roof.ridge_point().value() * 10, 10) == bound_kind::compute);
    CHECK(roof.bound(10, 10) == bound_kind::memory);
}

TEST_CASE("level 0 of ResNet-50 on the ZCU104's DPU, as in figure 6.3") {
    const estimate e = predict(analyze(graph(zoo::resnet50())), zcu104(), {.datatype = int8});
    CHECK(e.throughput().value() == Approx(596).epsilon(0.005));
    CHECK(e.bound() == bound_kind::compute);
    CHECK(e.operational_intensity().value() == Approx(302.71).epsilon(0.001));
    CHECK(e.model_size().value() == Approx(25'502'912.0));
    CHECK(e.energy().value() == Approx(20.0 / e.throughput().value()));
    CHECK(e.assumes(assumption::weights_off_chip));
    CHECK(e.feasible == feasibility::feasible);
}

TEST_CASE("a batch reads the weights once") {
    const workload net = analyze(graph(zoo::mlp()));
    const estimate one = predict(net, zcu104(), {.datatype = int8, .batch = 1});
    const estimate eight = predict(net, zcu104(), {.datatype = int8, .batch = 8});
    CHECK(one.bound() == bound_kind::memory);
    CHECK(eight.throughput().value() == Approx(8 * one.throughput().value()));
    CHECK(eight.latency().value() == Approx(one.latency().value()));
    CHECK(eight.operational_intensity().value() == Approx(8 * one.operational_intensity().value()));
}

TEST_CASE("a carrier lends its peak; the weights keep their own width unless asked otherwise") {
    const workload net = analyze(graph(zoo::mlp()));
    const estimate narrow = predict(net, zcu104(), {.datatype = int2});
    CHECK(narrow.peak().value() == Approx(4.6e12));
    CHECK(narrow.assumes(assumption::carrier_datatype));
    CHECK(narrow.model_size().value() == Approx(10'014'720 / 4.0));
    CHECK(predict(net, zcu104(), {.datatype = int2, .weights_in_carrier = true}).model_size().value() ==
          Approx(10'014'720.0));
    CHECK_THROWS_AS(predict(net, zcu104(), {.datatype = int2, .carriers = false}), unsupported_datatype);
    CHECK_THROWS_AS(predict(net, zcu104(), {.datatype = fp32}), unsupported_datatype);
}

TEST_CASE("nothing to compute, no batch, and a model that does not fit") {
    CHECK_THROWS_AS(predict(workload("empty", 0_op, elements()), zcu104()), invalid_argument);
    CHECK_THROWS_WITH(predict(analyze(graph(zoo::mlp())), zcu104(), {.batch = 0}), "batch must be at least 1, not 0");
    CHECK_THROWS_AS(predict(analyze(graph(zoo::mlp())), zcu104(), {.batch = -3}), invalid_argument);
    const auto large = quantity_of<elements>(std::int64_t{5} << 30);
    const estimate e = predict(workload("large", 1_gop, large), zcu104(), {.datatype = int8});
    CHECK(e.feasible == feasibility::infeasible);
    CHECK_FALSE(e.may_win());
}

TEST_CASE("an unknown bandwidth is not infinite: the bound is compute as far as is known, and wins nothing") {
    const platform device("vague", {{.peaks = {{int8, 1_top_per_s}}, .memories = {{.name = "ddr"}}}});
    for (const auto execution : {execution_kind::network, execution_kind::layers, execution_kind::dataflow}) {
        const estimate e = predict(analyze(graph(zoo::mlp())), device, {.datatype = int8, .execution = execution});
        CHECK(to_string(e.bound()) == "compute?");
        CHECK(e.assumes(assumption::bandwidth_unknown));
        CHECK_FALSE(e.may_win());
    }
    // Without traffic there is nothing that a bandwidth could bound.
    const platform roomy("roomy",
                         {{.peaks = {{int8, 1_top_per_s}},
                           .memories = {{.name = "ddr"}, {.name = "sram", .capacity = 1_gib, .on_chip = true}}}});
    const estimate held =
        predict(analyze(graph(zoo::mlp())), roomy, {.datatype = int8, .placement = placement_kind::capacity});
    CHECK(held.traffic == 0);
    CHECK(held.bound() == bound_kind::compute);
    CHECK(held.may_win());
}

TEST_CASE("an unknown capacity is unknown, not feasible; what a device's software does not run is infeasible") {
    const auto net = analyze(graph(zoo::mlp()));
    platform device("board", {{.peaks = {{int8, 1_top_per_s}}, .memories = {{"ddr", unknown<bytes>, 1_gb_per_s}}}});
    CHECK(predict(net, device, {.datatype = int8}).feasible == feasibility::unknown);
    CHECK(predict(net, device, {.datatype = int8}).may_win());
    const auto refuses = [&](const operator_support& known) {
        device.operators = known;
        const estimate e = predict(net, device, {.datatype = int8});
        CHECK(e.assumes(assumption::unsupported) == (e.feasible == feasibility::infeasible));
        return e.feasible == feasibility::infeasible;
    };
    CHECK(refuses({.unsupported_networks = {net.name()}}));
    CHECK_FALSE(refuses({.unsupported_networks = {"another"}}));
    CHECK(refuses({.unsupported = {"dense"}}));
    CHECK(refuses({.supported = {"convolution_2d"}}));
    CHECK_FALSE(refuses({.supported = {"dense"}}));  // activations and the like are never what a device lacks
}

TEST_CASE("energy is the measured power times time where somebody measured it, else the stated one") {
    const auto net = analyze(graph(zoo::mlp()));
    operating_mode mode{.peaks = {{int8, 1_top_per_s}}, .memories = {{"ddr", 1_gib, 1_gb_per_s}}, .power = 15_w};
    const estimate stated = predict(net, platform("board", {mode}), {.datatype = int8});
    CHECK(stated.energy().value() == Approx(15 * stated.latency().value()));
    CHECK(stated.assumes(assumption::average_power));
    mode.measured_power = 9_w;
    const estimate measured = predict(net, platform("board", {mode}), {.datatype = int8});
    CHECK(measured.energy().value() == Approx(9 * measured.latency().value()));
    CHECK(measured.assumes(assumption::measured_power));
    CHECK_FALSE(measured.assumes(assumption::average_power));
}

TEST_CASE("level 0 at compile time equals level 0 at run time") {
    constexpr static_platform board{static_peak<integer<8>>(4.6_top_per_s), static_peak<integer<2>>(30.7_top_per_s),
                                    static_bandwidth(19.2_gb_per_s)};
    constexpr estimate fixed = predict<integer<8>>(zoo::cnv(), board);
    static_assert(fixed.bound() == bound_kind::memory);
    static_assert(predict<integer<2>>(zoo::cnv(), board).throughput() > fixed.throughput());
    const estimate e = predict(analyze(graph(zoo::cnv())), zcu104(), {.datatype = int8});
    CHECK(e.throughput().value() == Approx(fixed.throughput().value()).epsilon(1e-15));
    // and what is refused at run time is refused here
    CHECK_THROWS_AS(predict<integer<8>>(static_graph{features<10>, flatten{}}, board), invalid_argument);
    CHECK_THROWS_AS(predict<integer<8>>(zoo::cnv(), board, 0), invalid_argument);
    CHECK_THROWS_AS(static_bandwidth(0_gb_per_s), invalid_argument);
    CHECK_THROWS_AS(static_peak<integer<8>>(unknown<ops_per_second>), invalid_argument);
}

TEST_CASE("a prediction does not depend on how operations were counted") {
    const graph net(zoo::resnet50());
    const workload counted = analyze(net);
    for (const execution_kind execution : {execution_kind::network, execution_kind::layers, execution_kind::dataflow})
        for (const placement_kind placement : {placement_kind::published, placement_kind::capacity})
            for (const counting convention : {counting::macs_only, counting::fvcore}) {
                const deployment how{.batch = 4, .placement = placement, .execution = execution};
                const estimate one = predict(analyze(net, convention), zcu104(), how);
                const estimate other = predict(counted, zcu104(), how);
                CHECK(one.throughput() == other.throughput());
                CHECK(one.work == other.work);
                CHECK(one.work == 4 * static_cast<double>(counted.operations().value()));
            }
}
