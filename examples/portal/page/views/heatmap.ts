// SPDX-License-Identifier: BSD-3-Clause
// Networks on devices as a coloured table: the thesis' figures 6.3 to 6.5, or the selection.
import { Chart, type Spec } from "../chart";
import { el, figure, steered } from "../dom";
import { compact, deviceOf, headingOf, inUnit, networkOf, readable, shown, unitOf } from "../format";
import { look, midLuminance } from "../palette";
import { tasks } from "../controls";
import { Table } from "../table";
import type { Cell, Estimate, Measured, Row } from "../types";
import { metricSelect } from "./predictions";
import { distinct, measuredOf, type Context, type Page } from "./view";

const metrics = ["throughput_ips", "latency_s", "efficiency", "inputs_per_joule"];

interface Square {
    network: string;
    device: string;
    value: number;
    text: string;
    tip: string;
    erratum: string;
}

export class Heatmap implements Page {
    private readonly published = new Chart("The published heatmap");
    private readonly live = new Chart("Heatmap of the selection");
    private readonly note = el("p", { class: "note" });
    private readonly publishedNote = el("p", { class: "note" });
    private readonly publishedTitle = el("h2", {}, "");
    private readonly metric: HTMLSelectElement;
    private readonly table = new Table("Published cells", "heatmap", [
        { key: "figure" },
        { key: "platform" },
        { key: "network_datatype", heading: "Network" },
        { key: "inputs_per_second" },
        { key: "bound" },
        { key: "printed_inputs_per_second", heading: "Printed otherwise" },
        { key: "erratum" },
    ]);
    readonly element: HTMLElement;
    private context: Context | undefined;
    private readonly cells = new Map<string, Cell[]>();

    constructor() {
        this.metric = metricSelect(metrics, (metric) => this.context?.store.change({ metric }));
        this.element = el(
            "div",
            {},
            figure(steered("The selection", this.metric), this.live.element, this.note),
            figure(this.publishedTitle, this.published.element, this.publishedNote),
            this.table.element,
        );
    }

    draw(context: Context): void {
        this.context = context;
        const key = metrics.includes(context.state.metric) ? context.state.metric : "throughput_ips";
        this.metric.value = key;
        const squares = liveSquares(context, key);
        this.live.draw(
            specOf(squares, key, context.width),
            { cells: squares },
            `${headingOf(key)}, ${squares.length} cells`,
        );
        this.note.textContent = noteOf(context, key, squares);
        this.drawPublished(context, key);
    }

    done = (): Promise<unknown> => Promise.all([this.live.done, this.published.done]);

    private drawPublished(context: Context, key: string): void {
        const task = context.state.task || "imagenet";
        let cells = this.cells.get(task);
        if (!cells) this.cells.set(task, (cells = context.engine.heatmap(task)));
        const best = key === "efficiency" ? bestOf(context.measured) : undefined;
        const squares = cells.flatMap((cell) => {
            const value = best
                ? best.get(placeOf(cell))
                : inUnit(key, key === "throughput_ips" ? cell.inputs_per_second : cell[key]);
            return value === undefined || value === null ? [] : [publishedSquare(cell, key, value)];
        });
        this.publishedTitle.textContent =
            `As published for ${tasks[task] ?? task}: figure ` + `${cells[0]?.figure ?? ""} of the thesis, computed`;
        this.publishedNote.textContent =
            "M. Blott, Benchmarking Neural Networks on Heterogeneous Hardware, 2021. Outlined: the " +
            "print differs from its own formula; the table says how." +
            (squares.length < cells.length ? ` ${cells.length - squares.length} cells have no such figure.` : "");
        this.published.draw(
            specOf(squares, key, context.width),
            { cells: squares },
            `${headingOf(key)} as published, ${squares.length} cells`,
        );
        this.table.show(cells);
    }
}

const placeOf = (of: { platform_id: string; network_id: string; datatype: string; keep: number }): string =>
    `${of.platform_id.replace(/:.*/, "")} ${of.platform_id.replace(/^[^:]*:?/, "")} ` +
    `${of.network_id} ${of.datatype} ${of.keep}`;

/// Efficiencies in per cent by place, of the best measurements.
function bestOf(measured: Measured[]): Map<string, number> {
    const found = new Map<string, number>();
    for (const row of measured)
        if (row.best && row.efficiency !== null)
            found.set(
                `${row.platform} ${row.mode ?? ""} ${row.network} ${row.datatype} ${row.keep}`,
                row.efficiency * 100,
            );
    return found;
}

