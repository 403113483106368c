// SPDX-License-Identifier: BSD-3-Clause
// Which designs no other beats: accuracy against throughput, latency, energy or size; of the selection, and of the
// published designs, predicted and measured.
import { Chart, deviceColour, linearAxis, logAxis, networkShape, type Spec } from "../chart";
import { tasks } from "../controls";
import { el, figure, steered } from "../dom";
import { deviceOf, headingOf, inUnit, networkOf, shown } from "../format";
import { look } from "../palette";
import { questionOf } from "../state";
import { Table } from "../table";
import type { Design, Estimate, PublishedFrontier } from "../types";
import { estimateColumns, metricSelect } from "./predictions";
import { distinct, type Context, type Page } from "./view";

const costs = ["throughput_ips", "latency_s", "energy_j", "model_bytes"];

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
    private readonly publishedTitle = el("h3", {}, "");
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
        const best = rows.length
            ? context.engine.frontier(
                  questionOf(context.state),
                  up ? ["accuracy_top1", key] : ["accuracy_top1"],
                  up ? [] : [key],
              ).rows
            : [];
        const points = pointsOf(rows, new Set(best), key);
        this.live.draw(
            specOf(context, points, headingOf(key)),
            { points },
            `${points.length} designs, ${best.length} on the frontier`,
        );
        this.note.textContent =
            `${best.length} of ${rows.length} designs are on the frontier, joined by the line. ` +
            (points.length < rows.length
                ? `${rows.length - points.length} without a published accuracy or a known ` +
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
            specOf(context, points, headingOf("throughput_ips")),
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

function specOf(context: Context, points: Point[], heading: string): Spec {
    const devices = distinct(points.map((one) => one.device));
    const networks = distinct(points.map((one) => one.network));
    const isNarrow = context.width < 560;
    const legend = isNarrow ? { orient: "bottom", columns: 2 } : { orient: "right" };
    const x = {
        field: "x",
        type: "quantitative",
        scale: { type: "log" },
        axis: logAxis(
            heading,
            points.map((one) => one.x ?? 1),
            context.width - 200,
        ),
    };
    const y = {
        field: "accuracy",
        type: "quantitative",
        scale: { zero: false, padding: 12 },
        axis: linearAxis("Top-1 accuracy [%]"),
    };
    const color = deviceColour(devices, { symbolType: "circle", ...legend });
    const shape = networkShape(networks, legend);
    const opacity = { condition: { test: "datum.front", value: 1 }, value: 0.35 };
    const tooltip = [
        { field: "kind" },
        { field: "network" },
        { field: "on" },
        { field: "shown", title: heading },
        { field: "accuracy", title: "top-1 [%]", format: ".1f" },
    ];
    const dots = (kind: string, mark: object): object => ({
        transform: [{ filter: `datum.kind == '${kind}'` }],
        mark: { type: "point", size: 95, ...mark },
        encoding: { x, y, color, shape, opacity, tooltip },
    });
    return {
        data: { name: "points" },
        width: Math.max(220, context.width - (isNarrow ? 70 : 270)),
        height: isNarrow ? 280 : 360,
        layer: [
            {
                transform: [{ filter: "datum.front" }],
                mark: { type: "line", strokeWidth: 1.5, interpolate: "linear", color: look().muted },
                encoding: {
                    x,
                    y,
                    order: { field: "x" },
                    strokeDash: {
                        field: "kind",
                        type: "nominal",
                        legend: points.some((one) => one.kind === "measured") ? { title: "Frontier", ...legend } : null,
                        scale: {
                            domain: ["predicted", "measured"],
                            range: [
                                [1, 0],
                                [5, 3],
                            ],
                        },
                    },
                },
            },
            dots("predicted", { filled: true }),
            dots("measured", { filled: false, strokeWidth: 1.8 }),
        ],
    };
}
