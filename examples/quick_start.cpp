// SPDX-License-Identifier: BSD-3-Clause
// A network of your own, counted and predicted on a device of your own: no files, nothing but the core.
#include <qutibench/qutibench.hpp>

#include <cstdio>

namespace qb = qutibench;
using namespace qutibench::literals;

int main() {
    qb::graph net("tiny");
    auto at = net.input({1, 3, 32, 32});
    at = net.add(qb::convolution_2d{.out_channels = 64, .kernel = {3, 3}, .padding = qb::same}, {at}, "conv");
    at = net.add(qb::activation{}, {at});
    at = net.add(qb::global_pooling{}, {at});
    at = net.add(qb::flatten{}, {at});
    net.add(qb::dense{.out_features = 10}, {at}, "classifier");

    const qb::workload work = qb::analyze(net);
    const qb::platform board("my_board",
                             {{.peaks = {{qb::int8, 0.96_top_per_s}}, .memories = {{"ddr", 2_gib, 4.26_gb_per_s}}}});
    const qb::estimate e = qb::predict(work, board, {.datatype = qb::int8, .batch = 1});
    std::printf("%lld operations, %lld MACs, %lld weights\n", static_cast<long long>(work.operations().value()),
                static_cast<long long>(work.macs().value()), static_cast<long long>(work.weights().value()));
    std::printf("%.0f inputs/s, %.1f us, %s-bound\n", e.throughput().value(), e.latency().value() * 1e6,
                to_string(e.bound()).data());
}
