// SPDX-License-Identifier: BSD-3-Clause
// Predicted figures of every combination, as dots on a logarithmic axis and as a table; measurements as rings beside.
import { Chart, logAxis } from "../chart";
import { el, figure, steered } from "../dom";
import { deviceOf, headingOf, inUnit, networkOf, readable, shown, unitOf } from "../format";
import { colours, look } from "../palette";
import { Table } from "../table";
import type { Estimate, Row } from "../types";
import { distinct, highest, measuredOf, type Context, type Page } from "./view";

const metrics = ["throughput_ips", "latency_s", "energy_j", "inputs_per_joule", "operational_intensity_ops_per_byte"];
const measuredKeys: Record<string, string> = {
    throughput_ips: "measured_throughput_ips",
    latency_s: "measured_latency_s",
};
const most = 60;

export const estimateColumns = [
    "network",
    "platform",
    "mode",
    "datatype",
    "keep",
    "batch",
    "throughput_ips",
    "latency_s",
    "expected_throughput_ips",
    "expected_low_ips",
    "expected_high_ips",
    "basis",
    "bound",
    "operational_intensity_ops_per_byte",
    "peak_ops_per_s",
    "model_bytes",
    "energy_j",
    "accuracy_top1",
    "marks",
].map((key) => ({
    key,
    ...(key === "throughput_ips" ? { hint: (row: Row) => `Assumed: ${shown("assumptions", row.assumptions)}` } : {}),
    ...(key.startsWith("expected_") ? { hint: (row: Row) => shown("expected_from", row.expected_from) } : {}),
}));

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
        const drawn = highest(known, key, most);
        const cut =
            known.length > drawn.length
                ? `The ${drawn.length} highest of ${known.length} are drawn; the table has all. `
                : "";
        const unknown = answer.rows.length - known.length;
        this.note.textContent =
            cut +
            (unknown ? `${unknown} without a known ${unitOf(key).heading.toLowerCase()} are left out. ` : "") +
            (answer.skipped.length
                ? `Passed over: ${answer.skipped.slice(0, 3).join("; ")}${answer.skipped.length > 3 ? " …" : ""}`
                : "");
        this.chart.draw(specOf(context, key, drawn), this.data(context, key, drawn), chartLabel(key, drawn));
        this.table.show(answer.rows, answer.marks);
    }

    done = (): Promise<unknown> => this.chart.done;

    private data(context: Context, key: string, rows: Estimate[]): { rows: object[] } {
        const place = (row: Estimate): { network: string; on: string; device: string } => ({
            network: networkOf(row),
            on: `${deviceOf(row)} ${row.datatype}`,
            device: deviceOf(row),
        });
        const predicted = rows.map((row) => ({
            ...place(row),
            kind: "predicted",
            value: inUnit(key, row[key]),
            shown: shown(key, row[key]),
            how: `bound by ${row.bound === "compute" ? "the peak" : "memory"}`,
        }));
        const measuredKey = measuredKeys[key];
        if (!measuredKey) return { rows: predicted };
        const places = new Set(predicted.map((row) => row.network + row.on));
        const measured = measuredOf(context).map((row) => ({
            ...place(row),
            kind: "measured",
            value: inUnit(measuredKey, row[measuredKey]),
            shown: shown(measuredKey, row[measuredKey]),
            how: `${row.deployment} ${row.deployment_value}`,
        }));
        return {
            rows: [...predicted, ...measured.filter((row) => row.value !== null && places.has(row.network + row.on))],
        };
    }
}

function leadOf(rows: Estimate[]): string {
    if (!rows.length)
        return (
            "Nothing to predict: choose at least one network and one device that computes in the " +
            "datatypes you want."
        );
    const best = highest(rows, "throughput_ips", 1)[0] as Estimate;
    return (
        `${rows.length} predictions. The fastest: ${networkOf(best)} on ${deviceOf(best)} in ${best.datatype}, ` +
        `${readable(best.throughput_ips)} inputs/s, held back by ` +
        `${best.bound === "compute" ? "its peak" : "its memory"}.`
    );
}

const chartLabel = (key: string, rows: Estimate[]): string =>
    `${headingOf(key)} of ${rows.length} predictions; the table below holds the same figures`;

function specOf(context: Context, key: string, rows: Estimate[]): object & Record<string, unknown> {
    const networks = distinct(rows.map(networkOf));
    const places = distinct(rows.map((row) => `${deviceOf(row)} ${row.datatype}`));
    const devices = distinct(rows.map(deviceOf));
    const x = {
        field: "value",
        type: "quantitative",
        scale: { type: "log" },
        axis: logAxis(
            headingOf(key),
            rows.map((row) => inUnit(key, row[key]) ?? 1),
            context.width - 190,
        ),
    };
    const y = {
        field: "on",
        type: "nominal",
        sort: places,
        axis: { title: null, ticks: false, domain: false, labelLimit: 180, grid: true },
    };
    const color = {
        field: "device",
        type: "nominal",
        scale: { domain: devices, range: colours(devices) },
        legend: null,
    };
    const tooltip = [
        { field: "kind" },
        { field: "network" },
        { field: "on" },
        { field: "shown", title: headingOf(key) },
        { field: "how" },
    ];
    const dots = (kind: string, mark: object): object => ({
        transform: [{ filter: `datum.kind == '${kind}'` }],
        mark: { type: "point", size: 90, opacity: 1, ...mark },
        encoding: { x, y, color, tooltip },
    });
    return {
        data: { name: "rows" },
        facet: {
            row: {
                field: "network",
                type: "nominal",
                sort: networks,
                header: {
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
                },
            },
        },
        spacing: 6,
        resolve: { scale: { y: "independent" } },
        spec: {
            width: Math.max(140, context.width - 190),
            height: { step: 20 },
            layer: [dots("predicted", { filled: true }), dots("measured", { filled: false, strokeWidth: 1.8 })],
        },
    };
}
