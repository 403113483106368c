// SPDX-License-Identifier: BSD-3-Clause
#include "chain.hpp"

#include <qutibench/explore/doubling.hpp>
#include <qutibench/model/levels.hpp>
#include <qutibench/model/side_by_side.hpp>
#include <qutibench/network/zoo/mobilenet.hpp>
#include <qutibench/network/zoo/resnet.hpp>

#include "support/random_networks.hpp"

#include "catch.hpp"

using namespace qutibench;
using testing::chain;

namespace {

platform board(double on_chip_bytes, double on_chip_bandwidth = unknown<bytes_per_second>.value(),
               memory_role role = memory_role::any) {
    operating_mode mode;
    mode.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(8e12)}};
    mode.memories = {{.name = "dram", .bandwidth = quantity_of<bytes_per_second>(19.2e9)},
                     {.name = "sram",
                      .capacity = quantity_of<bytes>(on_chip_bytes),
                      .bandwidth = quantity_of<bytes_per_second>(on_chip_bandwidth),
                      .on_chip = true,
                      .role = role}};
    return platform("board", {mode});
}

constexpr double mebibyte = 1048576;

deployment placed(placement_kind placement, execution_kind execution = execution_kind::layers) {
    return {.datatype = int8, .placement = placement, .execution = execution};
}

double rate(const workload& net, const platform& device, const deployment& how) {
    return predict(net, device, how).throughput().value();
}

double on_chip_at_once(const workload& net, const placement& where, tensor_role role) {
    const detail::layer_table<> table(net, board(1e6), placed(placement_kind::capacity));
    double always = 0, most = 0;
    for (int at = 0; at <= static_cast<int>(net.layers().size()); ++at) {
        double alive = 0;
        for (const placed_tensor& one : where.tensors)
            if (one.on_chip && one.role == tensor_role::activations && role == one.role &&
                table.at(one.layer).kernel <= at && at <= table.at(one.layer).last)
                alive += one.size;
        most = std::max(most, alive);
    }
    for (const placed_tensor& one : where.tensors)
        if (one.on_chip && one.role == role && role != tensor_role::activations) always += one.size;
    return always + most;
}

}  // namespace

TEST_CASE("with 4 and 8 MiB the right tensors of ResNet-50 gain where a fixed order gains nothing") {
    const workload net = analyze(graph(zoo::resnet50()));
    const double published = rate(net, board(0.5 * mebibyte), placed(placement_kind::published));
    const double before = rate(net, board(4 * mebibyte), placed(placement_kind::capacity));
    CHECK(rate(net, board(8 * mebibyte), placed(placement_kind::capacity)) < 1.01 * before);
    const double small = rate(net, board(4 * mebibyte), placed(placement_kind::optimal));
    const double large = rate(net, board(8 * mebibyte), placed(placement_kind::optimal));
    CHECK(published < small);
    CHECK(small > 1.06 * before);
    CHECK(large > 1.12 * small);
}

TEST_CASE("a placement that time decides fits, says its gap, and is not slower than the fixed order") {
    for (const graph& net : {graph(zoo::resnet50()), graph(zoo::mobilenet_v1())}) {
        const workload work = analyze(net);
        double slowest = 0;
        for (const double size : {0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0}) {
            INFO(net.name() << " in " << size << " MiB");
            const platform device = board(size * mebibyte);
            const breakdown all = explain(work, device, placed(placement_kind::optimal));
            double taken = 0;
            for (const tensor_role role : {tensor_role::weights, tensor_role::activations, tensor_role::state})
                taken += on_chip_at_once(work, all.where, role);
            CHECK(taken <= size * mebibyte);
            CHECK(all.where.gap >= 0);
            CHECK(all.where.gap < 0.17);  // 0.0 to 0.16: activations are whole, the bound may cut them
            const double rate_now = all.total.throughput().value();
            CHECK(rate_now == rate(work, device, placed(placement_kind::optimal)));
            CHECK(rate_now >= rate(work, device, placed(placement_kind::capacity)));
            CHECK(rate_now >= slowest);
            slowest = rate_now;
        }
    }
}

