// SPDX-License-Identifier: BSD-3-Clause
// What devices can do: peaks, bandwidth, power, price; every figure with its source.
import { Chart, classShape, logAxis, namedColour, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, headingOf, inUnit, shown } from "../format";
import { look } from "../palette";
import { Table } from "../table";
import type { Platform, Provenance, Row } from "../types";
import { distinct, type Context, type Page } from "./view";

/// Beyond so many, names would cover each other; they show on the points.
const mostNames = 16;

export class Platforms implements Page {
    private readonly chart = new Chart("Peak against power of all devices");
    private sources: Record<string, Provenance[]> = {};
    private known = -1;
    private readonly table: Table;
    readonly element: HTMLElement;
    private selected = new Set<string>();

    constructor() {
        const from =
            (figure: string) =>
            (row: Row): string =>
                this.source(row, figure);
        this.table = new Table(
            "All devices",
            "platforms",
            [
                { key: "platform", known: (row) => (Array.isArray(row.aliases) ? row.aliases.join(" ") : "") },
                { key: "mode" },
                { key: "datatype" },
                { key: "peak_ops_per_s", hint: from("operations_per_second") },
                { key: "attained_share", hint: (row) => String(row.attained_by ?? "") },
                { key: "bandwidth_bytes_per_s", hint: from("bandwidth_bytes_per_s") },
                { key: "power_w", hint: from("power_w") },
                { key: "price_usd", hint: from("price_usd") },
                { key: "year", text: (row) => String(row.year ?? "–"), hint: from("year") },
                { key: "vendor" },
                { key: "class", isFurther: true },
                { key: "name", isFurther: true },
                { key: "sparse_peak_ops_per_s", hint: from("sparse_operations_per_second"), isFurther: true },
            ],
            ["class", "datatype", "vendor", "year"],
            (row) => this.selected.has(String(row.platform)) || this.selected.has(`${row.platform}:${row.mode}`),
        );
        this.element = el(
            "div",
            {},
            figure(
                "Peak against power, each device in its fastest datatype",
                this.chart.element,
                el(
                    "p",
                    { class: "note" },
                    "The selected devices are coloured and named. In the table, an underlined figure says where it " +
                        "comes from; what was attained of a peak is the best known run of a whole network.",
                ),
            ),
            this.table.element,
        );
    }

    draw(context: Context): void {
        if (this.known !== context.engine.changes) {
            this.sources = context.engine.platformSources();
            this.known = context.engine.changes;
        }
        this.selected = new Set(context.state.platforms);
        const best = new Map<string, Platform>();
        for (const one of context.platforms)
            if (one.power_w !== null && one.peak_ops_per_s > (best.get(deviceOf(one))?.peak_ops_per_s ?? 0))
                best.set(deviceOf(one), one);
        const points = [...best.values()].map((one) => ({
            device: deviceOf(one),
            class: one.class ?? "Other",
            datatype: one.datatype,
            x: one.power_w,
            y: inUnit("peak_ops_per_s", one.peak_ops_per_s),
            peak: `${shown("peak_ops_per_s", one.peak_ops_per_s)} TOP/s ${one.datatype}`,
            attained: one.attained_share === null ? "" : `${shown("attained_share", one.attained_share)} % of the peak`,
            power: `${shown("power_w", one.power_w)} W`,
            price: one.price_usd === null ? "" : `${shown("price_usd", one.price_usd)} USD`,
            chosen: this.selected.has(one.platform) || this.selected.has(deviceOf(one)),
        }));
        this.chart.draw(specOf(context, points), { points }, `Peak and power of ${points.length} devices`);
        this.table.show(context.platforms);
    }

    done = (): Promise<unknown> => this.chart.done;

    /// The source of a figure of a row, as the platform's file states it: of its mode if modes differ in it.
    private source(row: Row, figure: string): string {
        const ends = new RegExp(`/${figure}$`);
        const found = (this.sources[String(row.platform)] ?? []).filter((one) => ends.test(one.pointer));
        const texts = found.map((one) =>
            [one.source, one.basis === "derived" ? `derived: ${one.derivation}` : ""].filter(Boolean).join("; "),
        );
        return distinct(texts).join("\n");
    }
}

function specOf(context: Context, points: { class: string; device: string; chosen: boolean }[]): Spec {
    const classes = distinct(points.map((one) => one.class)).sort();
    const isNarrow = context.width < 560;
    const named = points.filter((one) => one.chosen).map((one) => one.device);
    const x = { field: "x", type: "quantitative", scale: { type: "log" }, axis: logAxis(headingOf("power_w")) };
    const y = { field: "y", type: "quantitative", scale: { type: "log" }, axis: logAxis(headingOf("peak_ops_per_s")) };
    const tooltip = ["device", "class", "peak", "attained", "power", "price"].map((field) => ({ field }));
    const color = namedColour("datum.chosen", named);
    return {
        data: { name: "points" },
        width: Math.max(220, context.width - 80),
        height: isNarrow ? 280 : 340,
        encoding: { x, y },
        layer: [
            {
                params: [{ name: "view", select: "interval", bind: "scales" }],
                mark: { type: "point", filled: true, clip: true },
                encoding: {
                    color,
                    shape: classShape(classes, { orient: "bottom", columns: isNarrow ? 1 : 3 }),
                    size: { condition: { test: "datum.chosen", value: 170 }, value: 60 },
                    opacity: { condition: { test: "datum.chosen", value: 1 }, value: 0.6 },
                    tooltip,
                },
            },
            {
                transform: [{ filter: "datum.chosen" }],
                mark: { type: "text", dy: -13, fontSize: 11, color: look().ink, clip: true },
                encoding: { text: { field: named.length <= mostNames ? "device" : "nothing" } },
            },
        ],
    };
}
