// SPDX-License-Identifier: BSD-3-Clause
// A network drawn as the graph that it is: layers in the colour of their share of the time on a device, or of the
// operations; a click shows what is known of one.
import { el, figure } from "../dom";
import { deviceOf, headingOf, readable, shown } from "../format";
import { boxHeight, boxWidth, place, type Placed } from "../layout";
import { inkOn, look, mixed } from "../palette";
import { savesOf } from "../saving";
import type { Drawing, DrawnLayer, Row, Value } from "../types";
import { Zoom } from "../zoom";
import { networkChoice, networksToShow, offer, type Context, type Page } from "./view";

const space = "http://www.w3.org/2000/svg";
const fields = ["operations", "macs", "weights", "input_shapes", "output_shapes"] as const;
const letters = 26;

function shape<Name extends keyof SVGElementTagNameMap>(
    name: Name,
    attributes: Record<string, string | number>,
    ...children: Node[]
): SVGElementTagNameMap[Name] {
    const made = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.append(...children);
    return made;
}

/// What the layers are coloured by: seconds where a device is chosen, operations otherwise.
type Measure = "time_s" | "operations";

const labelled = (text: string, control: HTMLElement): HTMLElement =>
    el("label", { class: "field inline" }, el("span", {}, text), control);

export class NetworkDrawing implements Page {
    readonly element: HTMLElement;
    private readonly network = networkChoice(() => this.context?.store, "Network to draw");
    private readonly device = el("select", { "aria-label": "Device" });
    private readonly measure = el(
        "select",
        { "aria-label": "Coloured by" },
        el("option", { value: "time_s" }, "time"),
        el("option", { value: "operations" }, "operations"),
    );
    private readonly every = el("input", { type: "checkbox" });
    private readonly search = el("input", { type: "search", placeholder: "Search", "aria-label": "Search layers" });
    private readonly found = el("span", { class: "count", "aria-live": "polite" });
    private readonly svg = shape("svg", { class: "drawing", tabindex: 0, role: "group", "aria-label": "The network" });
    private readonly note = el("p", { class: "note" });
    private readonly row = el("dl", { class: "cards", "aria-label": "The layer" });
    private readonly zoom = new Zoom(this.svg);
    private context: Context | undefined;
    private drawing: Drawing = { layers: [], estimate: null };
    private placed: Placed | undefined;
    private placedFor = "";
    private chosen = -1;
    private match = -1;

    constructor() {
        for (const control of [this.device, this.measure, this.every])
            control.addEventListener("change", () => this.context && this.draw(this.context));
        this.search.addEventListener("input", () => this.mark());
        this.search.addEventListener("keydown", (event) => event.key === "Enter" && this.next());
        const button = (text: string, name: string, use: () => void): HTMLElement =>
            el("button", { type: "button", class: "plain", "aria-label": name, onclick: use }, text);
        const heading = el(
            "div",
            { class: "figure-bar" },
            labelled("Network", this.network),
            labelled("Device", this.device),
            labelled("Coloured by", this.measure),
            labelled("Every layer", this.every),
            this.search,
            this.found,
            button("+", "Enlarge", () => this.zoom.by(1.4)),
            button("−", "Shrink", () => this.zoom.by(1 / 1.4)),
            button("All", "Show all of it", () => this.zoom.fit()),
        );
        const title = (): string => `Drawing of ${this.network.value}`;
        const rows = (): Row[] => this.drawing.layers.map((one) => ({ ...one }));
        const saves = savesOf({ title, svg: () => Promise.resolve(this.whole()), rows });
        this.element = el("div", {}, figure(heading, this.note, this.svg, saves), this.row);
    }

    draw(context: Context): void {
        this.context = context;
        const { keep, network } = context.state;
        const { platforms } = context.question;
        offer(this.network, networksToShow(context), network);
        choose(this.device, ["", ...platforms], platforms[0] ?? "", "none");
        try {
            this.drawing = context.engine.drawing(this.network.value, keep, {
                ...context.question,
                networks: [this.network.value],
                platforms: this.device.value ? [this.device.value] : [],
            });
        } catch (wrong) {
            this.drawing = { layers: [], estimate: null };
            this.placed = undefined;
            this.svg.replaceChildren();
            this.row.replaceChildren();
            this.note.textContent = (wrong as Error).message;
            return;
        }
        const by = this.by();
        const { layers, estimate } = this.drawing;
        this.note.textContent = !layers.length
            ? "Of this network only totals are known, no layers."
            : by === "time_s" && estimate
              ? `Darker layers take more of the time on ${deviceOf(estimate)} with ${estimate.datatype}. `
              : "Darker layers take more of the operations. ";
        const isNew = `${this.network.value} ${keep} ${this.every.checked} ${layers.length}` !== this.placedFor;
        if (isNew || !this.placed) {
            this.placed = place(layers, !this.every.checked);
            this.placedFor = `${this.network.value} ${keep} ${this.every.checked} ${layers.length}`;
            this.chosen = this.match = -1;
        }
        this.fill(by);
        if (isNew) this.zoom.show(this.placed.width, this.placed.height);
        const hidden = layers.length - this.placed.boxes.length;
        if (hidden > 0) this.note.textContent += `${hidden} layers without multiply-accumulates are left out.`;
        this.show(this.chosen);
        this.mark();
    }

