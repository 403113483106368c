// SPDX-License-Identifier: BSD-3-Clause
// The rows that came with the page, as they are.
import { Chart, deviceColour, valueScale, type Spec } from "../chart";
import { el, figure, steered } from "../dom";
import { headingOf, inUnit, shown } from "../format";
import { Table } from "../table";
import type { Report } from "../report";
import type { Row } from "../types";
import { metricSelect } from "./predictions";
import { distinct, type Context, type Page } from "./view";

const hidden = new Set(["assumptions", "layers"]);

export class ReportView implements Page {
    private readonly chart = new Chart("The report's rows");
    private readonly table: Table;
    private readonly rows: Row[];
    private readonly metric: HTMLSelectElement;
    readonly element: HTMLElement;
    private context: Context | undefined;

    constructor(report: Report) {
        this.rows = report.rows ?? [];
        const keys = distinct(this.rows.flatMap((row) => Object.keys(row)));
        const numeric = keys.filter((key) => this.rows.some((row) => typeof row[key] === "number"));
        const first =
            ["measured_throughput_ips", "throughput_ips", "latency_s"].find((key) => numeric.includes(key)) ??
            numeric[0] ??
            "";
        this.metric = metricSelect(numeric, () => this.context && this.draw(this.context));
        this.metric.value = first;
        this.table = new Table(
            report.title || "The report's rows",
            "report",
            keys.filter((key) => !hidden.has(key)).map((key) => ({ key })),
        );
        this.element = el(
            "div",
            {},
            figure(steered(report.title || "This report", this.metric), this.chart.element),
            this.table.element,
        );
        this.table.show(this.rows);
    }

    draw(context: Context): void {
        this.context = context;
        const key = this.metric.value;
        const points = this.rows.slice(0, 80).map((row, at) => ({
            at,
            row: labelOf(row),
            device: row.mode ? `${String(row.platform)}:${String(row.mode)}` : String(row.platform ?? ""),
            value: inUnit(key, row[key]),
            shown: shown(key, row[key]),
        }));
        this.chart.draw(specOf(context, points, key), { points }, `${headingOf(key)} of ${points.length} rows`);
    }

    done = (): Promise<unknown> => this.chart.done;
}

const labelOf = (row: Row): string =>
    ["network", "keep", "platform", "mode", "datatype", "batch"]
        .map((key) => row[key])
        .filter((one) => one !== null && one !== undefined && one !== 1)
        .join(" ");

function specOf(context: Context, points: { row: string; device: string; value: number | null }[], key: string): Spec {
    const values = points.flatMap((one) => (one.value === null ? [] : [one.value]));
    const devices = distinct(points.map((one) => one.device));
    const { scale, axis } = valueScale(headingOf(key), values, context.width - 300);
    return {
        data: { name: "points" },
        width: Math.max(160, context.width - 300),
        height: { step: 20 },
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: {
            x: { field: "value", type: "quantitative", scale, axis },
            y: {
                field: "row",
                type: "nominal",
                sort: { field: "at", op: "min" },
                axis: { title: null, grid: true, ticks: false, domain: false, labelLimit: 260 },
            },
            color: deviceColour(devices, null),
            tooltip: [{ field: "row" }, { field: "shown", title: headingOf(key) }],
        },
    };
}
