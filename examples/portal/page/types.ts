// SPDX-License-Identifier: BSD-3-Clause
// Answers of the library: the keys of what_if's JSON.

import type { Answer, FurtherAnswer, Parameters } from "./answer";

export type Value = string | number | boolean | null | string[] | number[] | number[][];
export type Row = Record<string, Value>;

export interface Network extends Row {
    network: string;
    name: string;
    task: string | null;
    operations: number;
    macs: number;
    weights: number;
}

export interface Platform extends Row {
    platform: string;
    name: string;
    aliases: string[];
    vendor: string | null;
    class: string | null;
    mode: string | null;
    datatype: string;
    peak_ops_per_s: number;
    attained_share: number | null;
    attained_by: string | null;
    bandwidth_bytes_per_s: number | null;
    power_w: number | null;
    price_usd: number | null;
    year: number | null;
}

export interface Layer extends Row {
    name: string;
    type: string;
    operations: number;
    macs: number;
    weights: number;
    input_shapes: number[][];
    output_shapes: number[][];
}

export interface Analysis {
    network: string;
    operations: number;
    macs: number;
    other_operations: number;
    weights: number;
    parameters: number;
    activations: number;
    peak_live_activations: number;
    uncounted: string[];
    layers: Layer[];
}

export type Estimate = Row & Answer & Partial<FurtherAnswer>;

/// A layer as it is drawn.
export interface DrawnLayer extends Layer {
    /// Places of the layers that it reads.
    reads: number[];
    /// Place of the layer whose kernel it runs in, or -1.
    runs_in: number;
    time_s: number | null;
    bound: string | null;
}

export interface Drawing {
    layers: DrawnLayer[];
    /// The prediction that the times are of; null without a device.
    estimate: Estimate | null;
}

export interface Measured extends Estimate {
    deployment: string;
    deployment_value: number;
    measured_throughput_ips: number | null;
    measured_latency_s: number | null;
    measured_ops_per_s: number | null;
    efficiency: number | null;
    flags: string[];
    best: boolean;
}

export interface Roof {
    platform: string;
    mode: string | null;
    datatype: string;
    peak_ops_per_s: number;
    bandwidth_bytes_per_s: number | null;
    points: [number, number][];
}

/// A letter in the column of marks, and what it stands for.
export interface Mark {
    letter: string;
    says: string;
}

export interface View {
    rows: Estimate[];
    roofs: Roof[];
    marks: Mark[];
    skipped: string[];
}

export interface Cell extends Row {
    figure: string;
    task: string;
    platform: string;
    network_datatype: string;
    inputs_per_second: number;
    platform_id: string;
    network_id: string;
    datatype: string;
    keep: number;
}

export interface Design extends Row {
    network: string;
    platform: string;
    mode: string | null;
    datatype: string;
    keep: number;
    throughput_ips: number | null;
    accuracy_top1: number | null;
    measured_throughput_ips: number | null;
    measured_accuracy_top1: number | null;
    predicted_optimal: boolean;
    measured_optimal: boolean;
}

export interface PublishedFrontier {
    designs: Design[];
    predicted: number;
    predicted_optimal: number;
    measured: number;
    measured_optimal: number;
    named: number;
    named_among_measured: number;
}

export interface Metric {
    criterion: string;
    metric: string;
    value: number | null;
    unit: string;
}

export interface Card {
    network: string;
    platform: string;
    mode: string | null;
    datatype: string;
    batch: number;
    keep: number;
    metrics: Metric[];
}

/// What a device with one part doubled would do; the first of a device is the device itself.
export interface Doubling {
    doubled: string;
    meaning: string;
    throughput_ips: number;
    gain: number;
    bound: string;
}

export interface Provenance {
    pointer: string;
    source: string;
    basis: string;
    derivation: string;
}

export interface NetworkDetails {
    activations: number;
    parameters: number;
    model_bytes: Record<string, number>;
    operational_intensity: Record<string, number | null>;
    accuracies: { keep: number; datatype: string; top1: number | null; source: string }[];
    sources: string[];
    has_layers: boolean;
}

/// What is asked of the library: what_if's options, and factors on the devices' figures.
export interface Question {
    networks: string[];
    platforms: string[];
    datatypes?: string[];
    batches?: number | number[];
    keep?: number | number[];
    placement?: string | string[];
    execution?: string | string[];
    threads?: number | number[];
    streams?: number | number[];
    changed?: { clock?: number | number[]; bandwidth?: number | number[]; on_chip?: number | number[] };
    parameters?: Parameters;
    overrides?: string[];
    carriers?: boolean;
    weights_in_carrier?: boolean;
    sparse?: boolean;
    double_buffered?: boolean;
    training?: boolean;
    optimizer?: "sgd" | "momentum" | "adam";
    recompute?: boolean;
    devices?: number;
    link?: { bandwidth_bytes_per_s: number; latency_s?: number };
    split?: string;
    calibration?: string;
    lenient?: boolean;
}

export interface LanguageModel extends Row {
    model: string;
    parameters: number;
    active_parameters: number;
    longest_context: number;
    precision: string;
    experts: boolean;
}

export interface ServerQuestion {
    model: string;
    platforms: string[];
    precision: string[];
    concurrency: number[];
    tensor_parallel: number[];
    prompt_tokens: number;
    output_tokens: number;
}

export interface Server extends Row {
    model: string;
    platform: string;
    precision: string;
    devices: number;
    concurrency: number;
    time_to_first_token_s: number;
    time_per_output_token_s: number;
    low_s: number;
    high_s: number;
    bound_time_per_output_token_s: number;
    tokens_per_s: number;
    tokens_per_s_per_user: number;
    tokens_per_s_per_device: number;
    memory_bytes: number;
    fits: boolean;
    largest_concurrency: number | null;
    longest_context: number | null;
    decode_bound: string;
    prefill_bound: string;
    warnings: string[];
}
