// SPDX-License-Identifier: BSD-3-Clause
// Tables that sort, search, filter, and are saved as CSV.
import { download, el } from "./dom";
import { headingOf, shown } from "./format";
import type { Mark, Row, Value } from "./types";

export interface Column {
    key: string;
    heading?: string;
    /// What the cell says, if not the value in its unit.
    text?: (row: Row) => string;
    /// What a pointer over the cell is told, such as the source of a figure.
    hint?: (row: Row) => string;
    /// Words beside the cell's own that the search finds it by.
    known?: (row: Row) => string;
}

const step = 100;

function csvField(value: Value | undefined): string {
    if (value === null || value === undefined) return "";
    let text = Array.isArray(value)
        ? value.map((one) => (Array.isArray(one) ? one.join("x") : String(one))).join("; ")
        : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`; // spreadsheets run formulas
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/// Records as CSV, a column for each key of the first.
export function toCsv(rows: Row[]): string {
    const keys = Object.keys(rows[0] ?? {}).filter((key) => key !== "layers");
    return [keys.join(","), ...rows.map((row) => keys.map((key) => csvField(row[key])).join(","))].join("\n") + "\n";
}

function compare(a: Value | undefined, b: Value | undefined): number {
    if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
    if (b === null || b === undefined) return -1;
    if (typeof a === "number" && typeof b === "number") return b - a;
    return String(a).localeCompare(String(b), "en", { numeric: true });
}

export class Table {
    readonly element: HTMLElement;
    private rows: Row[] = [];
    private sorted = "";
    private reversed = false;
    private limit = step;
    private numeric = new Set<string>();
    private readonly filters = new Map<string, HTMLSelectElement>();
    private readonly search: HTMLInputElement;
    private readonly count = el("span", { class: "count", "aria-live": "polite" });
    private readonly body = el("tbody");
    private readonly legend = el("p", { class: "note" });
    private readonly more = el("button", { class: "plain", type: "button", onclick: () => this.showMore() });
    private readonly headings: Map<string, HTMLElement>;

    constructor(
        caption: string,
        private readonly file: string,
        private readonly columns: Column[],
        filtered: string[] = [],
        private readonly chosen?: (row: Row) => boolean,
    ) {
        this.search = el("input", { type: "search", placeholder: "Search", "aria-label": `Search: ${caption}` });
        this.search.addEventListener("input", () => this.restart());
        for (const key of filtered) {
            const select = el("select", { "aria-label": `${headingOf(key)}: only` });
            select.addEventListener("change", () => this.restart());
            this.filters.set(key, select);
        }
        this.headings = new Map(columns.map((one) => [one.key, this.heading(one)]));
        const save = el("button", { class: "plain", type: "button", onclick: () => this.save() }, "Download CSV");
        this.element = el(
            "section",
            { class: "table" },
            el(
                "div",
                { class: "table-bar" },
                el("h3", {}, caption),
                this.count,
                this.search,
                ...this.filters.values(),
                save,
            ),
            el(
                "div",
                { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
                el("table", {}, el("thead", {}, el("tr", {}, ...this.headings.values())), this.body),
            ),
            this.more,
            this.legend,
        );
    }

    /// Shows rows; below them what the letters in their column of marks stand for.
    show(rows: Row[], marks: Mark[] = []): void {
        this.rows = rows;
        this.legend.textContent = marks
            .filter(({ letter }) => rows.some((row) => typeof row.marks === "string" && row.marks.includes(letter)))
            .map(({ letter, says }) => `${letter}: ${says}`)
            .join("; ");
        const numbers = this.columns.filter((one) => rows.some((row) => typeof row[one.key] === "number"));
        this.numeric = new Set(numbers.map((one) => one.key));
        for (const [key, heading] of this.headings) heading.classList.toggle("number", this.numeric.has(key));
        for (const [key, select] of this.filters) {
            const all = rows.map((row) => row[key]);
            const listed = all.filter((one) => typeof one === "string" || typeof one === "number");
            const values = [...new Set(listed.map(String))].sort();
            const kept = select.value;
            select.replaceChildren(
                el("option", { value: "" }, `${headingOf(key)}: all`),
                ...values.map((one) => el("option", { value: one }, one)),
            );
            select.value = values.includes(kept) ? kept : "";
        }
        this.fill();
    }

    private heading(column: Column): HTMLElement {
        const name = column.heading ?? headingOf(column.key);
        const button = el("button", { type: "button", onclick: () => this.sortBy(column.key) }, name);
        return el("th", { scope: "col", "aria-sort": "none" }, button);
    }

    private sortBy(key: string): void {
        this.reversed = this.sorted === key && !this.reversed;
        this.sorted = key;
        this.restart();
    }

    private restart(): void {
        this.limit = step;
        this.fill();
    }

    private showMore(): void {
        this.limit = Infinity;
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
            const isChosen = this.chosen;
            return isChosen ? [...rows].sort((a, b) => Number(isChosen(b)) - Number(isChosen(a))) : rows;
        }
        const sign = this.reversed ? -1 : 1;
        return [...rows].sort((a, b) => sign * compare(a[key], b[key]));
    }

    private cellText(column: Column, row: Row): string {
        return column.text ? column.text(row) : shown(column.key, row[column.key]);
    }

    private cell(column: Column, row: Row): HTMLElement {
        const hint = column.hint?.(row);
        return el(
            "td",
            { class: this.numeric.has(column.key) ? "number" : null, title: hint || null },
            this.cellText(column, row),
        );
    }

    private fill(): void {
        const rows = this.visible();
        const drawn = rows.slice(0, this.limit);
        this.body.replaceChildren(
            ...drawn.map((row) =>
                el(
                    "tr",
                    { class: this.chosen?.(row) ? "chosen" : null },
                    ...this.columns.map((one) => this.cell(one, row)),
                ),
            ),
        );
        for (const [key, heading] of this.headings)
            heading.setAttribute(
                "aria-sort",
                key !== this.sorted ? "none" : this.reversed ? "ascending" : "descending",
            );
        const total = this.rows.length;
        this.count.textContent = rows.length === total ? `${total} rows` : `${rows.length} of ${total} rows`;
        this.more.hidden = drawn.length === rows.length;
        this.more.textContent = `Show all ${rows.length} rows`;
    }

    private save(): void {
        download(`${this.file}.csv`, toCsv(this.visible()), "text/csv");
    }
}
