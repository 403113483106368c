// SPDX-License-Identifier: BSD-3-Clause
// Measured over predicted throughput (T section 4.3.1), of the published measurements and of files dropped on the page.
import { Chart, deviceColour, legendPlace, networkShape, valueScale, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, networkOf, readable, shown } from "../format";
import { look } from "../palette";
import { Table } from "../table";
import type { Row } from "../types";
import { allMeasuredOf, distinct, measuredOf, type Context, type Page } from "./view";

/// Where a row was read, and what is remarkable about it.
const sourceOf = (row: Row): string =>
    [String(row.place ?? ""), ...(Array.isArray(row.flags) ? row.flags : [])].filter(Boolean).join("\n");

export class Efficiency implements Page {
    private readonly chart = new Chart("Efficiency of the selection");
    private readonly note = el("p", { class: "note" });
    private readonly table = new Table(
        "All measurements of the selection",
        "measured",
        [
            { key: "network" },
            { key: "platform" },
            { key: "mode" },
            { key: "datatype" },
            { key: "measured_throughput_ips" },
            { key: "throughput_ips", heading: "Predicted [inputs/s]" },
            { key: "efficiency", hint: sourceOf },
            { key: "deployment", heading: "Deployed as" },
            { key: "deployment_value", heading: "Value" },
            { key: "measured_latency_s" },
            { key: "keep" },
            { key: "bound", isFurther: true },
            { key: "measured_power_w", heading: "Power [W]", isFurther: true },
            { key: "flags", heading: "Remarks", isFurther: true },
            { key: "place", heading: "From", isFurther: true },
        ],
        ["datatype", "deployment"],
    );
    readonly element = el(
        "div",
        {},
        figure("How much of the prediction was attained", this.chart.element, this.note),
        this.table.element,
    );

    draw(context: Context): void {
        const best = measuredOf(context).filter((row) => row.efficiency !== null);
        const points = best.map((row) => ({
            network: networkOf(row),
            device: deviceOf(row),
            on: `${deviceOf(row)} ${row.datatype}`,
            value: (row.efficiency ?? 0) * 100,
            shown: `${readable((row.efficiency ?? 0) * 100)} %`,
            measured: `${shown("measured_throughput_ips", row.measured_throughput_ips)} inputs/s`,
            predicted: `${shown("throughput_ips", row.throughput_ips)} inputs/s`,
            flags: row.flags.join("; "),
        }));
        this.chart.draw(specOf(context, points), { points }, `Efficiency of ${points.length} measured combinations`);
        this.note.textContent = points.length
            ? "The best of all batches, streams and threads of each combination. The line is the " +
              "bound; what lies above it is kept and says why."
            : "Nobody measured what is selected. Choose published networks and devices, or drop a " +
              "file that a device runner wrote.";
        this.table.show(allMeasuredOf(context));
    }

    done = (): Promise<unknown> => this.chart.done;
}

interface Point {
    network: string;
    on: string;
    device: string;
    value: number;
}

function specOf(context: Context, points: Point[]): Spec {
    const networks = distinct(points.map((one) => one.network));
    const { isBeside, legend } = legendPlace(context.width, networks.length);
    const room = Math.max(160, context.width - (isBeside ? 400 : 190));
    const values = points.map((one) => one.value);
    const { scale, axis } = valueScale("Measured over predicted throughput [%]", [...values, 100], room);
    return {
        width: room,
        height: { step: 24 },
        layer: [
            {
                data: { values: [{ at: 100 }] },
                mark: { type: "rule", strokeDash: [5, 4], color: look().muted },
                encoding: { x: { field: "at", type: "quantitative" } },
            },
            {
                data: { name: "points" },
                mark: { type: "point", filled: true, size: 95, opacity: 1 },
                encoding: {
                    x: { field: "value", type: "quantitative", scale, axis },
                    y: {
                        field: "on",
                        type: "nominal",
                        sort: distinct(points.map((one) => one.on)),
                        axis: { title: null, grid: true, ticks: false, domain: false, labelLimit: 180 },
                    },
                    color: deviceColour(distinct(points.map((one) => one.device)), null),
                    shape: networkShape(networks, legend),
                    tooltip: [
                        { field: "network" },
                        { field: "on" },
                        { field: "shown", title: "efficiency" },
                        { field: "measured" },
                        { field: "predicted" },
                        { field: "flags", title: "remark" },
                    ],
                },
            },
        ],
    };
}