TEST_CASE("more memory never loses, whatever the model, and time never loses to the fixed order") {
    for (int seed = 0; seed < 60; ++seed) {
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        const workload net = analyze(random_case::network(draw));
        operating_mode mode = random_case::device(draw);
        deployment how = random_case::deployment(draw);
        for (const execution_kind kind : {execution_kind::network, execution_kind::layers, execution_kind::dataflow,
                                          execution_kind::prefetch, execution_kind::tiled}) {
            how.execution = kind;
            for (const placement_kind placement : {placement_kind::capacity, placement_kind::optimal}) {
                INFO("seed " << seed << ", " << to_string(kind) << ", " << to_string(placement));
                how.placement = placement;
                operating_mode larger = mode;
                const double base = rate(net, platform("random", {mode}), how);
                larger.memories[1].capacity *= random_case::scale(draw, 1, 100);
                REQUIRE(rate(net, platform("random", {larger}), how) >= base * (1 - 1e-12));
            }
            const platform device("random", {mode});
            deployment in_order = how;
            in_order.placement = placement_kind::capacity;
            REQUIRE(rate(net, device, how) >= rate(net, device, in_order) * (1 - 1e-12));
        }
    }
}

TEST_CASE("of small networks the placement is the best of all that overrides can force") {
    int tried = 0;
    for (int seed = 0; seed < 200; ++seed) {
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        graph small("small");
        tensor at = small.input({1, 4, 8, 8}, "image");
        const std::int64_t layers = random_case::between(draw, 1, 3);
        for (std::int64_t i = 0; i < layers; ++i) {
            const tensor from = at;
            at = small.add(
                convolution_2d{.out_channels = random_case::between(draw, 1, 16), .kernel = {3, 3}, .padding = same},
                {from}, "convolution" + std::to_string(i));
            if (small.shape_of(at) == small.shape_of(from)) at = small.add(elementwise{}, {at, from});
        }
        const workload net = analyze(small);
        const platform device("random", {random_case::device(draw)});
        deployment how = placed(placement_kind::optimal);
        how.execution = static_cast<execution_kind>(random_case::between(draw, 0, 3));
        how.batch = random_case::between(draw, 1, 3);
        const placement where = place(net, device, how);
        if (where.tensors.size() > 8 || !(where.capacity > 0)) continue;
        ++tried;
        deployment forced = how;
        forced.placement = placement_kind::capacity;
        double best = 0;
        for (unsigned chosen = 0; chosen < 1U << where.tensors.size(); ++chosen) {
            forced.overrides.clear();
            for (std::size_t i = 0; i < where.tensors.size(); ++i) {
                const placed_tensor& tensor = where.tensors[i];
                // activations stream through a pipeline unless somebody forces them
                if (how.execution == execution_kind::dataflow && tensor.role == tensor_role::activations) continue;
                forced.overrides.push_back(
                    {net.layers()[static_cast<std::size_t>(tensor.layer)].name, tensor.role, (chosen >> i & 1U) != 0});
            }
            const estimate one = predict(net, device, forced);
            if (one.feasible != feasibility::infeasible) best = std::max(best, one.throughput().value());
        }
        INFO("seed " << seed);
        REQUIRE(rate(net, device, how) == Approx(best).epsilon(1e-12));
    }
    CHECK(tried > 150);
}

TEST_CASE("calls side by side have the answers of calls one by one") {
    const workload net = analyze(graph(zoo::mobilenet_v1()));
    std::vector<platform> devices;
    for (const double size : {0.02, 2.0})
        for (const double pace : {100e9, 30e9}) devices.push_back(board(size * mebibyte, pace));
    for (const execution_kind kind : {execution_kind::layers, execution_kind::tiled})
        for (const placement_kind placement :
             {placement_kind::published, placement_kind::capacity, placement_kind::optimal}) {
            std::vector<side_call> calls;
            for (const platform& device : devices)
                for (const std::int64_t batch : {1, 3}) calls.push_back({&device, batch});
            std::vector<estimate> together(calls.size());
            deployment how = placed(placement, kind);
            predict(net, calls, how, together);
            for (std::size_t i = 0; i < calls.size(); ++i) {
                calls[i].apply_to(how);
                const estimate alone = predict(net, *calls[i].device, how);
                CHECK(together[i].call_time == alone.call_time);
                CHECK(together[i].traffic == alone.traffic);
                CHECK(together[i].bound() == alone.bound());
                CHECK(together[i].assumed == alone.assumed);
            }
        }
}

TEST_CASE("what tiles move again is kept for a buffer and a batch, for as many as were asked for lately") {
    detail::tile_memory<> memory;
    memory.of(16, 1).emplace_back(tiled_kernel{}, 3.0);
    CHECK(memory.of(16, 2).empty());
    CHECK(memory.of(17, 1).empty());
    CHECK(memory.of(16, 1).size() == 1);
    for (int i = 0; i < 300; ++i) CHECK(memory.of(100 + i, 1).empty());
    CHECK(memory.of(16, 1).empty());
}

