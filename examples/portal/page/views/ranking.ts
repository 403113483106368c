// SPDX-License-Identifier: BSD-3-Clause
// One network on every device, from the fastest to the slowest: as a curve and as a table.
import { Chart, classShape, legendPlace, logAxis, namedColour, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, readable, shown } from "../format";
import { look } from "../palette";
import { Table } from "../table";
import type { Estimate, Row } from "../types";
import { distinct, fastest, type Context } from "./view";

interface Point {
    device: string;
    class: string;
    value: number;
    label: string;
    side: string;
    [more: string]: string | number;
}

const assumed = (row: Row): string => (Array.isArray(row.assumptions) ? row.assumptions.join("\n") : "");

export class Ranking {
    private readonly chart = new Chart("The network on every device");
    private readonly note = el("p", { class: "note" });
    private selected = new Set<string>();
    private readonly table = new Table(
        "Every device, ranked",
        "ranking",
        [
            { key: "platform" },
            { key: "rank", text: (row) => (row.rank === null ? "unranked" : String(row.rank)) },
            { key: "mode" },
            { key: "datatype" },
            { key: "throughput_ips", hint: assumed },
            { key: "of_fastest", heading: "Of the first [%]" },
            { key: "measured_throughput_ips" },
            { key: "latency_s" },
            { key: "bound" },
            { key: "energy_j", isFurther: true },
            { key: "power_w", isFurther: true },
            { key: "class", isFurther: true },
            { key: "price_usd", isFurther: true },
            { key: "year", isFurther: true, text: (row) => String(row.year ?? "–") },
            { key: "vendor", isFurther: true },
        ],
        ["class", "vendor"],
        (row) => this.isSelected(row),
        false,
    );
    readonly elements = [figure("Predicted on every device", this.chart.element, this.note), this.table.element];

    draw(context: Context, network: string): void {
        this.selected = new Set(context.state.platforms);
        const { rows, skipped } = context.engine.view({
            ...context.question,
            networks: [network],
            platforms: distinct(context.platforms.map(deviceOf)),
        });
        const ranked = fastest(rows);
        const points = this.pointsOf(context, ranked);
        this.chart.draw(specOf(context, points), { points }, `Predicted throughput on ${points.length} devices`);
        const unranked = ranked.filter((row) => !row.may_win).length;
        this.note.textContent =
            `${points.length} devices, from the fastest to the slowest, each in the datatype it is ` +
            `fastest in; the selected ones are coloured. ` +
            (unranked
                ? `${unranked} are not ranked: the network does not fit, or no source states the bandwidth. `
                : "") +
            (skipped.length ? `${skipped.length} combinations passed over.` : "");
        this.table.show(this.rowsOf(context, network, ranked));
    }

    done = (): Promise<unknown> => this.chart.done;

    private isSelected(row: Row): boolean {
        const { platform, mode } = row as unknown as { platform: string; mode: string | null };
        return this.selected.has(platform) || this.selected.has(deviceOf({ platform, mode }));
    }

    private pointsOf(context: Context, ranked: Estimate[]): Point[] {
        const classes = new Map(context.platforms.map((one) => [one.platform, one.class ?? "Other"]));
        let named = 0;
        return ranked
            .filter((row) => row.may_win)
            .map((row) => {
                const device = deviceOf(row);
                const label = this.isSelected(row) ? device : "";
                return {
                    device,
                    class: classes.get(row.platform) ?? "Other",
                    datatype: row.datatype,
                    value: row.throughput_ips,
                    shown: `${readable(row.throughput_ips)} inputs/s`,
                    label,
                    side: label ? (named++ % 2 ? "below" : "above") : "",
                    latency: `${shown("latency_s", row.latency_s)} ms`,
                    bound: row.bound,
                };
            });
    }

    /// Devices where only measurements tell how fast the network is, then ranked rows.
    private rowsOf(context: Context, network: string, ranked: Estimate[]): Row[] {
        const facts = new Map(context.platforms.map((one) => [deviceOf(one), one]));
        const measured = context.measured.filter(
            (one) => one.best && one.network === network && one.keep === context.state.keep,
        );
        const place = (one: Row): string => `${one.platform} ${one.mode} ${one.datatype}`;
        const best = new Map(measured.map((one) => [place(one), one.measured_throughput_ips]));
        const top = ranked[0]?.throughput_ips ?? 1;
        const rows: Row[] = ranked.map((row) => {
            const { class: kind = null, price_usd = null, year = null, vendor = null } = facts.get(deviceOf(row)) ?? {};
            return {
                ...row,
                class: kind,
                price_usd,
                year,
                vendor,
                rank: row.may_win ? ranked.findIndex((one) => one.throughput_ips === row.throughput_ips) + 1 : null,
                of_fastest: row.may_win ? (row.throughput_ips / top) * 100 : null,
                measured_throughput_ips: best.get(place(row)) ?? null,
            };
        });
        const unlisted = measured.filter((one) => one.throughput_ips === null && !facts.has(deviceOf(one)));
        return [...unlisted.map((one) => ({ ...one, rank: null, of_fastest: null })), ...rows];
    }
}

function specOf(context: Context, points: Point[]): Spec {
    const classes = distinct(points.map((one) => one.class)).sort();
    const named = points.filter((one) => one.label).map((one) => one.device);
    const { legend } = legendPlace(Math.min(context.width, 559), classes.length);
    const x = {
        field: "device",
        type: "nominal",
        sort: points.map((one) => one.device),
        axis: null,
        scale: { padding: 0.5 },
    };
    const axis = logAxis(
        "Throughput [inputs/s]",
        points.map((one) => one.value),
    );
    const y = { field: "value", type: "quantitative", scale: { type: "log" }, axis };
    /// Names of selected devices, by turns above and below the curve; many would cover each other.
    const names = (side: string, align: string, dx: number): object => ({
        transform: [{ filter: `datum.side == '${side}'` }],
        mark: { type: "text", align, angle: -50, dx, fontSize: 11, color: look().ink },
        encoding: { text: { field: "label" } },
    });
    const tooltip = [
        { field: "device" },
        { field: "class" },
        { field: "datatype" },
        { field: "shown", title: "throughput" },
        { field: "latency" },
        { field: "bound", title: "bound by" },
    ];
    const color = namedColour("datum.label != ''", named);
    return {
        data: { name: "points" },
        width: Math.max(200, context.width - 80),
        height: 300,
        encoding: { x, y },
        layer: [
            {
                mark: { type: "point", filled: true, size: 62, opacity: 1 },
                encoding: {
                    color,
                    shape: classShape(classes, { ...legend, columns: context.width < 560 ? 1 : 3 }),
                    size: { condition: { test: "datum.label != ''", value: 130 }, value: 50 },
                    tooltip,
                },
            },
            ...(named.length <= 16 ? [names("above", "left", 10), names("below", "right", -10)] : []),
        ],
    };
}
