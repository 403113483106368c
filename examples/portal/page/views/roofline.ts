// SPDX-License-Identifier: BSD-3-Clause
// Rooflines: S. Williams, A. Waterman, D. Patterson, 2009, doi:10.1145/1498765.1498785. Networks are points under the
// roofs of the devices; measured points hang from the bound that was predicted for them.
import {
    apart,
    Chart,
    deviceColour,
    kindLegend,
    legendPlace,
    logAxis,
    networkShape,
    predictedFill,
    type Spec,
} from "../chart";
import { el, figure } from "../dom";
import { deviceOf, networkOf, readable, si } from "../format";
import { cycled, dashes, grey, look } from "../palette";
import { Table } from "../table";
import type { Estimate, Roof } from "../types";
import { distinct, measuredOf, type Context, type Page } from "./view";

/// Beyond so many roofs, names of roofs show on the lines that a pointer touches.
const mostLabels = 14;
const intensity = "operational_intensity_ops_per_byte";
/// Pixels for their names.
const labelRoom = 160;
const tall = 440;
const low = 320;

interface Point {
    network: string;
    device: string;
    roof: string;
    kind: string;
    x: number;
    y: number | null;
    top: number | null;
    shown: string;
    of: string;
}

interface Line {
    device: string;
    roof: string;
    datatype: string;
    x: number;
    y: number;
    shown: string;
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
        const names = new Set(roofs.map(roofName));
        const predicted = rows.filter((row) => typeof row[intensity] === "number").map(predictedPoint);
        const measured = measuredOf(context)
            .filter((row) => names.has(roofName(row)) && row.measured_ops_per_s !== null)
            .map((row) => ({
                ...predictedPoint(row),
                kind: "measured",
                y: row.measured_ops_per_s as number,
                top: row.attained_ops_per_s,
                shown: `${readable(row.measured_throughput_ips)} inputs/s measured`,
                of: row.efficiency === null ? "" : `${readable(row.efficiency * 100)} % of the bound`,
            }));
        const reach = Math.max(...measured.map((one) => one.x));
        const lines = roofs.flatMap((roof) => linesOf(roof, reach));
        const points = [...predicted, ...measured];
        this.note.textContent =
            (measured.length ? "What was measured hangs from its bound, at its own batch. " : "") +
            (roofs.length > mostLabels ? "A roof or point that is touched stands out and says its name. " : "") +
            "Drag to move, scroll to zoom, double-click to go back; a click on a device's name picks it out.";
        this.chart.draw(
            specOf(context, lines, points),
            { lines, points },
            `Rooflines of ${roofs.length} devices and datatypes with ${predicted.length} ` +
                `predictions and ${measured.length} measurements`,
        );
        this.table.show(roofs.map(({ points: _, ...roof }) => roof));
    }

    done = (): Promise<unknown> => this.chart.done;
}

const roofName = (of: { platform: string; mode: string | null; datatype: string }): string =>
    `${deviceOf(of)} ${of.datatype}`;

/// Corners of a roof that goes on level as far as points stand under it.
function linesOf(roof: Roof, reach: number): Line[] {
    const last = roof.points.at(-1);
    const points: [number, number][] = last && last[0] < reach ? [...roof.points, [reach * 2, last[1]]] : roof.points;
    return points.map(([x, y]) => ({
        roof: roofName(roof),
        device: deviceOf(roof),
        datatype: roof.datatype,
        x,
        y,
        shown: describe(roof),
    }));
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
        kind: "predicted",
        x: row[intensity] as number,
        y: row.attained_ops_per_s,
        top: row.attained_ops_per_s,
        shown: `${readable(row.throughput_ips)} inputs/s predicted`,
        of: row.bound === "compute" ? "bound by the peak" : "bound by memory",
    };
}

/// Names of roofs at their right ends, each at least a line's height below the next: [roof, height of the name].
function labelsOf(
    lines: Line[],
    range: [number, number],
    height: number,
): { roof: string; device: string; y: number }[] {
    const ends = [...new Map(lines.map((one) => [one.roof, one])).values()].sort((a, b) => b.y - a.y);
    const [bottom, top] = range.map(Math.log10) as [number, number];
    const pixel = (top - bottom) / height;
    let above = Infinity;
    return ends.map(({ roof, device, y }) => {
        above = Math.min(Math.log10(y), above - 13 * pixel);
        return { roof, device, y: 10 ** above };
    });
}

