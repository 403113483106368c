// SPDX-License-Identifier: BSD-3-Clause
// Predicted figures of every combination, as dots on a logarithmic axis and as a table; measurements as rings beside.
import { Chart, deviceColour, predictedFill, valueScale, type Spec } from "../chart";
import { el, figure, steered } from "../dom";
import { deviceOf, headingOf, inUnit, networkOf, readable, shown, unitOf } from "../format";
import { look } from "../palette";
import { Table, type Column } from "../table";
import type { Estimate, Row } from "../types";
import { distinct, highest, measuredOf, type Context, type Page } from "./view";

const metrics = ["throughput_ips", "latency_s", "energy_j", "inputs_per_joule", "operational_intensity_ops_per_byte"];
const measuredKeys: Record<string, string> = {
    throughput_ips: "measured_throughput_ips",
    latency_s: "measured_latency_s",
};
/// Beyond so many, a network's devices share a line.
const manyRows = 60;

const assumed = (row: Row): string => (Array.isArray(row.assumptions) ? row.assumptions.join("\n") : "");
const expected = (row: Row): string => (Array.isArray(row.expected_from) ? row.expected_from.join("\n") : "");

export const estimateColumns: Column[] = [
    { key: "network" },
    { key: "platform" },
    { key: "mode" },
    { key: "datatype" },
    { key: "throughput_ips", hint: assumed },
    { key: "latency_s", hint: assumed },
    { key: "expected_throughput_ips", hint: expected },
    { key: "bound" },
    { key: "energy_j" },
    { key: "accuracy_top1" },
    { key: "batch" },
    { key: "keep" },
    { key: "marks" },
    { key: "expected_low_ips", hint: expected, isFurther: true },
    { key: "expected_high_ips", hint: expected, isFurther: true },
    { key: "basis", isFurther: true },
    { key: "operational_intensity_ops_per_byte", isFurther: true },
    { key: "peak_ops_per_s", isFurther: true },
    { key: "model_bytes", isFurther: true },
];

export function metricSelect(keys: string[], onChange: (key: string) => void, label = "Show"): HTMLSelectElement {
    const select = el(
        "select",
        { "aria-label": label },
        ...keys.map((key) => el("option", { value: key }, headingOf(key))),
    );
    select.addEventListener("change", () => onChange(select.value));
    return select;
}

export class Predictions implements Page {
    private readonly chart = new Chart("Predictions of the selection");
    private readonly table = new Table("Predictions", "predictions", estimateColumns, ["datatype", "bound"]);
    private readonly note = el("p", { class: "note" });
    private readonly lead = el("p", { class: "lead", "aria-live": "polite" });
    private readonly metric: HTMLSelectElement;
    readonly element: HTMLElement;
    private context: Context | undefined;

    constructor() {
        this.metric = metricSelect(metrics, (metric) => this.context?.store.change({ metric }));
        this.element = el(
            "div",
            {},
            this.lead,
            figure(steered("Predicted, and measured where somebody did", this.metric), this.chart.element, this.note),
            this.table.element,
        );
    }

    draw(context: Context): void {
        this.context = context;
        const { answer, state } = context;
        const key = metrics.includes(state.metric) ? state.metric : "throughput_ips";
        this.metric.value = key;
        this.lead.textContent = leadOf(answer.rows);
        const known = answer.rows.filter((row) => typeof row[key] === "number");
        const data = dataOf(context, key, known);
        const unknown = answer.rows.length - known.length;
        this.note.textContent =
            (known.length > manyRows ? "Each network has one line; a dot's name shows on it. " : "") +
            (unknown ? `${unknown} without a known ${unitOf(key).heading.toLowerCase()} are left out. ` : "") +
            (answer.skipped.length
                ? `Passed over: ${answer.skipped.slice(0, 3).join("; ")}${answer.skipped.length > 3 ? " …" : ""}`
                : "");
        const spec = known.length > manyRows ? stripSpec(context, key, data) : facetSpec(context, key, data);
        this.chart.draw(spec, { rows: data }, chartLabel(key, known));
        this.table.show(answer.rows, answer.marks);
    }

    done = (): Promise<unknown> => this.chart.done;
}

interface Dot extends Row {
    network: string;
    on: string;
    device: string;
    kind: string;
    value: number | null;
    shown: string;
    how: string;
}

const placeOf = (row: Estimate): Pick<Dot, "network" | "on" | "device"> => ({
    network: networkOf(row),
    on: `${deviceOf(row)} ${row.datatype}`,
    device: deviceOf(row),
});

