// SPDX-License-Identifier: BSD-3-Clause
// A network and a device whose figures were worked out by hand: 2 * 27 * 10 operations on a peak of 1 GOP/s.
#include <qutibench/qutibench.hpp>

#include <cstdio>

namespace qb = qutibench;
using namespace qutibench::literals;

int main() {
    constexpr qb::static_graph network{qb::image<3, 3, 3>, qb::flatten{}, qb::dense{.out_features = 10}};
    static_assert(qb::analyze(network).operations() == 540_op);
    const auto work = qb::analyze(network);
    const qb::platform board("board", {{.peaks = {{qb::int8, 1_gop_per_s}}, .memories = {{"ddr", 2_gib, 1_tb_per_s}}}});
    const double rate = qb::predict(work, board, {.datatype = qb::int8}).throughput().value();
    std::printf("qutibench %s: %.0f inputs/s\n", qb::version.data(), rate);
    return rate > 1'851'851 && rate < 1'851'852 ? 0 : 1;
}
