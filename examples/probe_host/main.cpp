// SPDX-License-Identifier: BSD-3-Clause
// probe_host: the roofs of this machine, as a table for people or as a platform file. Exit status 0 is done, 1 bad
// input, 2 wrong usage.
#include "compare.hpp"

#include <qutibench/hardware/probe.hpp>
#include <qutibench/io/json/platform.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace qutibench;

struct choices {
    double time = 8;
    double largest_mb = 0;
    int threads = 0;
    bool as_json = false;
    bool without_comparison = false;
    std::string output{};
};

void print_peaks(const host_probe& found) {
    std::printf("\nPeaks [GOP/s]: best burst, how far the median burst is below it [%%], and by the clock\n");
    std::printf("%-8s  %-36s  %9s  %4s  %9s  %9s  %4s\n", "datatype", "loop", "one core", "-%", "by clock", "all cores",
                "-%");
    for (const probed_loop& one : found.loops)
        std::printf("%-8s  %-36s  %9.1f  %4.0f  %9.1f  %9.1f  %4.0f\n", to_string(one.numbers).c_str(),
                    one.instruction.c_str(), one.rate.one.best.value() / 1e9, 100 * one.rate.one.spread(),
                    found.theoretical(one).value() / 1e9, one.rate.all.best.value() / 1e9, 100 * one.rate.all.spread());
}

void print_bandwidths(const host_probe& found) {
    std::printf("\nBandwidths [GB/s]: STREAM's triad, and reading alone\n");
    std::printf("%16s  %9s  %4s  %9s  %4s  %9s  %9s\n", "working set [MB]", "one core", "-%", "all cores", "-%",
                "one reads", "all read");
    for (const probed_stream& one : found.streams)
        std::printf("%16.3f  %9.1f  %4.0f  %9.1f  %4.0f  %9.1f  %9.1f\n", one.working_set.value() / 1e6,
                    one.triad.one.best.value() / 1e9, 100 * one.triad.one.spread(), one.triad.all.best.value() / 1e9,
                    100 * one.triad.all.spread(), one.reading.one.best.value() / 1e9,
                    one.reading.all.best.value() / 1e9);
    std::printf("\nMemories as the platform has them\n");
    const platform host = to_platform(found);
    for (const operating_mode& mode : host.modes())
        for (const memory_level& one : mode.memories)
            std::printf("%-9s  %-4s  %12.3f MB  %9.1f GB/s\n", mode.name.c_str(), one.name.c_str(),
                        one.capacity.value() / 1e6, one.bandwidth.value() / 1e9);
}

void print_comparison(const host_probe& found) {
    constexpr int size = 512;
    std::printf("\nIn the same run, for comparison\n");
    std::printf("%-46s  %9s  %9s\n", "", "one core", "all cores");
    const auto print = [](const std::string& what, const comparison::compared& rates) {
        std::printf("%-46s  %9.1f  %9.1f\n", what.c_str(), rates.one / 1e9, rates.all / 1e9);
    };
    const std::string product = "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." +
                                std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION) +
                                ", product of " + std::to_string(size) + " x " + std::to_string(size) + ", ";
    print(product + "fp32 [GOP/s]", comparison::eigen_product<float>(found.threads, size, 0.7));
    print(product + "fp64 [GOP/s]", comparison::eigen_product<double>(found.threads, size, 0.7));
    print("the triad as compiled, from main memory [GB/s]",
          comparison::compiled_triad(found.threads, found.streams.back().working_set.value(), 1.0));
    std::printf("Eigen was compiled for %s\n", Eigen::SimdInstructionSetsInUse());
}

// A tenth is more than bursts on a quiet machine differ by.
void print_disturbances(const host_probe& found) {
    double spread = 0, trend = 1;
    for (const probed_loop& one : found.loops) {
        spread = std::max(spread, one.rate.all.spread());
        trend = std::min(trend, one.rate.one.trend);
    }
    if (spread > 0.1)
        std::printf("\nThe median of all cores is up to %.0f %% below the best: something else was running.\n",
                    100 * spread);
    if (trend < 0.9)
        std::printf("\nRates fell by up to %.0f %% during the probe: throttling, or other processes.\n",
                    100 * (1 - trend));
}

void probe(const choices& chosen) {
    probe_settings how;
    how.threads = chosen.threads;
    how.time = quantity_of<seconds>(chosen.time);
    if (chosen.largest_mb != 0) how.largest = quantity_of<bytes>(chosen.largest_mb * 1e6);
    const host_probe found = probe_host(how);
    if (!chosen.output.empty()) save_platform(to_platform(found), chosen.output);
    if (chosen.as_json) {
        std::fputs(to_json(to_platform(found)).c_str(), stdout);
        return;
    }
    std::printf("%s, %s: %d thread%s, probed for %.1f s\n", found.processor.c_str(), found.date.c_str(), found.threads,
                found.threads == 1 ? "" : "s", found.took.value());
    if (is_known(found.clock.one.best))
        std::printf("clock %.2f GHz on one core, %.2f GHz on all\n", found.clock.one.best.value() / 1e9,
                    found.clock.all.best.value() / 1e9);
    print_peaks(found);
    print_bandwidths(found);
    if (!chosen.without_comparison) print_comparison(found);
    print_disturbances(found);
}

}  // namespace

int main(int argc, char** argv) {
    choices chosen;
    CLI::App app("Measures the roofs of this machine: peaks per datatype, bandwidths per memory level.");
    app.add_option("--time", chosen.time, "seconds to measure for")->capture_default_str();
    app.add_option("--threads", chosen.threads, "threads of the figures for all cores");
    app.add_option("--largest", chosen.largest_mb, "working set that stands for main memory, in MB");
    app.add_option("-o,--output", chosen.output, "also write the platform file here");
    app.add_flag("--json", chosen.as_json, "print the platform file instead of a table");
    app.add_flag("--no-comparison", chosen.without_comparison, "leave Eigen and the compiled triad out");
    try {
        app.parse(argc, argv);
        probe(chosen);
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : 2;
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "probe_host: %s\n", wrong.what());
        return 1;
    }
    return 0;
}