/// Predictions, measurements of the same, and of what nothing predicts.
function dataOf(context: Context, key: string, rows: Estimate[]): Dot[] {
    const predicted = rows.map((row) => ({
        ...placeOf(row),
        kind: "predicted",
        value: inUnit(key, row[key]),
        shown: shown(key, row[key]),
        how: `bound by ${row.bound === "compute" ? "the peak" : "memory"}`,
    }));
    const measuredKey = measuredKeys[key];
    if (!measuredKey) return predicted;
    const places = new Set(predicted.map((row) => row.network + row.on));
    const measured = measuredOf(context).map((row) => ({
        ...placeOf(row),
        kind: "measured",
        isPredicted: row.throughput_ips !== null,
        value: inUnit(measuredKey, row[measuredKey]),
        shown: shown(measuredKey, row[measuredKey]),
        how: `${row.deployment} ${row.deployment_value}`,
    }));
    const belongs = (row: (typeof measured)[number]): boolean =>
        row.value !== null && (places.has(row.network + row.on) || !row.isPredicted);
    return [...predicted, ...measured.filter(belongs)];
}

function leadOf(rows: Estimate[]): string {
    if (!rows.length)
        return (
            "Nothing to predict: choose at least one network and one device that computes in the " +
            "datatypes you want."
        );
    const [best] = highest(
        rows.filter((row) => row.may_win),
        "throughput_ips",
        1,
    );
    if (!best) return `${rows.length} predictions; none of a device whose memory and bandwidth are known to do.`;
    return (
        `${rows.length} predictions. The fastest: ${networkOf(best)} on ${deviceOf(best)} in ${best.datatype}, ` +
        `${readable(best.throughput_ips)} inputs/s, held back by ` +
        `${best.bound === "compute" ? "its peak" : "its memory"}.`
    );
}

const chartLabel = (key: string, rows: Estimate[]): string =>
    `${headingOf(key)} of ${rows.length} predictions; the table below holds the same figures`;

/// Filled dots for predictions, rings for measurements, along a logarithmic axis.
function dotsOf(key: string, data: Dot[], y: Spec, room: number, size: number): Spec {
    const devices = distinct(data.map((row) => row.device));
    const values = data.flatMap((row) => (row.value === null ? [] : [row.value]));
    const { scale, axis } = valueScale(headingOf(key), values, room);
    const tooltip = [
        { field: "kind" },
        { field: "network" },
        { field: "on" },
        { field: "shown", title: headingOf(key) },
        { field: "how" },
    ];
    return {
        width: room,
        mark: { type: "point", size, opacity: 1, strokeWidth: 1.6 },
        encoding: {
            x: { field: "value", type: "quantitative", scale, axis },
            y,
            color: deviceColour(devices, null),
            fill: predictedFill(devices),
            tooltip,
        },
    };
}

/// What dots and rings are, above the chart; facets would repeat a legend.
function titleOf(data: Dot[]): Spec {
    const text = data.some((row) => row.kind === "measured") ? "● predicted   ○ measured" : "";
    return { text, anchor: "start", fontSize: 12, fontWeight: "normal", color: look().muted };
}

/// A block for each network, a line for each device and datatype.
function facetSpec(context: Context, key: string, data: Dot[]): Spec {
    const y = {
        field: "on",
        type: "nominal",
        sort: distinct(data.map((row) => row.on)),
        axis: { title: null, ticks: false, domain: false, labelLimit: 180, grid: true },
    };
    const header = {
        title: null,
        labelAngle: 0,
        labelAlign: "left",
        labelOrient: "top",
        labelAnchor: "start",
        labelFontWeight: "bold",
        labelColor: look().ink,
        labelFontSize: 13,
        labelPadding: 2,
        labelBaseline: "bottom",
    };
    const room = Math.max(140, context.width - 200);
    return {
        data: { name: "rows" },
        title: titleOf(data),
        facet: { row: { field: "network", type: "nominal", sort: distinct(data.map((row) => row.network)), header } },
        spacing: 6,
        resolve: { scale: { y: "independent" } },
        spec: { height: { step: 20 }, ...dotsOf(key, data, y, room, 90) },
    };
}

/// A line for each network, with a dot for each device and datatype.
function stripSpec(context: Context, key: string, data: Dot[]): Spec {
    const y = {
        field: "network",
        type: "nominal",
        sort: distinct(data.map((row) => row.network)),
        axis: { title: null, ticks: false, domain: false, labelLimit: 150, grid: true },
    };
    const room = Math.max(140, context.width - 170);
    return { data: { name: "rows" }, title: titleOf(data), height: { step: 24 }, ...dotsOf(key, data, y, room, 60) };
}