TEST_CASE("roles say what a memory may hold") {
    const workload net = analyze(chain());
    for (const placement_kind placement : {placement_kind::capacity, placement_kind::optimal}) {
        INFO(to_string(placement));
        const auto held_on = [&](const platform& device) {
            std::array<int, 3> count{};
            for (const placed_tensor& one : place(net, device, placed(placement)).tensors)
                if (one.on_chip) ++count[static_cast<std::size_t>(one.role)];
            return count;
        };
        const auto held = [&](memory_role role, double size) {
            return held_on(board(size, unknown<bytes_per_second>.value(), role));
        };
        CHECK(held(memory_role::any, 384) == std::array{2, 3, 0});
        CHECK(held(memory_role::cache, 384) == std::array{2, 3, 0});
        CHECK(held(memory_role::activations, 384) == std::array{0, 3, 0});
        CHECK(held(memory_role::activations, 255)[1] < 3);
        CHECK(held(memory_role::weights, 127) == std::array{1, 3, 0});  // activations have no level: free, as published
        CHECK(held(memory_role::weights, 128) == std::array{2, 3, 0});
        CHECK(held(memory_role::code, 1e6) == std::array{0, 3, 0});  // nothing is placed there
        // weights of 64 and 64, activations of 256 at once: what a level of one kind lacks, a level of any takes
        const auto both = [&](double of_weights, double of_activations, double of_any) {
            operating_mode mode = board(of_weights, unknown<bytes_per_second>.value(), memory_role::weights).mode();
            for (const auto& [size, role] :
                 {std::pair{of_activations, memory_role::activations}, std::pair{of_any, memory_role::any}}) {
                mode.memories.push_back(mode.memories[1]);
                mode.memories.back().capacity = quantity_of<bytes>(size);
                mode.memories.back().role = role;
            }
            return held_on(platform("board", {mode}));
        };
        CHECK(both(64, 256, 1) == std::array{1, 3, 0});
        CHECK(both(64, 256, 64) == std::array{2, 3, 0});
        CHECK(both(64, 192, 64) == std::array{1, 3, 0});  // the rest of the activations takes it
        CHECK(both(128, 192, 63)[0] == 2);                // weights have their own, whatever becomes of activations
        CHECK(both(128, 192, 63)[1] < 3);
    }
    // a workload without layers has weights alone
    const workload_totals& totals = net;
    const auto traffic = [&](memory_role role) {
        return predict(totals, board(1e6, unknown<bytes_per_second>.value(), role), placed(placement_kind::capacity))
            .traffic;
    };
    CHECK(traffic(memory_role::weights) == 0);
    CHECK(traffic(memory_role::activations) == 128);
}

TEST_CASE("what is on chip fits levels of every role, and more of any of them never loses") {
    for (int seed = 0; seed < 60; ++seed) {
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        const workload net = analyze(random_case::network(draw));
        operating_mode mode = random_case::device(draw);
        for (const memory_role role : {memory_role::weights, memory_role::activations}) {
            mode.memories.push_back(mode.memories[1]);
            mode.memories.back().role = role;
            mode.memories.back().capacity *= random_case::scale(draw, 0.01, 10);
        }
        deployment how = random_case::deployment(draw);
        how.execution = execution_kind::layers;
        how.placement = placement_kind::capacity;
        how.overrides.clear();
        const platform device("random", {mode});
        const double base = rate(net, device, how);
        INFO("seed " << seed);
        double taken[3] = {};
        const placement where = place(net, device, how);
        for (const tensor_role role : {tensor_role::weights, tensor_role::activations, tensor_role::state})
            taken[static_cast<std::size_t>(role)] = on_chip_at_once(net, where, role);
        CHECK(detail::pools_of(device, how.double_buffered).hold(taken[0], taken[1] + taken[2]));
        for (std::size_t level = 1; level < mode.memories.size(); ++level) {
            operating_mode larger = mode;
            larger.memories[level].capacity *= random_case::scale(draw, 1, 100);
            REQUIRE(rate(net, platform("random", {larger}), how) >= base * (1 - 1e-12));
        }
        how.placement = placement_kind::optimal;
        REQUIRE(rate(net, device, how) >= base * (1 - 1e-12));
    }
}

