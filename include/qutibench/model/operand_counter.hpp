// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/placement.hpp>

#include <vector>

namespace qutibench::detail {

/// Counts what layers read and write through on-chip memory for one input, wherever their tensors live: each stored
/// activation once for its writer and once for each kernel that reads it, state once. Weights come besides.
template <class Workload = workload>
class operand_counter {
public:
    operand_counter(const Workload& net, const layer_table<Workload>& table)
        : net_(net), table_(table), read_by_(table.parts.size(), -1) {}

    /// Bytes of the next layer.
    [[nodiscard]] double per_input(int index) {
        const auto& layer = net_.layers()[static_cast<std::size_t>(index)];
        const layer_part& part = table_.at(index);
        if (layer.kind == layer_kind::view) return 0;
        double sum = table_.state_per_input(index) + (part.stored ? table_.output_per_input(index) : 0.0);
        for (const int producer : net_.producers(layer)) {
            const int owner = table_.at(producer).owner;
            int& last = read_by_[static_cast<std::size_t>(owner)];
            if (!table_.at(owner).stored || table_.at(owner).kernel == part.kernel || last == part.kernel) continue;
            last = part.kernel;
            sum += table_.output_per_input(owner);
        }
        return sum;
    }

private:
    const Workload& net_;
    const layer_table<Workload>& table_;
    std::vector<int> read_by_;  // the kernel that read a layer's output last
};

/// Bytes of a call that pass through on-chip memory, wherever tensors live.
struct operand_traffic {
    double weights = 0;
    double tensors = 0;  ///< activations and state
};

/// Of a network in calls of so many inputs; where layers stream, each input passes all stages.
template <class Workload>
[[nodiscard]] operand_traffic operands_of(const Workload& net, const layer_table<Workload>& table, double batch,
                                          bool streams) {
    operand_traffic sum;
    operand_counter<Workload> operands(net, table);
    for (int i = 0; i < static_cast<int>(net.layers().size()); ++i) {
        sum.weights += table.weights_read(i);
        sum.tensors += operands.per_input(i);
    }
    sum.tensors *= batch;
    if (streams) sum.weights *= batch;
    return sum;
}

}  // namespace qutibench::detail
