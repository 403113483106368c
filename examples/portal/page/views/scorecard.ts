// SPDX-License-Identifier: BSD-3-Clause
// What a fair comparison shows beside TOPS/W: V. Sze et al., 2020, doi:10.1109/MSSC.2020.3002140.
import { el, figure, steered } from "../dom";
import { deviceOf, networkOf, readable, si } from "../format";
import { questionOf } from "../state";
import type { Card, Metric } from "../types";
import type { Context, Page } from "./view";

const most = 8;

export class Scorecard implements Page {
    private readonly note = el("p", { class: "note" });
    private readonly body = el("div", {
        class: "scroll whole",
        tabindex: 0,
        role: "region",
        "aria-label": "Scorecard",
    });
    private readonly choice = el("select", { "aria-label": "Network" });
    readonly element: HTMLElement;
    private context: Context | undefined;
    private network = "";

    constructor() {
        this.choice.addEventListener("change", () => {
            this.network = this.choice.value;
            if (this.context) this.draw(this.context);
        });
        this.element = el(
            "div",
            {},
            figure(
                steered(
                    "The selected devices side by side",
                    el("label", { class: "field inline" }, el("span", {}, "Network"), this.choice),
                ),
                this.body,
                this.note,
            ),
        );
    }

    draw(context: Context): void {
        this.context = context;
        const { networks } = context.state;
        if (!networks.includes(this.network)) this.network = networks[0] ?? "";
        this.choice.replaceChildren(...networks.map((id) => el("option", { value: id }, id)));
        this.choice.value = this.network;
        const asked = { ...questionOf(context.state), networks: this.network ? [this.network] : [] };
        const cards = context.engine.scorecards(asked);
        const drawn = cards.slice(0, most);
        this.body.replaceChildren(drawn.length ? table(drawn) : el("p", {}, "Choose a network and a device."));
        this.note.textContent =
            (cards.length > drawn.length ? `The first ${drawn.length} of ${cards.length} combinations. ` : "") +
            "The longest bar of a line is the largest value; a dash is a figure that no source states.";
    }

    done = (): Promise<unknown> => Promise.resolve();
}

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
    const heads = cards.map((card) =>
        el("th", { scope: "col" }, `${deviceOf(card)}`, el("small", {}, `${networkOf(card)}, ${card.datatype}`)),
    );
    return el(
        "table",
        { class: "scorecard" },
        el("thead", {}, el("tr", {}, el("td", {}), ...heads)),
        el("tbody", {}, ...rows),
    );
}

function line(metric: Metric, values: (number | null)[]): HTMLElement {
    const top = Math.max(...values.map((one) => Math.abs(one ?? 0)), Number.MIN_VALUE);
    const isPrefixed = ["s", "W", "byte/s", "inputs/s"].includes(metric.unit);
    const name = metric.unit && !isPrefixed ? `${metric.metric} [${metric.unit}]` : metric.metric;
    const text = (one: number | null): string => (isPrefixed && one !== null ? si(one, metric.unit) : readable(one));
    return el(
        "tr",
        {},
        el("th", { scope: "row" }, name),
        ...values.map((one) =>
            el(
                "td",
                { class: "number" },
                el("span", { class: "bar", style: `width:${(Math.abs(one ?? 0) / top) * 100}%` }),
                el("span", {}, text(one)),
            ),
        ),
    );
}
