// SPDX-License-Identifier: BSD-3-Clause
// Tables that sort, search, filter, and are saved as CSV. On a phone each row is a card.
import { toCsv } from "./csv";
import { download, el } from "./dom";
import { explained } from "./explain";
import { headingOf, shown } from "./format";
import type { Mark, Row, Value } from "./types";

export interface Column {
    key: string;
    heading?: string;
    /// What the cell says, if not the value in its unit.
    text?: (row: Row) => string;
    /// Where a figure comes from, a line each; the cell opens a panel with it.
    hint?: (row: Row) => string;
    /// Words beside the cell's own that the search finds it by.
    known?: (row: Row) => string;
    /// Only shown when all columns are asked for.
    isFurther?: boolean;
    /// Shown though all rows say the same.
    isKept?: boolean;
}

const step = 100;

function compare(a: Value | undefined, b: Value | undefined): number {
    if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
    if (b === null || b === undefined) return -1;
    if (typeof a === "number" && typeof b === "number") return b - a;
    return String(a).localeCompare(String(b), "en", { numeric: true });
}

/// Whether all of several rows say the same, so that one line below the table can.
const isConstant = (rows: Row[], key: string): boolean =>
    rows.length > 2 && rows.every((row) => String(row[key]) === String(rows[0]?.[key]));

export class Table {
    readonly element: HTMLElement;
    private rows: Row[] = [];
    private marks: Mark[] = [];
    private sorted = "";
    private reversed = false;
    private limit = step;
    private isWhole = false;
    private numeric = new Set<string>();
    private present: Column[] = [];
    private readonly filters = new Map<string, HTMLSelectElement>();
    private readonly search: HTMLInputElement;
    private readonly order = el("select", { class: "order", "aria-label": "Sort by" });
    private readonly count = el("span", { class: "count", "aria-live": "polite" });
    private readonly head = el("tr");
    private readonly body = el("tbody");
    private readonly legend = el("p", { class: "note" });
    private readonly more = el("button", { class: "plain", type: "button", onclick: () => this.showMore() });
    private readonly further = el("button", { class: "plain", type: "button", onclick: () => this.toggle() });

    constructor(
        private readonly caption: string,
        private readonly file: string,
        private readonly columns: Column[],
        filtered: string[] = [],
        private readonly chosen?: (row: Row) => boolean,
        /// Whether chosen rows come first.
        private readonly isChosenFirst = true,
    ) {
        this.search = el("input", { type: "search", placeholder: "Search", "aria-label": `Search: ${caption}` });
        this.search.addEventListener("input", () => this.restart());
        this.order.addEventListener("change", () => {
            this.sorted = this.order.value;
            this.reversed = false;
            this.restart();
        });
        for (const key of filtered) {
            const select = el("select", { "aria-label": `${headingOf(key)}: only` });
            select.addEventListener("change", () => this.restart());
            this.filters.set(key, select);
        }
        this.element = this.frame();
    }

    /// Shows rows; below them what the letters in their column of marks stand for, and what all rows have in common.
    show(rows: Row[], marks: Mark[] = []): void {
        this.rows = rows;
        this.marks = marks;
        const numbers = this.columns.filter((one) => rows.some((row) => typeof row[one.key] === "number"));
        this.numeric = new Set(numbers.map((one) => one.key));
        for (const [key, select] of this.filters) this.offer(key, select);
        this.fill();
    }

    private frame(): HTMLElement {
        const save = el("button", { class: "plain", type: "button", onclick: () => this.save() }, "Download CSV");
        return el(
            "section",
            { class: "table" },
            el(
                "div",
                { class: "table-bar" },
                el("h2", {}, this.caption),
                this.count,
                this.search,
                ...this.filters.values(),
                this.order,
                this.further,
                save,
            ),
            el(
                "div",
                { class: "scroll", tabindex: 0, role: "region", "aria-label": this.caption },
                el("table", {}, el("thead", {}, this.head), this.body),
            ),
            this.more,
            this.legend,
        );
    }

    /// Offers the values of a column to choose one of.
    private offer(key: string, select: HTMLSelectElement): void {
        const all = this.rows.map((row) => row[key]);
        const listed = all.filter((one) => typeof one === "string" || typeof one === "number");
        const values = [...new Set(listed.map(String))].sort();
        const kept = select.value;
        select.replaceChildren(
            el("option", { value: "" }, `${headingOf(key)}: all`),
            ...values.map((one) => el("option", { value: one }, one)),
        );
        select.value = values.includes(kept) ? kept : "";
        select.hidden = values.length < 2;
    }

    /// The columns that say something, and those that all rows share.
    private arrange(): { constant: Column[]; hidden: number } {
        const { rows } = this;
        const known = this.columns.filter(
            (one, i) => i === 0 || one.text || rows.some((row) => row[one.key] !== null && row[one.key] !== undefined),
        );
        const isShared = (one: Column): boolean =>
            one !== this.columns[0] && !one.hint && !one.isKept && isConstant(rows, one.key);
        const constant = this.isWhole ? [] : known.filter(isShared);
        this.present = known.filter((one) => this.isWhole || !(one.isFurther || isShared(one)));
        return { constant, hidden: known.length - this.present.length };
    }

