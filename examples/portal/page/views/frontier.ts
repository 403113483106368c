// SPDX-License-Identifier: BSD-3-Clause
// Which designs no other beats: accuracy against throughput, latency, energy or size; of the selection, and of the
// published designs, predicted and measured.
import {
    apart,
    Chart,
    deviceColour,
    frontLine,
    kindLegend,
    legendPlace,
    linearAxis,
    networkShape,
    predictedFill,
    swatch,
    valueScale,
    type Spec,
} from "../chart";
import { tasks } from "../controls";
import { el, figure, steered } from "../dom";
import { deviceOf, headingOf, inUnit, networkOf, shown } from "../format";
import { dashes, grey, look } from "../palette";
import { Table } from "../table";
import type { Design, Estimate, PublishedFrontier } from "../types";
import { estimateColumns, metricSelect } from "./predictions";
import { distinct, measuredOf, type Context, type Page } from "./view";

const costs = ["throughput_ips", "latency_s", "energy_j", "model_bytes"];

/// Pixels that a name takes.
const nameWidth = 120;
const nameHeight = 14;

interface Point {
    network: string;
    on: string;
    device: string;
    x: number | null;
    accuracy: number;
    front: boolean;
    kind: string;
    shown: string;
}

export class Frontier implements Page {
    private readonly live = new Chart("Frontier of the selection");
    private readonly published = new Chart("Published designs");
    private readonly note = el("p", { class: "note" });
    private readonly publishedNote = el("p", { class: "note" });
    private readonly publishedTitle = el("h2", {}, "");
    private readonly against: HTMLSelectElement;
    private readonly table = new Table("On the frontier", "frontier", estimateColumns);
    readonly element: HTMLElement;
    private context: Context | undefined;
    private readonly tasks = new Map<string, PublishedFrontier>();

    constructor() {
        this.against = metricSelect(costs, (against) => this.context?.store.change({ against }), "Against");
        this.element = el(
            "div",
            {},
            figure(steered("The selection: accuracy against", this.against), this.live.element, this.note),
            figure(this.publishedTitle, this.published.element, this.publishedNote),
            this.table.element,
        );
    }

    draw(context: Context): void {
        this.context = context;
        const key = costs.includes(context.state.against) ? context.state.against : "throughput_ips";
        this.against.value = key;
        const { rows } = context.answer;
        const up = key === "throughput_ips";
        const best =
            rows.length && context.question.networks.length
                ? context.engine.frontier(
                      context.question,
                      up ? ["accuracy_top1", key] : ["accuracy_top1"],
                      up ? [] : [key],
                  ).rows
                : [];
        const predicted = pointsOf(rows, new Set(best), key);
        const points = [...predicted, ...unlistedPoints(context, key)];
        this.live.draw(
            specOf(context, points, headingOf(key), up),
            { points },
            `${points.length} designs, ${best.length} on the frontier`,
        );
        this.note.textContent =
            `${best.length} of ${rows.length} designs are on the frontier; what lies below its steps is beaten. ` +
            (predicted.length < rows.length
                ? `${rows.length - predicted.length} without a published accuracy or a known ` +
                  `${headingOf(key).toLowerCase()} are left out.`
                : "");
        this.table.show(
            best.flatMap((row) => rows[row] ?? []),
            context.answer.marks,
        );
        this.drawPublished(context);
    }

    done = (): Promise<unknown> => Promise.all([this.live.done, this.published.done]);

    private drawPublished(context: Context): void {
        const task = context.state.task || "imagenet";
        let both = this.tasks.get(task);
        if (!both) this.tasks.set(task, (both = context.engine.publishedFrontier(task)));
        const points = both.designs.flatMap(publishedPoints);
        this.publishedTitle.textContent = `Published designs for ${tasks[task] ?? task}: predicted and measured`;
        this.published.draw(
            specOf(context, points, headingOf("throughput_ips"), true),
            { points },
            `${points.length} published designs`,
        );
        this.publishedNote.textContent =
            `Predictions put ${both.predicted_optimal} of ${both.predicted} designs on the ` +
            `frontier, measurements ${both.measured_optimal} of ${both.measured}. ` +
            `Theory names ${both.named} of these ${both.measured_optimal}, ` +
            `${both.named_among_measured} when it chooses among the designs that were measured.`;
    }
}

function pointsOf(rows: Estimate[], front: Set<number>, key: string): Point[] {
    return rows.flatMap((row, i) =>
        row.accuracy_top1 === null || typeof row[key] !== "number"
            ? []
            : [
                  {
                      network: networkOf(row),
                      on: `${deviceOf(row)} ${row.datatype}`,
                      device: deviceOf(row),
                      x: inUnit(key, row[key]),
                      accuracy: inUnit("accuracy_top1", row.accuracy_top1) ?? 0,
                      front: front.has(i),
                      kind: "predicted",
                      shown: shown(key, row[key]),
                  },
              ],
    );
}

