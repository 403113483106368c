// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which layers of a network run in one kernel: the rule that `fuse` writes into a graph and that predictions layer by
/// layer follow. Stated in docs/formulas/execution.md.
#pragma once

#include <qutibench/network/workload.hpp>

#include <algorithm>
#include <concepts>
#include <vector>

namespace qutibench::detail {

/// A layer's output and the kernel that the layer runs in.
struct kernel_part {
    int owner = -1;       ///< layer whose output it passes on: itself, or another one for a view
    int kernel = -1;      ///< layer in whose kernel it runs
    int last = -1;        ///< last layer that reads its output; past the end for a result
    int readers = 0;      ///< layers that read its output
    bool stored = false;  ///< its output leaves the kernel
    bool runs = false;    ///< is a kernel
};

[[nodiscard]] constexpr bool rides_along(layer_kind kind) {
    return kind == layer_kind::normalization || kind == layer_kind::elementwise;
}

/// A layer runs in the kernel that `fused_into` names. Otherwise normalisation and elementwise layers run in the last
/// kernel that they read from, when nobody else reads that tensor and it keeps its size, as fusing runtimes have it.
template <std::derived_from<kernel_part> Part>
class kernel_assignment {
public:
    kernel_assignment(const workload& net, std::vector<Part>& parts) : net_(net), parts_(parts) {}

    void run() {
        link();
        join();
        settle();
    }

private:
    [[nodiscard]] Part& at(int index) { return parts_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const auto& layer(int index) { return net_.layers()[static_cast<std::size_t>(index)]; }
    [[nodiscard]] int count() const { return static_cast<int>(parts_.size()); }

    void link() {
        for (int i = 0; i < count(); ++i) {
            const auto from = net_.producers(layer(i));
            const bool is_view = layer(i).kind == layer_kind::view;
            at(i).owner = is_view && !from.empty() ? at(from[0]).owner : i;
            at(i).kernel = at(i).last = i;
            at(i).runs = !is_view && layer(i).kind != layer_kind::input;
            for (const int producer : from) {
                Part& source = at(at(producer).owner);
                source.last = std::max(source.last, i);
                source.readers += is_view ? 0 : 1;
            }
            if (layer(i).is_result) at(at(i).owner).last = count();
        }
    }

    void join() {
        for (int i = 0; i < count(); ++i) {
            if (!at(i).runs) continue;
            const int named = layer(i).fused_into;
            const int host = named >= 0 ? named : rides_along(layer(i).kind) ? host_of(i) : -1;
            if (host >= 0 && host < i && at(host).runs) at(i).kernel = at(host).kernel;
        }
    }

    /// Of the layers that one reads, the one in the kernel that runs last; -1 where it cannot ride along there.
    [[nodiscard]] int host_of(int index) {
        int host = -1;
        for (const int producer : net_.producers(layer(index))) {
            const int one = at(producer).owner;
            if (!at(one).runs) continue;
            if (host < 0 || at(one).kernel > at(host).kernel || (at(one).kernel == at(host).kernel && one > host))
                host = one;
        }
        if (layer(index).cost.macs > 0 || host < 0) return -1;
        const bool alone = at(host).readers == 1 && at(host).last == index;
        return alone && layer(host).output_count == layer(index).output_count ? host : -1;
    }

    void settle() {
        for (int i = 0; i < count(); ++i) {
            if (at(i).runs)
                for (const int producer : net_.producers(layer(i)))
                    if (Part& source = at(at(producer).owner); source.kernel != at(i).kernel) source.stored = true;
            if (at(i).last == count()) at(i).stored = true;
            at(i).runs = at(i).runs && at(i).kernel == i;
        }
    }

    const workload& net_;
    std::vector<Part>& parts_;
};

/// Fills in the parts of a workload, one for each layer; O(layers + edges).
template <std::derived_from<kernel_part> Part>
void assign_kernels(const workload& net, std::vector<Part>& parts) {
    kernel_assignment<Part>(net, parts).run();
}

}  // namespace qutibench::detail