TEST_CASE("the slowest level bounds a kernel") {
    // By hand: first moves 64 bytes of weights and two activations of 128 through the memory, second likewise: 640.
    const workload net = analyze(chain());
    const deployment how = placed(placement_kind::capacity);
    const breakdown slow = explain(net, board(1e6, 1e6), how);
    CHECK(slow.total.call_time == Approx(640e-6));
    CHECK(slow.total.bound() == bound_kind::on_chip);
    CHECK(slow.kernels[0].bound == bound_kind::on_chip);
    CHECK(slow.kernels[0].on_chip_traffic == 320);
    CHECK(slow.kernels[0].on_chip_time == Approx(320e-6));
    CHECK(explain(net, board(1e6, 512e9), how).total.call_time == Approx(640 / 512e9));
    CHECK(explain(net, board(1e6), how).total.bound() == bound_kind::compute);
    // level 0 stays: activations are free
    CHECK(predict(net, board(1e6, 1e6), placed(placement_kind::published)).call_time ==
          predict(net, board(1e6), placed(placement_kind::published)).call_time);
    const std::vector<level_load> levels = level_loads(net, board(1e6, 1e6), how, slow);
    REQUIRE(levels.size() == 2);
    CHECK(levels[0].traffic == 0);
    CHECK(levels[1].traffic == 640 + 128);  // the image is written there, too
    CHECK(levels[1].intensity(slow.total.work) == Approx(2.0 * 2 * 16 * 64 / 768));
    for (const execution_kind kind : {execution_kind::network, execution_kind::prefetch, execution_kind::tiled})
        CHECK(predict(net, board(1e6, 1e6), placed(placement_kind::capacity, kind)).call_time == Approx(640e-6));
}

TEST_CASE("tiles move more than whole tensors, less with more memory, and chains keep what is between") {
    const workload net = analyze(graph(zoo::resnet50()));
    double before = std::numeric_limits<double>::infinity();
    for (const double size : {0.03125, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0}) {
        const estimate one =
            predict(net, board(size * mebibyte), placed(placement_kind::published, execution_kind::tiled));
        CHECK(one.traffic <= before * (1 + 1e-12));
        CHECK(one.assumes(assumption::weights_off_chip));
        before = one.traffic;
    }
    // by hand: both kernels of the chain in 64 + 64 bytes of weights, rows of 32 bytes and of 32 sums of 4 bytes each
    const workload two = analyze(chain());
    const auto moved = [&](double size) {
        return predict(two, board(size), placed(placement_kind::published, execution_kind::tiled)).traffic;
    };
    constexpr double whole = 128 + 64 + 64 + 128;  // image, weights, result; what is between stays
    CHECK(moved(2 * (64 + 32 + 128)) == whole);
    CHECK(moved(2 * (64 + 32 + 128) - 1) == whole + 2 * 128);
}

TEST_CASE("layers that repeat move in tiles what each moves alone") {
    const auto net_of = [](const std::vector<std::int64_t>& windows) {
        graph net("windows");
        tensor at = net.input({1, 32, 16, 16}, "image");
        for (const std::int64_t window : windows)
            at = net.add(convolution_2d{.out_channels = 32, .kernel = {window, window}, .padding = same}, {at});
        return analyze(net);
    };
    const auto kernels = [&](const std::vector<std::int64_t>& windows, double size) {
        return explain(net_of(windows), board(size), placed(placement_kind::published, execution_kind::tiled)).kernels;
    };
    const std::vector<std::int64_t> windows{3, 1, 3, 5, 1, 3, 5};
    for (const double size : {128.0, 512.0, 2048.0}) {
        const auto all = kernels(windows, size);
        REQUIRE(all.size() == windows.size());
        for (std::size_t i = 0; i < windows.size(); ++i) {
            CAPTURE(size, i);
            CHECK(all[i].traffic == kernels({windows[i]}, size)[0].traffic);
        }
    }
}

TEST_CASE("what a doubling buys") {
    const workload net = analyze(graph(zoo::resnet50()));
    const platform device = board(4 * mebibyte, 50e9);
    const deployment how = placed(placement_kind::optimal);
    const std::vector<doubling> rows = doublings(net, device, how);
    REQUIRE(rows.size() == doubled_parts.size() + 1);
    CHECK(rows[0].key == "as_is");
    CHECK(rows[0].prediction.throughput() == predict(net, device, how).throughput());
    for (const doubling& one : rows) CHECK(one.gain >= 1);
    CHECK(rows[1].prediction.throughput() == predict(net, board(8 * mebibyte, 50e9), how).throughput());
    CHECK(rows[2].prediction.throughput() == predict(net, board(4 * mebibyte, 100e9), how).throughput());
    CHECK(rows.back().gain > 2);
}