/// What was measured where nothing predicts: it stands beside the frontier.
function unlistedPoints(context: Context, key: string): Point[] {
    const measuredKey = { throughput_ips: "measured_throughput_ips", latency_s: "measured_latency_s" }[key];
    if (!measuredKey) return [];
    return measuredOf(context).flatMap((row) => {
        const x = inUnit(measuredKey, row[measuredKey]);
        const accuracy = inUnit("accuracy_top1", row.accuracy_top1);
        if (row.throughput_ips !== null || x === null || accuracy === null) return [];
        const device = deviceOf(row);
        const place = { network: networkOf(row), on: `${device} ${row.datatype}`, device };
        return [{ ...place, x, accuracy, front: false, kind: "measured", shown: shown(measuredKey, row[measuredKey]) }];
    });
}

function publishedPoints(one: Design): Point[] {
    const point = (kind: string, x: number | null, accuracy: number | null, front: boolean): Point[] =>
        x === null || accuracy === null
            ? []
            : [
                  {
                      network: networkOf(one),
                      on: `${deviceOf(one)} ${one.datatype}`,
                      device: deviceOf(one),
                      x,
                      accuracy: inUnit("accuracy_top1", accuracy) ?? 0,
                      front,
                      kind,
                      shown: shown("throughput_ips", x),
                  },
              ];
    return [
        ...point("predicted", one.throughput_ips, one.accuracy_top1, one.predicted_optimal),
        ...point("measured", one.measured_throughput_ips, one.measured_accuracy_top1, one.measured_optimal),
    ];
}

/// Designs of the predicted front whose names do not cover each other; the others' show on their points.
function namesOf(points: Point[], room: number, height: number): Point[] {
    const front = points.filter((one) => one.front && one.kind === "predicted" && one.x !== null);
    const share = (value: number, all: number[]): number =>
        (value - Math.min(...all)) / Math.max(Math.max(...all) - Math.min(...all), 1e-9);
    const x = points.flatMap((one) => (one.x ? [Math.log(one.x)] : []));
    const y = points.map((one) => one.accuracy);
    const place = (one: Point): [number, number] => [
        share(Math.log(one.x ?? 1), x) * room,
        share(one.accuracy, y) * height,
    ];
    const named: Point[] = [];
    for (const one of front.sort((a, b) => b.accuracy - a.accuracy)) {
        const [right, up] = place(one);
        const isFree = named.every((other) => {
            const [x, y] = place(other);
            return Math.abs(x - right) > nameWidth || Math.abs(y - up) > nameHeight;
        });
        if (isFree) named.push(one);
    }
    return named;
}

function specOf(context: Context, points: Point[], heading: string, up: boolean): Spec {
    const devices = distinct(points.map((one) => one.device));
    const networks = distinct(points.map((one) => one.network));
    const { isBeside, legend } = legendPlace(context.width, devices.length + networks.length);
    const room = Math.max(220, context.width - (isBeside ? 270 : 70));
    const values = points.flatMap((one) => (one.x === null ? [] : [one.x]));
    const x = { field: "x", type: "quantitative", ...valueScale(heading, values, room) };
    const y = {
        field: "accuracy",
        type: "quantitative",
        scale: { zero: false, padding: 12 },
        axis: linearAxis("Top-1 accuracy [%]"),
    };
    const isMixed = points.some((one) => one.kind === "measured");
    const height = context.width < 560 ? 280 : 360;
    const color = deviceColour(devices, { ...swatch, ...legend });
    const tooltip = [
        { field: "kind" },
        { field: "network" },
        { field: "on" },
        { field: "shown", title: heading },
        { field: "accuracy", title: "top-1 [%]", format: ".1f" },
    ];
    const dash = {
        field: "kind",
        type: "nominal",
        legend: isMixed
            ? { title: "Frontier", symbolType: "stroke", symbolSize: 300, symbolStrokeColor: grey, ...legend }
            : null,
        scale: { domain: ["predicted", "measured"], range: dashes.slice(0, 2) },
    };
    return {
        data: { name: "points" },
        width: room,
        height,
        resolve: apart,
        layer: [
            {
                transform: [{ filter: "datum.front" }],
                mark: frontLine(up),
                encoding: { x, y, order: { field: "x" }, strokeDash: dash },
            },
            {
                mark: { type: "point", size: 95, strokeWidth: 1.8 },
                encoding: {
                    x,
                    y,
                    color,
                    fill: predictedFill(devices),
                    shape: networkShape(networks, legend),
                    opacity: { condition: { test: "datum.front", value: 1 }, value: 0.35 },
                    tooltip,
                },
            },
            {
                data: { values: namesOf(points, room, height) },
                mark: { type: "text", dy: -12, fontSize: 11, color: look().ink },
                encoding: { x, y, text: { field: "network" } },
            },
            ...kindLegend(points, legend),
        ],
    };
}