function publishedSquare(cell: Cell, key: string, value: number): Square {
    const [network = "", datatype = ""] = splitLast(cell.network_datatype);
    return {
        network,
        device: cell.platform.endsWith(datatype) ? cell.platform : `${cell.platform}-${datatype}`,
        value,
        text: compact(value),
        tip: `${readable(value)} ${unitOf(key).unit}`,
        erratum: cell.erratum ? String(cell.erratum) : "",
    };
}

function splitLast(text: string): [string, string] {
    const at = text.lastIndexOf("-");
    return [text.slice(0, at), text.slice(at + 1)];
}

function liveSquares(context: Context, key: string): Square[] {
    const measured = key === "efficiency" ? bestOf(context.measured) : undefined;
    const value = (row: Estimate): number | null | undefined =>
        measured
            ? measured.get(`${row.platform} ${row.mode ?? ""} ${row.network} ${row.datatype} ${row.keep}`)
            : inUnit(key, row[key]);
    const predicted = context.answer.rows.flatMap((row) => {
        const one = value(row);
        if (one === null || one === undefined) return [];
        const tip = measured ? `${readable(one)} %` : `${shown(key, row[key])} ${unitOf(key).unit}`;
        return [
            {
                network: networkOf(row),
                device: `${deviceOf(row)} ${row.datatype}`,
                value: one,
                text: compact(one),
                tip,
                erratum: "",
            },
        ];
    });
    return [...predicted, ...unlistedSquares(context, key)];
}

/// What was measured where nothing predicts.
function unlistedSquares(context: Context, key: string): Square[] {
    const measuredKey = { throughput_ips: "measured_throughput_ips", latency_s: "measured_latency_s" }[key];
    if (!measuredKey) return [];
    return measuredOf(context).flatMap((row) => {
        const value = inUnit(measuredKey, row[measuredKey]);
        if (row.throughput_ips !== null || value === null) return [];
        const tip = `${readable(value)} ${unitOf(key).unit}, measured`;
        const device = `${deviceOf(row)} ${row.datatype}`;
        return [{ network: networkOf(row), device, value, text: compact(value), tip, erratum: "" }];
    });
}

function noteOf(context: Context, key: string, squares: Square[]): string {
    const missing = context.answer.rows.length - squares.filter((one) => !one.tip.endsWith("measured")).length;
    if (key === "efficiency")
        return `Best measured over predicted throughput; ${missing} of the selected combinations were never measured.`;
    return missing > 0 ? `${missing} combinations have no known ${unitOf(key).heading.toLowerCase()}.` : "";
}

export function specOf(squares: (Square | Row)[], key: string, room: number): Spec {
    const cells = squares as Square[];
    const networks = distinct(cells.map((one) => one.network));
    const devices = distinct(cells.map((one) => one.device));
    const now = look();
    const width = Math.max(34, Math.min(92, (room - 260) / Math.max(1, networks.length)));
    const x = {
        field: "network",
        type: "nominal",
        sort: networks,
        axis: { title: null, orient: "top", labelAngle: -38, ticks: false, domain: false, labelLimit: 200 },
    };
    const y = {
        field: "device",
        type: "nominal",
        sort: devices,
        axis: { title: null, ticks: false, domain: false, labelLimit: 190 },
    };
    const tooltip = [
        { field: "network" },
        { field: "device", title: "on" },
        { field: "tip", title: unitOf(key).heading },
        { field: "erratum", title: "print" },
    ];
    return {
        data: { name: "cells" },
        width: { step: width },
        height: { step: 26 },
        encoding: { x, y, tooltip },
        layer: [
            {
                mark: { type: "rect", strokeWidth: 1.5 },
                encoding: {
                    color: {
                        field: "value",
                        type: "quantitative",
                        scale: { type: "log", range: now.heat, interpolate: "lab" },
                        legend: {
                            title: headingOf(key),
                            format: "~s",
                            orient: "bottom",
                            gradientLength: Math.min(260, room - 120),
                            direction: "horizontal",
                        },
                    },
                    stroke: { condition: { test: "datum.erratum != ''", value: "#D55E00" }, value: now.background },
                },
            },
            {
                mark: { type: "text", fontSize: 12 },
                encoding: {
                    text: { field: "text" },
                    color: {
                        condition: {
                            test: `luminance(scale('color', datum.value)) > ${midLuminance}`,
                            value: "#000000",
                        },
                        value: "#ffffff",
                    },
                },
            },
        ],
    };
}
