// SPDX-License-Identifier: BSD-3-Clause
// Two devices side by side: what they are, and how fast each runs the selected networks, with differences in per cent.
import { Chart, valueScale, type Spec } from "../chart";
import { el, figure, steered } from "../dom";
import { deviceOf, headingOf, networkOf, readable, shown, unitOf } from "../format";
import { devicePaint, look } from "../palette";
import { Table, type Column } from "../table";
import type { Estimate, Platform, Row, Value } from "../types";
import { distinct, offer, type Context, type Page } from "./view";

const facts = ["peak_ops_per_s", "sparse_peak_ops_per_s", "bandwidth_bytes_per_s", "power_w", "price_usd", "year"];
const measures = ["throughput_ips", "latency_s", "energy_j"] as const;

/// How far a second value is from a first: "+37 %", and "× 12.4" from ten times on.
export function differenceOf(first: Value | undefined, second: Value | undefined): string {
    if (typeof first !== "number" || typeof second !== "number" || first === 0) return "–";
    const ratio = second / first;
    if (ratio >= 10) return `× ${readable(Number(ratio.toPrecision(3)))}`;
    const percent = (ratio - 1) * 100;
    const rounded = Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0);
    return `${percent > 0 ? "+" : ""}${rounded.replace("-", "−")} %`;
}

/// A figure of both devices, and how far the second is from the first.
function columnsOf(key: (typeof measures)[number]): Column[] {
    const isFurther = key === "latency_s";
    const { heading, unit } = unitOf(key);
    const of = (side: string): Column => ({
        key: `${key}_${side}`,
        heading: `${heading}, ${side} [${unit}]`,
        text: (row) => shown(key, row[`${key}_${side}`]),
        isKept: true,
        isFurther,
    });
    const difference: Column = {
        key: `${key}_difference`,
        heading: `${heading}, difference`,
        text: (row) => differenceOf(row[`${key}_first`], row[`${key}_second`]),
        isKept: true,
        isFurther,
    };
    return [of("first"), of("second"), difference];
}

export class Compare implements Page {
    private readonly first = this.choice("first", "First device");
    private readonly second = this.choice("second", "Second device");
    private readonly facts = el("div", {
        class: "scroll whole",
        tabindex: 0,
        role: "region",
        "aria-label": "What they are",
    });
    private readonly chart = new Chart("How fast the second device is, of the first");
    private readonly note = el("p", { class: "note" });
    private readonly table = new Table("By network, each in its fastest datatype", "two_devices", [
        { key: "network" },
        ...measures.flatMap((key) => columnsOf(key)),
        { key: "datatypes" },
        { key: "bounds", isFurther: true },
    ]);
    private context: Context | undefined;
    readonly element = el(
        "div",
        {},
        figure(steered("Two devices", this.first, el("span", {}, "and"), this.second), this.facts),
        figure("The second's throughput, of the first's", this.chart.element, this.note),
        this.table.element,
    );

    draw(context: Context): void {
        this.context = context;
        const devices = distinct(context.platforms.map(deviceOf));
        const [one, other] = distinct(context.answer.rows.map(deviceOf));
        const { state } = context;
        const first = offer(this.first, devices, state.first || one || "");
        const second = offer(this.second, devices, state.second || (other !== first ? other : one) || devices[1] || "");
        this.facts.replaceChildren(factsTable(context, first, second));
        const rows = rowsOf(context, first, second);
        const points = rows.flatMap((row) => {
            const { throughput_ips_first: before, throughput_ips_second: after } = row;
            if (typeof before !== "number" || typeof after !== "number") return [];
            const value = (after / before) * 100;
            return [{ network: row.network, value, shown: differenceOf(before, after) }];
        });
        this.chart.draw(
            specOf(context, points, second),
            { points },
            `${second} against ${first}, ${points.length} networks`,
        );
        this.note.textContent = points.length
            ? `Right of the line ${second} is faster, left of it ${first}.`
            : "Neither runs a selected network, or only one does.";
        this.table.show(rows);
    }

