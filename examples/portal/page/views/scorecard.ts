// SPDX-License-Identifier: BSD-3-Clause
// What a fair comparison shows beside TOPS/W: V. Sze et al., 2020, doi:10.1109/MSSC.2020.3002140.
import { toCsv } from "../csv";
import { download, el, figure, steered } from "../dom";
import { deviceOf, networkOf, readable } from "../format";
import type { Card, Doubling, Metric } from "../types";
import { networkChoice, networksToShow, offer, type Context, type Page } from "./view";

const most = 8;

export class Scorecard implements Page {
    private readonly note = el("p", { class: "note" });
    private readonly body = el("div", {
        class: "scroll whole",
        tabindex: 0,
        role: "region",
        "aria-label": "Scorecard",
    });
    private readonly gains = el("div", {
        class: "scroll whole",
        tabindex: 0,
        role: "region",
        "aria-label": "What doubling buys",
    });
    private readonly choice = networkChoice(() => this.context?.store);
    private cards: Card[] = [];
    readonly element: HTMLElement;
    private context: Context | undefined;

    constructor() {
        this.element = el(
            "div",
            {},
            figure(
                steered(
                    "The selected devices side by side",
                    el("label", { class: "field inline" }, el("span", {}, "Network"), this.choice),
                    el("button", { type: "button", class: "plain", onclick: () => this.save() }, "Download CSV"),
                ),
                this.body,
                this.note,
            ),
            figure(
                "What doubling one part buys",
                this.gains,
                el(
                    "p",
                    { class: "note" },
                    "Throughput over that of the device as it is, under the chosen placement and execution. Where no " +
                        "source states a figure, doubling it changes nothing.",
                ),
            ),
        );
    }

    draw(context: Context): void {
        this.context = context;
        const network = offer(this.choice, networksToShow(context), context.state.network);
        const cards = context.question.platforms.length
            ? context.engine.scorecards({ ...context.question, networks: [network] })
            : [];
        this.cards = cards;
        const drawn = (cards.length > most ? fastestCards(cards) : cards).slice(0, most);
        this.body.replaceChildren(drawn.length ? table(drawn) : el("p", {}, "Choose a network and a device."));
        this.gains.replaceChildren(drawn.length ? gainsOf(drawn, context) : "");
        this.note.textContent =
            (cards.length > drawn.length
                ? `${drawn.length} of ${cards.length} combinations, each device in its fastest datatype; the CSV has all. `
                : "") +
            "The longest bar of a line is the best value: ↑ the highest, ↓ the lowest. A dash is a figure that no " +
            "source states.";
    }

    done = (): Promise<unknown> => Promise.resolve();

    /// All cards, a row for each figure of each.
    private save(): void {
        const rows = this.cards.flatMap(({ metrics, ...card }) => metrics.map((one) => ({ ...card, ...one })));
        download("scorecard.csv", new Blob([toCsv(rows)], { type: "text/csv" }));
    }
}

/// The table, or why there is none: a calibration knows the device as it is.
function gainsOf(cards: Card[], context: Context): HTMLElement {
    try {
        return gainsTable(cards, context);
    } catch (wrong) {
        return el("p", {}, (wrong as Error).message);
    }
}

/// Devices side by side, a line for each part.
function gainsTable(cards: Card[], { engine, question }: Context): HTMLElement {
    const all = cards.map((card) =>
        engine.doublings({
            ...question,
            networks: [card.network],
            platforms: [deviceOf(card)],
            datatypes: [card.datatype],
        }),
    );
    const cell = (one: Doubling | undefined): HTMLElement =>
        el(
            "td",
            { class: "number" },
            el("span", { class: "bar", style: `width:${((one?.gain ?? 1) - 1) * 100}%` }),
            el("span", {}, `× ${(one?.gain ?? 1).toFixed(2)}`),
        );
    const lines = (all[0] ?? []).slice(1).map((part, i) =>
        el("tr", {}, el("th", { scope: "row" }, part.meaning), ...all.map((of) => cell(of[i + 1]))),
    );
    const bounds = all.map((of) => el("td", { class: "number" }, of[0]?.bound ?? "–"));
    return el(
        "table",
        { class: "scorecard" },
        el("thead", {}, el("tr", {}, el("td", {}), ...cards.map(head))),
        el("tbody", {}, el("tr", {}, el("th", { scope: "row" }, "bound, as it is"), ...bounds), ...lines),
    );
}