function rangeOf(values: number[], otherwise: [number, number]): [number, number] {
    return values.length ? [Math.min(...values), Math.max(...values)] : otherwise;
}

/// What a place, a colour, a shape and a dash mean: devices are coloured, networks shaped, datatypes dashed.
function channelsOf(lines: Line[], points: Point[], legend: Spec): Record<string, Spec> {
    const devices = distinct(lines.map((one) => one.device));
    const datatypes = distinct(lines.map((one) => one.datatype));
    const inX = lines.map((one) => one.x);
    const inY = [...lines, ...points].map((one) => one.y).filter((one) => one !== null);
    const color = deviceColour(devices, { symbolType: "stroke", symbolStrokeWidth: 3, ...legend });
    return {
        x: {
            field: "x",
            type: "quantitative",
            scale: { type: "log", nice: false, domain: rangeOf(inX, [0.1, 1000]) },
            axis: logAxis("Operational intensity [operation/byte]", inX),
        },
        y: {
            field: "y",
            type: "quantitative",
            scale: { type: "log", nice: true, domain: rangeOf(inY, [1e9, 1e12]) },
            axis: logAxis("Performance [operation/s]"),
        },
        color,
        fill: predictedFill(devices),
        shape: networkShape(distinct(points.map((one) => one.network)), legend),
        strokeDash: {
            field: "datatype",
            type: "nominal",
            scale: { domain: datatypes, range: cycled(datatypes, dashes) },
            legend: { title: "Roof in", symbolStrokeColor: grey, symbolType: "stroke", symbolSize: 300, ...legend },
        },
    };
}

function specOf(context: Context, lines: Line[], points: Point[]): Spec {
    const names = distinct([...lines.map((one) => one.device), ...points.map((one) => one.network)]);
    const { isBeside, legend } = legendPlace(context.width, names.length);
    const isMany = distinct(lines.map((one) => one.roof)).length > mostLabels;
    const isLabelled = context.width >= 560 && !isMany;
    if (isBeside && isLabelled) legend.offset = labelRoom;
    const { x, y, color, fill, shape, strokeDash } = channelsOf(lines, points, legend);
    const height = context.width < 560 ? low : tall;
    const inY = [...lines, ...points].map((one) => one.y).filter((one) => one !== null);
    const tooltip = [
        { field: "network" },
        { field: "roof", title: "on" },
        { field: "shown", title: "throughput" },
        { field: "of", title: "which is" },
    ];
    const opacity = { condition: { param: "device", value: 1 }, value: 0.12 };
    const isOutside = { test: "scale('y', datum.y) < 0 || scale('y', datum.y) > height", value: 0 };
    const labels = {
        data: { values: labelsOf(lines, rangeOf(inY, [1e9, 1e12]), height) },
        mark: { type: "text", align: "left", dx: 6, fontSize: 11, color: look().ink, x: "width", clip: false },
        encoding: { y, text: { field: "roof" }, opacity: { condition: [isOutside, opacity.condition], value: 0.12 } },
    };
    return {
        width: Math.max(220, context.width - 75 - (isBeside ? 190 : 0) - (isLabelled ? labelRoom : 0)),
        height,
        resolve: apart,
        layer: [
            {
                data: { name: "lines" },
                params: [
                    { name: "view", select: "interval", bind: "scales" },
                    {
                        name: "device",
                        select: { type: "point", fields: ["device"], ...(isMany ? { on: "pointerover" } : {}) },
                        bind: "legend",
                    },
                ],
                mark: { type: "line", strokeWidth: isMany ? 1.2 : 2, clip: true },
                encoding: {
                    x,
                    y,
                    color,
                    detail: { field: "roof" },
                    strokeDash,
                    opacity,
                    tooltip: [{ field: "roof" }, { field: "shown", title: "with" }],
                },
            },
            {
                data: { name: "points" },
                transform: [{ filter: "datum.kind == 'measured'" }],
                mark: { type: "rule", strokeWidth: 1, clip: true },
                encoding: { x, y, y2: { field: "top" }, color, opacity },
            },
            {
                data: { name: "points" },
                mark: { type: "point", size: isMany ? 30 : 85, strokeWidth: isMany ? 1 : 1.8, clip: true },
                encoding: { x, y, color, fill, shape, opacity, tooltip },
            },
            ...(isLabelled ? [labels] : []),
            ...kindLegend(points, legend),
        ],
    };
}
