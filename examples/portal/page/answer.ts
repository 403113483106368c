// SPDX-License-Identifier: BSD-3-Clause
// Made by tests/support/page_types.py from the library's tables of fields: do not edit.

/// What every answer has.
export interface Answer {
    /// Catalogue id, or the network's own name.
    network: string;
    /// Id of the device.
    platform: string;
    /// Power or clock mode; none where the device has only one.
    mode: string | null;
    /// Weights x activations.
    datatype: string;
    /// Inputs of one call.
    batch: number;
    /// Fraction of the channels that pruning left.
    keep: number | null;
    /// Inputs per second.
    throughput_ips: number;
    /// Seconds from handing over an input to having its result: of one call, or, in a pipeline, of one input.
    latency_s: number;
    /// 'compute', 'memory', 'compute?' where no source states the bandwidth, 'on-chip' for that of on-chip memory, or 'host' for the processor that runs what the device does not.
    bound: string;
    /// Of one input; one multiply-accumulate is two.
    operations: number;
    /// Multiply-accumulates of one input.
    macs: number;
    /// Size of the weights as stored.
    model_bytes: number;
    /// Operations per off-chip byte; none without traffic.
    operational_intensity_ops_per_byte: number | null;
    /// Operations per second that the device has in the datatype; none where nobody described it.
    peak_ops_per_s: number | null;
    /// At which tensors that are not on chip arrive; none where no source states it.
    bandwidth_bytes_per_s: number | null;
    /// Joules for one input; none where nothing states the power.
    energy_j: number | null;
    /// Share of inputs that the network gets right, where somebody published it.
    accuracy_top1: number | null;
    /// Whether the weights fit the memory and the device's software runs the network; none where no source states the memory.
    feasible: boolean | null;
    /// What the model took for granted, one sentence each.
    assumptions: string[];
    /// Operations per second of a device at the predicted throughput.
    attained_ops_per_s: number | null;
    /// None where nothing states the power.
    inputs_per_joule: number | null;
    /// Of the devices that share the work; none where no source states it.
    power_w: number | null;
    /// Of the devices that share the work; none where no source states it.
    price_usd: number | null;
    /// Off-chip bytes of one call.
    traffic_bytes: number | null;
    /// Seconds between the results of a pipeline; none otherwise.
    initiation_interval_s: number | null;
    /// False where a ranking or front leaves the answer out unasked: it is infeasible, or no source states the bandwidth, so that the device looks as fast as its peak.
    may_win: boolean;
    /// 0 for 'compute', 1 for 'memory', 2 for 'compute?', 3 for 'on-chip', 4 for 'host'.
    bound_code: number;
    /// 1 when memory bounds the point, 0 when computing does.
    memory_bound: boolean;
}

/// What an answer has where it is not as usual, or where it was asked for.
export interface FurtherAnswer {
    /// A letter for each thing that the figures do not show; see `marks`.
    marks: string | null;
    /// What changing or importing the network left whole or guessed, and why.
    warnings: string[];
    /// Calls in flight side by side.
    threads: number;
    /// Inputs one after the other through a pipeline; 0: calls of a batch.
    stream: number;
    /// Which tensors live where.
    placement: string;
    /// How the layers share the device.
    execution: string;
    /// Factor of the device's peaks.
    compute_scale: number | null;
    /// Factor of its off-chip bandwidth.
    bandwidth_scale: number | null;
    /// Factor of its on-chip capacity.
    on_chip_scale: number | null;
    /// That a step of training holds: weights, gradients, the optimiser's state and activations.
    memory_bytes: number | null;
    /// Equal devices that share the work; fewer than asked for where it is not enough.
    devices: number;
    /// Inputs per second of the model, before which a fit goes.
    bound_throughput_ips: number | null;
    /// Lower end of the 90 % interval of a fit.
    throughput_low_ips: number | null;
    /// Upper end of the 90 % interval of a fit.
    throughput_high_ips: number | null;
    /// Inputs per second to expect, from measurements; none where nothing but the bound is known.
    expected_throughput_ips: number | null;
    /// Lower end of the 90 % interval of the expected throughput.
    expected_low_ips: number | null;
    /// Upper end of the 90 % interval of the expected throughput.
    expected_high_ips: number | null;
    /// Seconds of one call to expect.
    expected_latency_s: number | null;
    /// What the expectation rests on: 'calibration' (measurements of this device), 'class' (of others of its class) or 'bound' (nothing better).
    basis: string;
    /// The measurements that the expectation rests on, and what speaks against it.
    expected_from: string[];
    /// 0 for 'calibration', 1 for 'class', 2 for 'bound'; none where nobody asked.
    basis_code: number | null;
}

/// What a device loses against its roofline.
export interface Parameters {
    /// Seconds of the host per call.
    call_overhead_s?: number;
    /// Seconds of the host per input.
    input_overhead_s?: number;
    /// Seconds per kernel, layer by layer.
    layer_overhead_s?: number;
    /// Share of the peak that is attained.
    compute_efficiency?: number;
    /// Share of the bandwidth that is attained.
    memory_efficiency?: number;
    /// Output positions that the hardware computes at once.
    tile_rows?: number;
    /// Output channels that it computes at once.
    tile_columns?: number;
    /// Products that it sums at once.
    tile_depth?: number;
    /// 1 charges whole tiles, 0 none of their padding.
    tile_softening?: number;
    /// Share of a stage's time that passes before the next stage starts.
    pipeline_fill?: number;
    /// The peak is spread over so many.
    cores?: number;
    /// 'full' (the slower of computing and moving counts) or 'none' (both count).
    overlap?: string;
}