const throughputOf = (card: Card): number => card.metrics.find((one) => one.metric === "throughput")?.value ?? 0;

/// Of each device the card that it is fastest with.
function fastestCards(cards: Card[]): Card[] {
    const groups = Map.groupBy(cards, deviceOf);
    return [...groups.values()].map((all) =>
        all.reduce((best, one) => (throughputOf(one) > throughputOf(best) ? one : best)),
    );
}

const head = (card: Card): HTMLElement =>
    el(
        "th",
        { scope: "col", class: "number" },
        ...breakable(deviceOf(card)),
        el("small", {}, `${networkOf(card)}, ${card.datatype}`),
    );

function table(cards: Card[]): HTMLElement {
    const metrics = cards[0]?.metrics ?? [];
    const rows: HTMLElement[] = [];
    metrics.forEach((metric, i) => {
        if (metric.criterion !== metrics[i - 1]?.criterion)
            rows.push(
                el(
                    "tr",
                    { class: "criterion" },
                    el("th", { colspan: cards.length + 1, scope: "rowgroup" }, metric.criterion),
                ),
            );
        rows.push(
            line(
                metric,
                cards.map((card) => card.metrics[i]?.value ?? null),
            ),
        );
    });
    return el(
        "table",
        { class: "scorecard" },
        el("thead", {}, el("tr", {}, el("td", {}), ...cards.map(head))),
        el("tbody", {}, ...rows),
    );
}

/// Figures that are better the lower they are, by their unit.
const lowIsBetter = new Set(["s", "J/input", "W", "USD"]);
/// Figures of which more is neither better nor worse.
const neutral = new Set(["off-chip bandwidth", "native datatypes"]);
/// The units that people use, and what one is worth.
const usual: Record<string, [unit: string, scale: number]> = {
    s: ["ms", 1e-3],
    "J/input": ["mJ/input", 1e-3],
    "byte/s": ["GB/s", 1e9],
};
/// Figures without a unit that are shares.
const isShare = ({ metric, unit }: Metric): boolean => !unit && /accuracy|^utilisation|share|over peak/.test(metric);

function unitOf(metric: Metric): [unit: string, scale: number] {
    return isShare(metric) ? ["%", 1e-2] : (usual[metric.unit] ?? [metric.unit, 1]);
}

function textOf(metric: Metric, value: number | null): string {
    if (value !== null && metric.metric.startsWith("runs ")) return value ? "yes" : "no";
    return readable(value === null ? null : value / unitOf(metric)[1]);
}

/// The length of a value's bar, of the best value's: the longest is the best, whichever way is better.
export function barOf(value: number | null, all: (number | null)[], isLow: boolean): number {
    const known = all.filter((one) => one !== null && one > 0) as number[];
    if (value === null || value <= 0 || !known.length) return 0;
    return isLow ? Math.min(...known) / value : value / Math.max(...known);
}

/// Shares of the best value that are as good as it.
const equal = 1 - 1e-6;

/// A name that may go on below after its underscores and colons.
const breakable = (name: string): (Node | string)[] =>
    name.split(/(?<=[_:])/).flatMap((part, i) => (i ? [el("wbr"), part] : [part]));

function line(metric: Metric, values: (number | null)[]): HTMLElement {
    const isLow = lowIsBetter.has(metric.unit);
    const hasBars = !neutral.has(metric.metric);
    const [unit] = unitOf(metric);
    const name = `${metric.metric}${unit ? ` [${unit}]` : ""}${hasBars ? (isLow ? " ↓" : " ↑") : ""}`;
    const differ = values.some((one) => one !== null && barOf(one, values, isLow) < equal);
    return el(
        "tr",
        {},
        el("th", { scope: "row" }, name),
        ...values.map((one) => {
            const share = hasBars ? barOf(one, values, isLow) : 0;
            return el(
                "td",
                { class: share >= equal && differ ? "number best" : "number" },
                el("span", { class: "bar", style: `width:${share * 100}%` }),
                el("span", {}, textOf(metric, one)),
            );
        }),
    );
}