    private heading(column: Column): HTMLElement {
        const whole = column.heading ?? headingOf(column.key);
        const [, name = whole, inUnit] = /^(.*) \[(.*)\]$/.exec(whole) ?? [];
        const sorted = column.key !== this.sorted ? "none" : this.reversed ? "ascending" : "descending";
        const button = el(
            "button",
            { type: "button", onclick: () => this.sortBy(column.key) },
            name,
            inUnit ? el("small", {}, ` [${inUnit}]`) : null,
        );
        const kind =
            [this.numeric.has(column.key) ? "number" : "", name.length > 16 ? "long" : ""].join(" ").trim() || null;
        return el("th", { scope: "col", "aria-sort": sorted, class: kind, "data-key": column.key }, button);
    }

    private sortBy(key: string): void {
        this.reversed = this.sorted === key && !this.reversed;
        this.sorted = key;
        this.restart();
        this.head.querySelector<HTMLElement>(`[data-key="${key}"] button`)?.focus({ preventScroll: true });
    }

    private restart(): void {
        this.limit = step;
        this.fill();
    }

    private showMore(): void {
        this.limit = Infinity;
        this.fill();
    }

    private toggle(): void {
        this.isWhole = !this.isWhole;
        this.fill();
    }

    private visible(): Row[] {
        const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
        let rows = this.rows.filter((row) =>
            [...this.filters].every(([key, one]) => !one.value || String(row[key]) === one.value),
        );
        if (words.length)
            rows = rows.filter((row) => {
                const text = this.columns
                    .map((one) => `${this.cellText(one, row)} ${one.known?.(row) ?? ""}`)
                    .join(" ")
                    .toLowerCase();
                return words.every((word) => text.includes(word));
            });
        const key = this.sorted;
        if (!key) {
            const isChosen = this.isChosenFirst && this.chosen;
            return isChosen ? [...rows].sort((a, b) => Number(isChosen(b)) - Number(isChosen(a))) : rows;
        }
        const sign = this.reversed ? -1 : 1;
        return [...rows].sort((a, b) => sign * compare(a[key], b[key]));
    }

    private cellText(column: Column, row: Row): string {
        return column.text ? column.text(row) : shown(column.key, row[column.key]);
    }

    private cell(column: Column, row: Row, isFirst: boolean): HTMLElement {
        const text = this.cellText(column, row);
        const hint = text === "–" ? "" : column.hint?.(row);
        const heading = column.heading ?? headingOf(column.key);
        const attributes = {
            class:
                [this.numeric.has(column.key) ? "number" : "", text === "–" ? "unknown" : ""].join(" ").trim() || null,
            "data-key": column.key,
            "data-heading": heading,
        };
        const first = this.columns[0] as Column;
        const subject = isFirst ? "" : `${this.cellText(first, row)}, `;
        const content = hint ? explained(text, `${subject}${heading}: ${text}`, hint) : text;
        return isFirst ? el("th", { scope: "row", ...attributes }, content) : el("td", attributes, content);
    }

    private fill(): void {
        const { constant, hidden } = this.arrange();
        this.head.replaceChildren(...this.present.map((one) => this.heading(one)));
        this.order.replaceChildren(
            el("option", { value: "" }, "Sort by …"),
            ...this.present.map((one) => el("option", { value: one.key }, one.heading ?? headingOf(one.key))),
        );
        this.order.value = this.sorted;
        const rows = this.visible();
        const drawn = rows.slice(0, this.limit);
        this.body.replaceChildren(
            ...drawn.map((row) =>
                el(
                    "tr",
                    { class: this.chosen?.(row) ? "chosen" : null },
                    ...this.present.map((one, i) => this.cell(one, row, i === 0)),
                ),
            ),
        );
        const total = this.rows.length;
        this.count.textContent = rows.length === total ? `${total} rows` : `${rows.length} of ${total} rows`;
        this.more.hidden = drawn.length === rows.length;
        this.more.textContent = `Show all ${rows.length} rows`;
        this.further.hidden = hidden === 0 && !this.isWhole;
        this.further.textContent = this.isWhole ? "Fewer columns" : `All columns (${hidden} more)`;
        this.legend.textContent = [this.sharedText(constant), this.marksText()].filter(Boolean).join(" ");
    }

    /// What all rows have in common.
    private sharedText(constant: Column[]): string {
        const [row] = this.rows;
        if (!row || !constant.length) return "";
        const parts = constant
            .filter((one) => !one.isFurther && !["", "–"].includes(this.cellText(one, row)))
            .map((one) => `${one.heading ?? headingOf(one.key)} ${this.cellText(one, row)}`);
        return parts.length ? `All rows: ${parts.join(", ")}.` : "";
    }

    private marksText(): string {
        return this.marks
            .filter(({ letter }) =>
                this.rows.some((row) => typeof row.marks === "string" && row.marks.includes(letter)),
            )
            .map(({ letter, says }) => `${letter}: ${says}`)
            .join("; ");
    }

    private save(): void {
        download(`${this.file}.csv`, new Blob([toCsv(this.visible())], { type: "text/csv" }));
    }
}
