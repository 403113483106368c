// SPDX-License-Identifier: BSD-3-Clause
// How people read values: headings with units, and what one unit is worth. Values themselves are the library's.
import type { Value } from "./types";

interface Unit {
    heading: string;
    unit: string;
    scale: number;
}

const units: Record<string, Unit> = {
    throughput_ips: { heading: "Throughput", unit: "inputs/s", scale: 1 },
    inputs_per_second: { heading: "Throughput", unit: "inputs/s", scale: 1 },
    measured_throughput_ips: { heading: "Measured", unit: "inputs/s", scale: 1 },
    latency_s: { heading: "Latency", unit: "ms", scale: 1e-3 },
    expected_throughput_ips: { heading: "Expected", unit: "inputs/s", scale: 1 },
    expected_low_ips: { heading: "Expected at least", unit: "inputs/s", scale: 1 },
    expected_high_ips: { heading: "Expected at most", unit: "inputs/s", scale: 1 },
    measured_latency_s: { heading: "Measured latency", unit: "ms", scale: 1e-3 },
    energy_j: { heading: "Energy", unit: "mJ/input", scale: 1e-3 },
    inputs_per_joule: { heading: "Inputs per joule", unit: "inputs/J", scale: 1 },
    measured_inputs_per_joule: { heading: "Measured", unit: "inputs/J", scale: 1 },
    efficiency: { heading: "Efficiency", unit: "%", scale: 1e-2 },
    operations: { heading: "Operations", unit: "GOP", scale: 1e9 },
    macs: { heading: "MACs", unit: "G", scale: 1e9 },
    weights: { heading: "Weights", unit: "M", scale: 1e6 },
    parameters: { heading: "Parameters", unit: "M", scale: 1e6 },
    activations: { heading: "Activations", unit: "M", scale: 1e6 },
    peak_live_activations: { heading: "Peak live activations", unit: "M", scale: 1e6 },
    model_bytes: { heading: "Model", unit: "MB", scale: 1e6 },
    operational_intensity_ops_per_byte: { heading: "Intensity", unit: "op/byte", scale: 1 },
    operational_intensity_int8_ops_per_byte: { heading: "Intensity at INT8", unit: "op/byte", scale: 1 },
    peak_ops_per_s: { heading: "Peak", unit: "TOP/s", scale: 1e12 },
    attained_share: { heading: "Attained", unit: "%", scale: 1e-2 },
    sparse_peak_ops_per_s: { heading: "Sparse peak", unit: "TOP/s", scale: 1e12 },
    bandwidth_bytes_per_s: { heading: "Bandwidth", unit: "GB/s", scale: 1e9 },
    power_w: { heading: "Power", unit: "W", scale: 1 },
    price_usd: { heading: "Price", unit: "USD", scale: 1 },
    time_to_first_token_s: { heading: "First token", unit: "ms", scale: 1e-3 },
    time_per_output_token_s: { heading: "Per token", unit: "ms", scale: 1e-3 },
    bound_time_per_output_token_s: { heading: "Bound of it", unit: "ms", scale: 1e-3 },
    low_s: { heading: "5 % below", unit: "ms", scale: 1e-3 },
    high_s: { heading: "95 % below", unit: "ms", scale: 1e-3 },
    tokens_per_s: { heading: "All users", unit: "tokens/s", scale: 1 },
    tokens_per_s_per_user: { heading: "One user", unit: "tokens/s", scale: 1 },
    tokens_per_s_per_device: { heading: "One device", unit: "tokens/s", scale: 1 },
    memory_bytes: { heading: "Memory of a device", unit: "GB", scale: 1e9 },
    concurrency: { heading: "Users", unit: "", scale: 1 },
    largest_concurrency: { heading: "Users that fit", unit: "", scale: 1 },
    longest_context: { heading: "Context that fits", unit: "", scale: 1 },
    decode_bound: { heading: "Tokens wait for", unit: "", scale: 1 },
    prefill_bound: { heading: "Prompts wait for", unit: "", scale: 1 },
    accuracy_top1: { heading: "Top-1", unit: "%", scale: 1e-2 },
};

export function unitOf(key: string): Unit {
    const words = key.replaceAll("_", " ");
    return units[key] ?? { heading: words.charAt(0).toUpperCase() + words.slice(1), unit: "", scale: 1 };
}

/// "Throughput [inputs/s]"
export function headingOf(key: string): string {
    const { heading, unit } = unitOf(key);
    return unit ? `${heading} [${unit}]` : heading;
}

/// A value in its unit, for charts.
export function inUnit(key: string, value: Value | undefined): number | null {
    return typeof value === "number" ? value / unitOf(key).scale : null;
}

/// Four significant digits, thousands apart by narrow spaces; a dash for what is not known.
export function readable(value: number | null | undefined): string {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (value === 0) return "0";
    const magnitude = Math.abs(value);
    if (magnitude >= 1e15 || magnitude < 1e-4) return value.toExponential(2);
    const decimals = Math.min(Math.max(3 - Math.floor(Math.log10(magnitude)), 0), 7);
    const fixed = value.toFixed(decimals);
    const digits = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
    const [whole = "", rest] = digits.split(".");
    const apart = whole.replace(/\B(?=(\d{3})+(?!\d))/g, whole.replace("-", "").length > 4 ? "\u202f" : "");
    return rest === undefined ? apart : `${apart}.${rest}`;
}

/// A value of a record in its unit, as text.
export function shown(key: string, value: Value | undefined): string {
    if (value === null || value === undefined) return "–";
    if (typeof value === "number") return readable(value / unitOf(key).scale);
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (!Array.isArray(value)) return value;
    return value.map((one) => (Array.isArray(one) ? one.join("×") : String(one))).join(", ");
}

/// For a small space: 49.5, 1216, 38.4k, 1.2M.
export function compact(value: number): string {
    for (const [letter, scale] of [
        ["G", 1e9],
        ["M", 1e6],
        ["k", 1e3],
    ] as const)
        if (value >= Math.max(scale, 9999.5)) return `${Number((value / scale).toPrecision(3))}${letter}`;
    return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/// With the SI prefix that leaves one to three digits before the point: 4.6 TOP/s.
export function si(value: number, unit: string): string {
    for (const [prefix, scale] of [
        ["P", 1e15],
        ["T", 1e12],
        ["G", 1e9],
        ["M", 1e6],
        ["k", 1e3],
    ] as const)
        if (value >= scale) return `${Number((value / scale).toPrecision(3))} ${prefix}${unit}`;
    for (const [prefix, scale] of [
        ["", 1],
        ["m", 1e-3],
        ["µ", 1e-6],
        ["n", 1e-9],
    ] as const)
        if (value >= scale) return `${Number((value / scale).toPrecision(3))} ${prefix}${unit}`;
    return `${Number(value.toPrecision(3))} ${unit}`;
}

/// "jetson_tx2:maxn"
export function deviceOf(row: { platform: string; mode: string | null }): string {
    return row.mode ? `${row.platform}:${row.mode}` : row.platform;
}

/// "resnet50", or "cnv 50%" where channels are pruned.
export function networkOf(row: { network: string; keep: number | null }): string {
    return row.keep === 1 || row.keep === null ? row.network : `${row.network} ${Number((row.keep * 100).toPrecision(3))}%`;
}
