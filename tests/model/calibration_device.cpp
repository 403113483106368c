// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/model/calibration.hpp>
#include <qutibench/qutibench.hpp>

using namespace qutibench;
using namespace qutibench::literals;

namespace {

operating_mode mode_of(const char* name, double tops, bytes_per_second bandwidth) {
    operating_mode made;
    made.name = name;
    made.peaks = {{int8, quantity_of<ops_per_second>(tops * 1e12)}};
    made.memories = {{"ddr", unknown<bytes>, bandwidth}};
    return made;
}

workload convolutional(std::int64_t channels, int depth) {
    graph net("net");
    tensor at = net.input({1, 3, 64, 64});
    for (int i = 0; i < depth; ++i)
        at = net.add(convolution_2d{.out_channels = channels, .kernel = {3, 3}, .padding = same}, {at});
    net.add(dense{10 * channels}, {net.add(flatten{}, {at})});
    return analyze(net);
}

struct rows_of_networks {
    network_set networks;
    std::vector<calibration_point> points;

    /// Seconds on a device of so many operations and bytes per second.
    static double seconds_of(const workload& net, double peak, double bandwidth) {
        return static_cast<double>(net.operation_count) / peak + static_cast<double>(net.weight_count) / bandwidth +
               1e-4;
    }

    rows_of_networks(double peak, double bandwidth) {
        for (int i = 0; i < 6; ++i) {
            const workload net = convolutional(8 << (i % 4), 1 + i);
            const std::string name = "n" + std::to_string(i);
            networks.add(name, net);
            points.push_back({name, {.datatype = int8}, 1 / seconds_of(net, peak, bandwidth)});
        }
    }
};

}  // namespace

TEST_CASE("calibration: runs that name no mode are of the mode that was chosen", "[calibration]") {
    const rows_of_networks rows(1e12, 1e10);
    const platform device("board", {mode_of("slow", 1, 20.0_gb_per_s), mode_of("fast", 4, 20.0_gb_per_s)});
    const calibration slow =
        calibrate(rows.points, rows.networks, device, {.structures = {"tiles_64"}, .validate = false});
    const calibration fast =
        calibrate(rows.points, rows.networks, device.in_mode("fast"), {.structures = {"tiles_64"}, .validate = false});
    CHECK(slow.state().range.modes == std::vector<std::string>{"slow"});
    CHECK(fast.state().range.modes == std::vector<std::string>{"fast"});
    CHECK(fast.state().device.modes.front().name == "fast");
    const workload net = convolutional(32, 4);
    const auto in = [&](const calibration& by, const char* mode) {
        return by.predict(net, {.mode = mode, .datatype = int8});
    };
    CHECK(in(fast, "").throughput_ips == in(fast, "fast").throughput_ips);
    CHECK(in(fast, "").warnings.size() < in(fast, "slow").warnings.size());
    CHECK(in(fast, "slow").throughput_ips < in(fast, "fast").throughput_ips);
}

TEST_CASE("calibration: a bandwidth that no source states is what the measurements say", "[calibration]") {
    // ten times below and above the 10 GB/s of most boards
    for (const double bandwidth : {1e9, 1e11}) {
        const rows_of_networks rows(1e12, bandwidth);
        const platform device("board", {mode_of("", 4, unknown<bytes_per_second>)});
        const calibration fitted =
            calibrate(rows.points, rows.networks, device, {.structures = {"tiles_64"}, .validate = false});
        const workload other = convolutional(24, 3);
        CHECK(fitted.predict(other, {.datatype = int8}).latency_s ==
              Approx(rows_of_networks::seconds_of(other, 1e12, bandwidth)).epsilon(0.3));
    }
}

TEST_CASE("calibration: a mode without a bandwidth has that of the others", "[calibration]") {
    const auto figures = fitting::figures_of(
        platform("board", {mode_of("one", 1, 40.0_gb_per_s), mode_of("other", 1, unknown<bytes_per_second>)}));
    CHECK(figures.states_bandwidth);
    CHECK(figures.modes[1].bandwidth == figures.modes[0].bandwidth);
    const auto unstated = fitting::figures_of(platform("board", {mode_of("", 2, unknown<bytes_per_second>)}));
    CHECK(!unstated.states_bandwidth);
    CHECK(unstated.modes[0].bandwidth == 2e10);
}