    done = (): Promise<unknown> => Promise.resolve();

    /// All of it as a document of its own.
    private whole(): string {
        const copy = this.svg.cloneNode(true) as SVGSVGElement;
        const { width, height } = this.placed ?? { width: 1, height: 1 };
        for (const [key, value] of Object.entries({ xmlns: space, width, height, viewBox: `0 0 ${width} ${height}` }))
            copy.setAttribute(key, String(value));
        copy.setAttribute("font-family", "system-ui, sans-serif");
        copy.setAttribute("font-size", "11");
        return new XMLSerializer().serializeToString(copy);
    }

    /// Seconds, where the prediction has any for layers.
    private by(): Measure {
        const isTimed = this.drawing.layers.some((one) => one.time_s !== null);
        return this.measure.value === "time_s" && isTimed ? "time_s" : "operations";
    }

    private share(one: DrawnLayer, by: Measure): number {
        const all = this.drawing.layers.reduce((sum, each) => sum + (each[by] ?? 0), 0);
        return all > 0 ? (one[by] ?? 0) / all : 0;
    }

    private fill(by: Measure): void {
        const { layers } = this.drawing;
        const { boxes, lines } = this.placed as Placed;
        const { heat, muted } = look();
        const shares = layers.map((one) => this.share(one, by));
        const highest = Math.max(...shares, 1e-12);
        const path = lines.map((points) => `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`).join("");
        this.svg.replaceChildren(
            shape("path", { d: path, fill: "none", stroke: muted, "stroke-width": 1 }),
            ...boxes.map(({ layer, x, y }) => {
                const one = layers[layer] as DrawnLayer;
                const part = shares[layer] as number;
                const deep = Math.sqrt(part / highest);
                const name = one.name.length > letters ? `…${one.name.slice(1 - letters)}` : one.name;
                const words = [one.type, part > 0 ? `${(part * 100).toPrecision(2)} %` : ""]
                    .filter(Boolean)
                    .join(" · ");
                const fill = mixed(heat[1], heat[0], deep);
                const box = shape(
                    "g",
                    { transform: `translate(${x - boxWidth / 2} ${y - boxHeight / 2})`, "data-layer": layer },
                    shape("rect", { width: boxWidth, height: boxHeight, rx: 6, fill }),
                    label(name, 16, inkOn(fill)),
                    label(words, 31, inkOn(fill)),
                    shape("title", {}, new Text(`${one.name}: ${words}`)),
                );
                box.addEventListener("click", () => this.show(layer));
                return box;
            }),
        );
    }

    /// The layer's row below the drawing.
    private show(layer: number): void {
        this.chosen = layer;
        const one = this.drawing.layers[layer];
        for (const box of this.svg.querySelectorAll("[data-layer]"))
            box.classList.toggle("chosen", box.getAttribute("data-layer") === String(layer));
        if (!one) return this.row.replaceChildren();
        const leader = this.drawing.layers[one.runs_in];
        const share = (by: Measure): string => `${readable(this.share(one, by) * 100)} %`;
        const cards: [string, Value][] = [
            ["Layer", one.name],
            ["Type", one.type],
            ...fields.map((key): [string, Value] => [headingOf(key), shown(key, one[key])]),
            ["Share of operations", share("operations")],
        ];
        if (one.time_s !== null)
            cards.push(
                ["Time [µs]", readable(one.time_s * 1e6)],
                ["Share of time", share("time_s")],
                ["Bound", one.bound],
            );
        if (leader) cards.push(["Runs in the kernel of", leader.name]);
        this.row.replaceChildren(
            ...cards.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(text ?? "–")))),
        );
    }

    private matches(): number[] {
        const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
        if (!words.length) return [];
        return (this.placed?.boxes ?? [])
            .map((box) => box.layer)
            .filter((layer) => {
                const one = this.drawing.layers[layer] as DrawnLayer;
                const text = `${one.name} ${one.type}`.toLowerCase();
                return words.every((word) => text.includes(word));
            });
    }

    private mark(): void {
        const all = new Set(this.matches().map(String));
        this.found.textContent = this.search.value ? `${all.size} found` : "";
        for (const box of this.svg.querySelectorAll("[data-layer]"))
            box.classList.toggle("found", all.has(box.getAttribute("data-layer") ?? ""));
    }

    /// Goes to the next layer that the search finds, and shows it.
    private next(): void {
        const all = this.matches();
        if (!all.length) return;
        this.match = all.find((layer) => layer > this.match) ?? (all[0] as number);
        const box = this.placed?.boxes.find((one) => one.layer === this.match);
        if (box) this.zoom.centre(box.x, box.y);
        this.show(this.match);
    }
}

function label(text: string, y: number, fill: string): SVGTextElement {
    return shape("text", { x: boxWidth / 2, y, fill, "text-anchor": "middle" }, new Text(text));
}

/// Offers these values and keeps the chosen one where it is among them.
function choose(select: HTMLSelectElement, values: string[], otherwise = values[0] ?? "", empty = ""): void {
    const kept = select.options.length && values.includes(select.value) ? select.value : otherwise;
    select.replaceChildren(...values.map((one) => el("option", { value: one }, one || empty)));
    select.value = kept;
}
