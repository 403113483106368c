// SPDX-License-Identifier: BSD-3-Clause
// What networks need, whatever the device: operations, and the size of their weights in each datatype.
import { Chart, valueScale, type Spec } from "../chart";
import { tasks } from "../controls";
import { el, figure } from "../dom";
import { inUnit, readable, shown, unitOf } from "../format";
import { grey, look, mixed } from "../palette";
import { Table, type Column } from "../table";
import type { Network, NetworkDetails, Row } from "../types";
import { distinct, type Context, type Page } from "./view";

const datatypes = ["int2", "int4", "int8", "fp16", "fp32"];

export class Networks implements Page {
    private readonly compute = new Chart("Operations of the selected networks");
    private readonly memory = new Chart("Weights of the selected networks");
    private details: Record<string, NetworkDetails> = {};
    private known = -1;
    private readonly table: Table;
    readonly element: HTMLElement;
    private selected = new Set<string>();

    constructor() {
        const source = (row: Row): string =>
            (this.details[String(row.network)]?.sources ?? []).filter(unique).join("\n");
        const columns: Column[] = [
            { key: "network", hint: source },
            { key: "task", text: (row) => (row.task ? (tasks[String(row.task)] ?? String(row.task)) : "–") },
            { key: "operations" },
            { key: "weights" },
            { key: "top1", heading: "Best top-1 [%]", hint: (row: Row) => String(row.top1_source ?? "") },
            { key: "activations" },
            { key: "oi_int8", heading: "Intensity at int8 [op/byte]" },
            { key: "name", isFurther: true },
            { key: "macs", isFurther: true },
            { key: "parameters", isFurther: true },
            ...datatypes
                .filter((name) => name !== "int8")
                .map((name) => ({ key: `oi_${name}`, heading: `Intensity at ${name} [op/byte]`, isFurther: true })),
        ];
        this.table = new Table("All networks", "networks", columns, ["task"], (row) =>
            this.selected.has(String(row.network)),
        );
        this.element = el(
            "div",
            {},
            el(
                "div",
                { class: "pair" },
                figure("Compute: operations of one input", this.compute.element),
                figure("Memory: weights by datatype", this.memory.element),
            ),
            this.table.element,
        );
    }

    draw(context: Context): void {
        if (this.known !== context.engine.changes) {
            this.details = context.engine.networkDetails(datatypes);
            this.known = context.engine.changes;
        }
        this.selected = new Set(context.state.networks);
        const selected = context.networks.filter((one) => this.selected.has(one.network));
        const room = context.width > 900 ? context.width / 2 - 20 : context.width;
        const compute = selected.map((one) => ({
            network: one.network,
            value: inUnit("operations", one.operations),
            shown: `${readable(inUnit("operations", one.operations))} GOP`,
        }));
        this.compute.draw(
            figuresOf(room, compute, "Operations [GOP]", undefined),
            { bars: compute },
            `Operations of ${selected.length} networks`,
        );
        const memory = selected.flatMap((one) =>
            Object.entries(this.details[one.network]?.model_bytes ?? {}).map(([datatype, value]) => ({
                network: one.network,
                datatype,
                value: inUnit("model_bytes", value),
                shown: `${shown("model_bytes", value)} ${unitOf("model_bytes").unit}`,
            })),
        );
        this.memory.draw(
            figuresOf(room, memory, "Weights [MB]", datatypes),
            { bars: memory },
            `Weights of ${selected.length} networks in ${datatypes.length} datatypes`,
        );
        this.table.show(context.networks.map((one) => this.row(one)));
    }

    done = (): Promise<unknown> => Promise.all([this.compute.done, this.memory.done]);

    private row(one: Network): Row {
        const more = this.details[one.network];
        const best = more?.accuracies.reduce<{ top1: number | null; source: string } | null>(
            (found, next) => (next.top1 !== null && next.top1 > (found?.top1 ?? 0) ? next : found),
            null,
        );
        return {
            ...one,
            parameters: more?.parameters ?? null,
            activations: more?.activations ?? null,
            ...Object.fromEntries(datatypes.map((name) => [`oi_${name}`, more?.operational_intensity[name] ?? null])),
            top1: inUnit("accuracy_top1", best?.top1 ?? null),
            top1_source: best?.source ?? "",
        };
    }
}

interface Bar {
    network: string;
    value: number | null;
    shown: string;
}

const unique = (text: string, at: number, all: string[]): boolean => all.indexOf(text) === at;

/// Figures of networks on a line each: bars from zero, or points on a logarithmic axis where they pass a decade.
function figuresOf(room: number, data: Bar[], title: string, series: string[] | undefined): Spec {
    const { scale, axis } = valueScale(
        title,
        data.flatMap((one) => (one.value ? [one.value] : [])),
        room - 230,
    );
    const isLog = scale.type === "log";
    const y = {
        field: "network",
        type: "nominal",
        sort: distinct(data.map((one) => one.network)),
        axis: { title: null, ticks: false, domain: false, labelLimit: 150, grid: isLog },
    };
    const color = series
        ? {
              field: "datatype",
              type: "nominal",
              scale: {
                  domain: series,
                  range: series.map((_, i) => mixed(look().heat[1], look().heat[0], (i + 2) / 6)),
              },
              legend: { title: "Weights in", orient: "top" },
          }
        : { value: grey };
    const isSpread = series !== undefined && !isLog;
    const text = {
        mark: { type: "text", align: "left", dx: 8, fontSize: 11, color: look().muted },
        encoding: { text: { field: "shown" } },
    };
    return {
        data: { name: "bars" },
        width: Math.max(140, room - 230),
        height: isSpread ? { step: 13, for: "offset" } : { step: 26 },
        encoding: {
            y,
            x: { field: "value", type: "quantitative", scale, axis },
            ...(isSpread ? { yOffset: { field: "datatype", sort: series } } : {}),
            tooltip: [
                { field: "network" },
                ...(series ? [{ field: "datatype" }] : []),
                { field: "shown", title: title.replace(/ \[.*/, "") },
            ],
        },
        layer: [
            {
                mark: isLog
                    ? { type: "point", filled: true, size: 95, opacity: 1 }
                    : { type: "bar", cornerRadiusEnd: 2 },
                encoding: { color },
            },
            ...(series && isLog ? [] : [text]),
        ],
    };
}
