// SPDX-License-Identifier: BSD-3-Clause
// Measured over predicted throughput (T section 4.3.1), of the published measurements and of files dropped on the page.
import { Chart, linearAxis, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, networkOf, readable, shown } from "../format";
import { colours, cycled, look, shapes } from "../palette";
import { Table } from "../table";
import { distinct, measuredOf, type Context, type Page } from "./view";

export class Efficiency implements Page {
    private readonly chart = new Chart("Efficiency of the selection");
    private readonly note = el("p", { class: "note" });
    private readonly table = new Table(
        "All measurements of the selection",
        "measured",
        [
            { key: "network" },
            { key: "keep" },
            { key: "platform" },
            { key: "mode" },
            { key: "datatype" },
            { key: "deployment", heading: "Deployed as" },
            { key: "deployment_value", heading: "Value" },
            { key: "measured_throughput_ips" },
            { key: "throughput_ips", heading: "Predicted [inputs/s]" },
            { key: "bound" },
            { key: "efficiency" },
            { key: "measured_latency_s" },
            { key: "measured_power_w", heading: "Power [W]" },
            { key: "flags", heading: "Remarks" },
            { key: "place", heading: "From" },
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
        const { networks, platforms } = context.state;
        this.table.show(
            context.measured.filter(
                (row) =>
                    networks.includes(row.network) &&
                    (platforms.includes(row.platform) || platforms.includes(deviceOf(row))),
            ),
        );
    }

    done = (): Promise<unknown> => this.chart.done;
}

function specOf(context: Context, points: { network: string; on: string; device: string }[]): Spec {
    const places = distinct(points.map((one) => one.on));
    const networks = distinct(points.map((one) => one.network));
    const isNarrow = context.width < 560;
    return {
        width: Math.max(160, context.width - (isNarrow ? 190 : 400)),
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
                    x: {
                        field: "value",
                        type: "quantitative",
                        axis: linearAxis("Measured over predicted throughput [%]"),
                    },
                    y: {
                        field: "on",
                        type: "nominal",
                        sort: places,
                        axis: { title: null, grid: true, ticks: false, domain: false, labelLimit: 180 },
                    },
                    color: {
                        field: "network",
                        type: "nominal",
                        scale: { domain: networks, range: colours(networks) },
                        legend: { title: "Network", orient: isNarrow ? "bottom" : "right", columns: isNarrow ? 2 : 1 },
                    },
                    shape: {
                        field: "network",
                        type: "nominal",
                        scale: { domain: networks, range: cycled(networks, shapes) },
                    },
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
