// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Throughput as a product of what an architect can change (Sze et al. 2020, "How to evaluate deep neural network
/// processors", doi:10.1109/MSSC.2020.3002140): inferences/s = operations/cycle/PE * clock * PEs * utilisation /
/// operations per inference. Derivation in docs/formulas/decomposition.md.
#pragma once

#include <qutibench/model/predict.hpp>

namespace qutibench {

/// The factors of an estimate's throughput. Their product is the throughput.
struct throughput_decomposition {
    double operations_per_cycle_per_pe = 0;
    double clock_hz = 1;  ///< 1 when no source states it; then the peak is all in the operations per cycle
    bool clock_known = false;
    double pes = 1;        ///< 1 unless the caller knows how many processing elements there are
    double mapping = 1;    ///< share of the PEs' cycles that hold work: tiles that are filled, efficiency attained
    double stalls = 1;     ///< share of the time in which PEs compute rather than wait for memory, host or overheads
    double effectual = 1;  ///< dense operations over executed ones: above 1 when weights of a pattern are skipped
    double operations_per_inference = 0;  ///< dense

    [[nodiscard]] double utilisation() const { return mapping * stalls * effectual; }
    [[nodiscard]] inputs_per_second throughput() const {
        return quantity_of<inputs_per_second>(operations_per_cycle_per_pe * clock_hz * pes * utilisation() /
                                              operations_per_inference);
    }
};

/// Takes an estimate apart. `pes` is the number of processing elements, when it is known. Throws invalid_argument when
/// it is not positive and finite or the workload has no operations, and what `predict` throws.
[[nodiscard]] inline throughput_decomposition decompose(const workload& net, const platform& device,
                                                        const deployment& how = {}, double pes = 1) {
    if (how.stream > 0) return decompose(net, device, detail::as_call(how), pes);
    if (!(pes > 0 && pes < 1e300)) throw invalid_argument("the number of processing elements must be above 0");
    if (net.mac_count == 0) throw invalid_argument("a workload without operations has no throughput to take apart");
    const breakdown all = explain(net, device, how);
    const estimate& total = all.total;
    const double batch = static_cast<double>(how.batch);
    const double per_call = total.call_time / static_cast<double>(total.calls);

    // seconds that the whole device computes for one call: at its dense peak, without skipped work, and as it does
    double dense = total.work / total.roof.peak.value();
    double executed = dense;
    if (!net.layers().empty()) {
        const detail::layer_table table(net, device, how);
        dense = executed = 0;
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            if (!(table.parts[i].peak > 0)) continue;
            const double time = net.layers()[i].work() * batch / table.parts[i].peak;
            dense += time;
            executed += time / table.parts[i].gain;
        }
    }
    double busy = executed / how.parameters.compute_efficiency;
    if (all.traits.by_kernel) {
        busy = 0;
        for (const kernel_estimate& one : all.kernels) busy += one.compute_time;
        busy = all.traits.streams ? busy * batch : busy / static_cast<double>(how.parameters.cores);
    }

    throughput_decomposition result;
    const hertz clock = device.mode().clock;
    result.clock_known = is_known(clock);
    if (result.clock_known) result.clock_hz = clock.value();
    result.pes = pes;
    result.operations_per_cycle_per_pe = total.work / dense / (result.clock_hz * pes);
    result.mapping = executed / busy;
    result.stalls = busy / per_call;
    result.effectual = dense / executed;
    result.operations_per_inference = net.work();
    return result;
}

}  // namespace qutibench