    done = (): Promise<unknown> => this.chart.done;

    private choice(key: "first" | "second", label: string): HTMLSelectElement {
        const made = el("select", { "aria-label": label });
        made.addEventListener("change", () => this.context?.store.change({ [key]: made.value }));
        return made;
    }
}

/// The selected networks on both, the fastest row of each.
function rowsOf(context: Context, first: string, second: string): Row[] {
    const { question, engine } = context;
    if (!question.networks.length || !first || !second) return [];
    const rows = engine.view({ ...question, platforms: distinct([first, second]) }).rows;
    const best = (device: string, network: string): Estimate | undefined => {
        const all = rows.filter((row) => deviceOf(row) === device && networkOf(row) === network);
        return all.sort((a, b) => b.throughput_ips - a.throughput_ips)[0];
    };
    return distinct(rows.map(networkOf)).map((network) => {
        const one = best(first, network);
        const other = best(second, network);
        const both = (key: string): string => `${String(one?.[key] ?? "–")} / ${String(other?.[key] ?? "–")}`;
        const row: Row = { network, datatypes: both("datatype"), bounds: both("bound") };
        for (const key of measures) {
            row[`${key}_first`] = one?.[key] ?? null;
            row[`${key}_second`] = other?.[key] ?? null;
            row[`${key}_difference`] = one?.[key] && other?.[key] ? (other[key] / one[key] - 1) * 100 : null;
        }
        return row;
    });
}

/// What the data sheets say of both, each in its fastest datatype.
function factsTable(context: Context, first: string, second: string): HTMLElement {
    const best = (device: string): Platform | undefined =>
        context.platforms
            .filter((one) => deviceOf(one) === device)
            .sort((a, b) => b.peak_ops_per_s - a.peak_ops_per_s)[0];
    const [one, other] = [best(first), best(second)];
    const text = (of: Platform | undefined, key: string): string =>
        key === "year" ? String(of?.year ?? "–") : shown(key, of?.[key]);
    const line = (name: string, a: string, b: string, difference: string): HTMLElement =>
        el(
            "tr",
            {},
            el("th", { scope: "row" }, name),
            ...[a, b, difference].map((cell) => el("td", { class: "number" }, cell)),
        );
    const heads = [first, second, "Difference"].map((name) => el("th", { scope: "col", class: "number" }, name));
    return el(
        "table",
        {},
        el("thead", {}, el("tr", {}, el("td", {}), ...heads)),
        el(
            "tbody",
            {},
            line("Fastest datatype", one?.datatype ?? "–", other?.datatype ?? "–", ""),
            ...facts
                .filter((key) => one?.[key] != null || other?.[key] != null)
                .map((key) =>
                    line(
                        headingOf(key),
                        text(one, key),
                        text(other, key),
                        key === "year" ? "" : differenceOf(one?.[key], other?.[key]),
                    ),
                ),
        ),
    );
}

function specOf(context: Context, points: { network: Value | undefined; value: number }[], second: string): Spec {
    const room = Math.max(140, context.width - 190);
    const { scale, axis } = valueScale(
        "Throughput, of the first's [%]",
        [...points.map((one) => one.value), 100],
        room,
    );
    const x = { field: "value", type: "quantitative", scale, axis };
    return {
        width: room,
        height: { step: 24 },
        layer: [
            {
                data: { values: [{ value: 100 }] },
                mark: { type: "rule", strokeDash: [5, 4], color: look().muted },
                encoding: { x },
            },
            {
                data: { name: "points" },
                mark: { type: "point", filled: true, size: 95, opacity: 1, color: devicePaint([second])[0] },
                encoding: {
                    x,
                    y: {
                        field: "network",
                        type: "nominal",
                        sort: points.map((one) => one.network),
                        axis: { title: null, grid: true, ticks: false, domain: false, labelLimit: 170 },
                    },
                    tooltip: [{ field: "network" }, { field: "shown", title: "difference" }],
                },
            },
        ],
    };
}
