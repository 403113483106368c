// SPDX-License-Identifier: BSD-3-Clause
// Rooflines: S. Williams, A. Waterman, D. Patterson, 2009, doi:10.1145/1498765.1498785. Networks are points under the
// roofs of the devices; measured points hang from the bound that was predicted for them.
import { Chart, deviceColour, logAxis, networkShape, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, networkOf, readable, si } from "../format";
import { dashes } from "../palette";
import { Table } from "../table";
import type { Estimate, Roof } from "../types";
import { distinct, measuredOf, type Context, type Page } from "./view";

const mostRoofs = 24;
const intensity = "operational_intensity_ops_per_byte";

interface Point {
    network: string;
    device: string;
    roof: string;
    x: number;
    y: number | null;
    top: number | null;
    shown: string;
    of: string;
}

interface Line {
    device: string;
    roof: string;
    x: number;
    y: number;
}

export class Roofline implements Page {
    private readonly chart = new Chart("Rooflines of the selected devices");
    private readonly note = el("p", { class: "note" });
    private readonly table = new Table("Roofs", "roofs", [
        { key: "platform" },
        { key: "mode" },
        { key: "datatype" },
        { key: "peak_ops_per_s" },
        { key: "bandwidth_bytes_per_s" },
    ]);
    readonly element = el(
        "div",
        {},
        figure("Attainable performance by operational intensity", this.chart.element, this.note),
        this.table.element,
    );

    draw(context: Context): void {
        const { rows, roofs } = context.answer;
        const drawn = roofs.slice(0, mostRoofs);
        const names = new Set(drawn.map(roofName));
        const predicted = rows
            .filter((row) => typeof row[intensity] === "number" && names.has(roofName(row)))
            .map(predictedPoint);
        const measured = measuredOf(context)
            .filter((row) => names.has(roofName(row)) && row.measured_ops_per_s !== null)
            .map((row) => ({
                ...predictedPoint(row),
                y: row.measured_ops_per_s as number,
                top: row.attained_ops_per_s,
                shown: `${readable(row.measured_throughput_ips)} inputs/s measured`,
                of: row.efficiency === null ? "" : `${readable(row.efficiency * 100)} % of the bound`,
            }));
        const reach = Math.max(...measured.map((one) => one.x));
        const lines: Line[] = drawn.flatMap((roof) =>
            reaching(roof.points, reach).map(([x, y]) => ({
                roof: roofName(roof),
                device: deviceOf(roof),
                x,
                y,
                shown: describe(roof),
            })),
        );
        const cut = roofs.length > drawn.length ? `The first ${drawn.length} of ${roofs.length} roofs are drawn. ` : "";
        this.note.textContent =
            `${cut}Filled: predicted. Rings: the best that was measured, at its own batch, below ` +
            `its bound. Drag to move, scroll to zoom, double-click to go back.`;
        this.chart.draw(
            specOf(context, lines, [...predicted, ...measured]),
            { lines, predicted, measured },
            `Rooflines of ${drawn.length} devices and datatypes with ${predicted.length} ` +
                `predictions and ${measured.length} measurements`,
        );
        this.table.show(roofs.map(({ points, ...roof }) => roof));
    }

    done = (): Promise<unknown> => this.chart.done;
}

const roofName = (of: { platform: string; mode: string | null; datatype: string }): string =>
    `${deviceOf(of)} ${of.datatype}`;

/// Corners of a roof that goes on level as far as points stand under it.
function reaching(points: [number, number][], to: number): [number, number][] {
    const last = points.at(-1);
    return last && last[0] < to ? [...points, [to * 2, last[1]]] : points;
}

function describe(roof: Roof): string {
    const bandwidth = roof.bandwidth_bytes_per_s;
    return `${si(roof.peak_ops_per_s, "OP/s")}, ${bandwidth === null ? "bandwidth not known" : si(bandwidth, "B/s")}`;
}

function predictedPoint(row: Estimate): Point {
    return {
        network: networkOf(row),
        device: deviceOf(row),
        roof: roofName(row),
        x: row[intensity] as number,
        y: row.attained_ops_per_s,
        top: row.attained_ops_per_s,
        shown: `${readable(row.throughput_ips)} inputs/s predicted`,
        of: row.bound === "compute" ? "bound by the peak" : "bound by memory",
    };
}

/// What a place, a colour, a shape and a dash mean: devices are coloured, networks shaped, datatypes of a device dashed.
function channelsOf(context: Context, lines: Line[], points: Point[]): Record<string, Spec> {
    const devices = distinct(lines.map((one) => one.device));
    const roofs = distinct(lines.map((one) => one.roof));
    const networks = distinct(points.map((one) => one.network));
    const isNarrow = context.width < 560;
    const legend = { orient: isNarrow ? "bottom" : "right", columns: isNarrow ? 1 : undefined };
    const inX = lines.map((one) => one.x);
    const inY = [...lines, ...points].map((one) => one.y).filter((one) => one !== null);
    const rank = new Map(
        roofs.map((roof) => [roof, roofs.filter((one) => one.split(" ")[0] === roof.split(" ")[0]).indexOf(roof)]),
    );
    return {
        x: {
            field: "x",
            type: "quantitative",
            scale: {
                type: "log",
                nice: false,
                domain: inX.length ? [Math.min(...inX), Math.max(...inX)] : [0.1, 1000],
            },
            axis: logAxis("Operational intensity [operation/byte]", inX),
        },
        y: {
            field: "y",
            type: "quantitative",
            scale: { type: "log", nice: true, domain: inY.length ? [Math.min(...inY), Math.max(...inY)] : [1e9, 1e12] },
            axis: logAxis("Performance [operation/s]"),
        },
        color: deviceColour(devices, { symbolType: "stroke", symbolStrokeWidth: 3, ...legend }),
        shape: networkShape(networks, legend),
        strokeDash: {
            field: "roof",
            type: "nominal",
            legend: null,
            scale: { domain: roofs, range: roofs.map((one) => dashes[(rank.get(one) ?? 0) % dashes.length]) },
        },
    };
}

function specOf(context: Context, lines: Line[], points: Point[]): Spec {
    const { x, y, color, shape, strokeDash } = channelsOf(context, lines, points);
    const isNarrow = context.width < 560;
    const tooltip = [
        { field: "network" },
        { field: "roof", title: "on" },
        { field: "shown", title: "throughput" },
        { field: "of", title: "which is" },
    ];
    return {
        width: Math.max(220, context.width - (isNarrow ? 70 : 260)),
        height: isNarrow ? 320 : 440,
        layer: [
            {
                data: { name: "lines" },
                params: [{ name: "view", select: "interval", bind: "scales" }],
                mark: { type: "line", strokeWidth: 2, clip: true },
                encoding: {
                    x,
                    y,
                    color,
                    detail: { field: "roof" },
                    strokeDash,
                    tooltip: [{ field: "roof" }, { field: "shown", title: "with" }],
                },
            },
            {
                data: { name: "measured" },
                mark: { type: "rule", strokeWidth: 1, opacity: 0.7, clip: true },
                encoding: { x, y, y2: { field: "top" }, color },
            },
            {
                data: { name: "predicted" },
                mark: { type: "point", filled: true, size: 95, opacity: 1, clip: true },
                encoding: { x, y, color, shape, tooltip },
            },
            {
                data: { name: "measured" },
                mark: { type: "point", filled: false, size: 80, strokeWidth: 1.8, opacity: 1, clip: true },
                encoding: { x, y, color, shape, tooltip },
            },
        ],
    };
}
