// SPDX-License-Identifier: BSD-3-Clause
#include "spaces.hpp"

#include "catch.hpp"

using namespace qutibench;
using namespace testing;

TEST_CASE("every number is one combination, in the order of the axes") {
    const design_space space(small_axes());
    const design_axes& axes = space.axes();
    // The GPU has int8 and fp32, the accelerator int8 only; fp32 on it is left out.
    REQUIRE(space.targets().size() == 3);
    REQUIRE(space.size() == 2 * 3 * 2 * 2 * 2 * 2 * 3);
    std::uint64_t number = 0;
    for (std::size_t net = 0; net < axes.networks.size(); ++net)
        for (std::size_t target = 0; target < 3; ++target)
            for (std::size_t compute = 0; compute < 2; ++compute)
                for (std::size_t bandwidth = 0; bandwidth < 2; ++bandwidth)
                    for (std::size_t placement = 0; placement < 2; ++placement)
                        for (std::size_t execution = 0; execution < 2; ++execution)
                            for (std::size_t batch = 0; batch < 3; ++batch, ++number) {
                                const design_point point = space.at(number);
                                REQUIRE(point.network == net);
                                REQUIRE(point.target == target);
                                REQUIRE(point.compute_scale == compute);
                                REQUIRE(point.bandwidth_scale == bandwidth);
                                REQUIRE(point.placement == placement);
                                REQUIRE(point.execution == execution);
                                REQUIRE(point.batch == batch);
                            }
    REQUIRE(number == space.size());
}

TEST_CASE("runs follow each other as numbers do") {
    const design_space space(small_axes());
    const std::uint64_t length = space.axes().batches.size();
    design_point point = space.at(1);
    for (std::uint64_t run = 1; run < space.runs(); ++run) {
        space.advance_run(point);
        const design_point expected = space.at(run * length);
        REQUIRE(point.network == expected.network);
        REQUIRE(point.target == expected.target);
        REQUIRE(point.compute_scale == expected.compute_scale);
        REQUIRE(point.bandwidth_scale == expected.bandwidth_scale);
        REQUIRE(point.placement == expected.placement);
        REQUIRE(point.execution == expected.execution);
        REQUIRE(point.batch == 0);
    }
    space.advance_run(point);
    REQUIRE(point.network == 0);
}

TEST_CASE("a datatype that a device lacks is carried or skipped, as asked") {
    design_axes axes = small_axes();
    axes.datatypes = {int8, int4};
    axes.how.carriers = true;
    REQUIRE(design_space(axes).targets().size() == 4);
    axes.how.carriers = false;
    const design_space skipping(axes);
    REQUIRE(skipping.targets().size() == 2);
    REQUIRE(skipping.skipped().size() == 2);
    REQUIRE(skipping.skipped()[0].find("carriers are switched off") != std::string::npos);
    axes.datatypes = {int4};
    REQUIRE_THROWS_AS(design_space(axes), unsupported_datatype);
    axes.datatypes = {};
    REQUIRE(design_space(axes).targets().size() == 3);
}

TEST_CASE("scales change the peak and the off-chip bandwidth") {
    design_axes axes = small_axes();
    axes.compute_scales = {2.0};
    axes.bandwidth_scales = {0.5};
    const design_space space(axes);
    const platform& plain = *axes.platforms[0];
    const platform scaled = *space.device_of(space.at(0));
    REQUIRE(scaled.mode().peaks[0].dense.value() == plain.mode().peaks[0].dense.value() * 2);
    REQUIRE(scaled.bandwidth().value() == plain.bandwidth().value() * 0.5);
    REQUIRE(scaled.mode().name == plain.mode().name);
}

TEST_CASE("a space that cannot be is refused in a sentence") {
    const auto refused = [](auto change) {
        design_axes axes = small_axes();
        change(axes);
        return axes;
    };
    REQUIRE_THROWS_WITH(design_space(refused([](design_axes& a) { a.networks.clear(); })),
                        "the axis of networks has no value");
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.platforms.clear(); })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.batches = {}; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.batches = {1, 0}; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.compute_scales = {0.0}; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.bandwidth_scales = {NAN}; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.executions.clear(); })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.placements.clear(); })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.platforms = {nullptr}; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) { a.networks[0].work = nullptr; })), invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) {
                          a.networks[0].work =
                              std::make_shared<workload>("empty", quantity_of<operations>(0), quantity_of<elements>(0));
                      })),
                      invalid_argument);
    REQUIRE_THROWS_AS(design_space(refused([](design_axes& a) {
                          a.batches.assign(1 << 20, 1);
                          a.placements.assign(1 << 16, placement_kind::published);
                          a.executions.assign(1 << 16, execution_kind::network);
                          a.compute_scales.assign(64, 1.0);
                          a.bandwidth_scales.assign(64, 1.0);
                      })),
                      overflow_error);
    const design_space space(small_axes());
    REQUIRE_THROWS_AS(space.at(space.size()), invalid_argument);
}

TEST_CASE("a space takes the memory of its axes, not of their combinations") {
    design_axes axes = small_axes();
    axes.compute_scales.assign(1 << 16, 2.0);
    axes.bandwidth_scales.assign(1 << 16, 0.5);
    const design_space space(axes);
    REQUIRE(space.size() == (std::uint64_t{1} << 32) * 2 * 3 * 2 * 2 * 3);
    const platform last = *space.device_of(space.at(space.size() - 1));
    REQUIRE(last.mode().peaks[0].dense.value() == axes.platforms[1]->mode().peaks[0].dense.value() * 2);
}
