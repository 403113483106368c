// SPDX-License-Identifier: BSD-3-Clause
// The panel that makes the selection: networks, devices, datatypes, and the what-if sliders.
import { el } from "./dom";
import { deviceOf, readable } from "./format";
import { Settings } from "./settings";
import { untouched, type State, type Store } from "./state";
import type { Measured, Network, Platform } from "./types";

interface Item {
    id: string;
    label: string;
    group: string;
    known?: string;
}

/// A searchable list of boxes in groups, with what is chosen counted in its heading.
class Picker {
    readonly element: HTMLDetailsElement;
    private items: Item[] = [];
    private chosen = new Set<string>();
    private readonly list = el("div", { class: "options", role: "group" });
    private readonly count = el("span", { class: "count" });
    private readonly search: HTMLInputElement;

    constructor(
        title: string,
        private readonly changed: (ids: string[]) => void,
        isOpen: boolean,
    ) {
        this.search = el("input", {
            type: "search",
            placeholder: `Search ${title.toLowerCase()}`,
            "aria-label": `Search ${title.toLowerCase()}`,
        });
        this.search.addEventListener("input", () => this.fill());
        const all = el(
            "button",
            { type: "button", class: "plain", onclick: () => this.set(this.matching(), true) },
            "All shown",
        );
        const none = el(
            "button",
            { type: "button", class: "plain", onclick: () => this.set(this.matching(), false) },
            "None shown",
        );
        this.element = el(
            "details",
            { class: "picker", open: isOpen },
            el("summary", {}, title, this.count),
            el("div", { class: "picker-bar" }, this.search, all, none),
            this.list,
        );
        this.list.setAttribute("aria-label", title);
    }

    show(items: Item[], chosen: string[]): void {
        const same = items.length === this.items.length && items.every((one, i) => one.id === this.items[i]?.id);
        this.items = items;
        this.chosen = new Set(chosen);
        this.count.textContent = `${chosen.length} of ${items.length}`;
        if (!same || !this.list.firstChild) this.fill();
        for (const box of this.list.querySelectorAll("input")) box.checked = this.chosen.has(box.value);
    }

    private matching(): Item[] {
        const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
        return this.items.filter((one) => {
            const text = `${one.id} ${one.label} ${one.group} ${one.known ?? ""}`.toLowerCase();
            return words.every((word) => text.includes(word));
        });
    }

    private set(items: Item[], on: boolean): void {
        for (const one of items) {
            if (on) this.chosen.add(one.id);
            else this.chosen.delete(one.id);
        }
        this.tell();
    }

    private tell(): void {
        this.changed(this.items.filter((one) => this.chosen.has(one.id)).map((one) => one.id));
    }

    private fill(): void {
        const groups = Map.groupBy(this.matching(), (one) => one.group);
        this.list.replaceChildren(
            ...[...groups].map(([group, items]) =>
                el("fieldset", {}, el("legend", {}, group), ...items.map((one) => this.option(one))),
            ),
        );
    }

    private option(item: Item): HTMLElement {
        const box = el("input", { type: "checkbox", value: item.id, checked: this.chosen.has(item.id) });
        box.addEventListener("change", () => {
            if (box.checked) this.chosen.add(item.id);
            else this.chosen.delete(item.id);
            this.tell();
        });
        return el("label", {}, box, el("span", {}, item.label));
    }
}

export interface Slider {
    element: HTMLElement;
    show(state: State): void;
}

/// A slider over a list of stops.
export function slider<Stop>(
    label: string,
    hint: string,
    stops: Stop[],
    text: (stop: Stop) => string,
    read: (state: State) => number,
    write: (stop: Stop) => void,
): Slider {
    const input = el("input", { type: "range", min: 0, max: stops.length - 1, step: 1, "aria-label": label });
    const output = el("output", {});
    const at = (): Stop => stops[Number(input.value)] as Stop;
    input.addEventListener("input", () => write(at()));
    return {
        element: el("label", { class: "slider" }, el("span", {}, label), output, input, el("small", {}, hint)),
        show(state) {
            input.value = String(Math.max(0, read(state)));
            output.textContent = text(at());
            input.setAttribute("aria-valuetext", text(at()));
        },
    };
}

const nearest = (stops: number[], value: number): number =>
    stops.reduce(
        (best, one, i) => (Math.abs(Math.log(one / value)) < Math.abs(Math.log((stops[best] ?? 1) / value)) ? i : best),
        0,
    );

const factors = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 8];
const keeps = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// What "so many bits" stands for; none: whatever a device computes in natively.
const bits: [string, string][] = [
    ["each device's own", ""],
    ["1 bit", "w1a1"],
    ["2 bit", "int2"],
    ["4 bit", "int4"],
    ["8 bit", "int8"],
    ["16 bit", "fp16"],
    ["32 bit", "fp32"],
];
const chips = ["w1a1", "int2", "int4", "int8", "fp8_e4m3", "fp16", "bf16", "fp32"];

/// What was measured and is not described.
const onlyMeasured = (ids: string[]): Item[] =>
    [...new Set(ids)].map((id) => ({ id, label: id, group: "Only measured" }));

const times = (factor: number): string => `× ${factor}`;

export const tasks: Record<string, string> = { imagenet: "ImageNet", cifar10: "CIFAR-10", mnist: "MNIST" };

export class Controls {
    private readonly networkPicker: Picker;
    private readonly platformPicker: Picker;
    private readonly sliders: Slider[];
    private readonly chips: Map<string, HTMLButtonElement>;
    private readonly settings: Settings;
    private readonly selects: Map<"task" | "placement" | "execution", HTMLSelectElement>;

    constructor(
        private readonly store: Store,
        into: HTMLElement,
    ) {
        this.networkPicker = new Picker("Networks", (networks) => store.change({ networks }), false);
        this.platformPicker = new Picker("Devices", (platforms) => store.change({ platforms }), false);
        this.sliders = this.makeSliders();
        this.settings = new Settings(store);
        this.chips = new Map(chips.map((name) => [name, this.chip(name)]));
        this.selects = new Map([
            ["task", this.select("task", "Task", { ...tasks, "": "All networks" })],
            [
                "placement",
                this.select("placement", "Weights are", {
                    published: "off-chip, as published",
                    capacity: "on chip where they fit",
                    optimal: "on chip where they save most time",
                }),
            ],
            [
                "execution",
                this.select("execution", "Runs as", {
                    network: "whole network, one roofline",
                    layers: "layer by layer",
                    dataflow: "dataflow pipeline",
                    tiled: "layer by layer, in tiles",
                }),
            ],
        ]);
        const [task, placement, execution] = [...this.selects.values()].map((one) => one.closest("label"));
        into.replaceChildren(
            task ?? "",
            this.networkPicker.element,
            this.platformPicker.element,
            el(
                "div",
                { class: "chips", role: "group", "aria-label": "Datatypes" },
                el("span", {}, "Datatypes"),
                ...this.chips.values(),
            ),
            el(
                "fieldset",
                { class: "what-if" },
                el("legend", {}, "What if …"),
                ...this.sliders.map((one) => one.element),
                placement ?? "",
                execution ?? "",
                this.settings.element,
                el(
                    "button",
                    { type: "button", class: "plain", onclick: () => this.reset() },
                    "Back to the data sheets",
                ),
            ),
        );
    }

    /// `measured`: its networks and devices can be chosen as well, listed or not.
    show(state: State, networks: Network[], platforms: Platform[], measured: Measured[], calibrations: string[]): void {
        const ofTask = (one: Network): boolean => !state.task || one.task === state.task || one.task === null;
        const listed = networks
            .filter((one) => ofTask(one) || state.networks.includes(one.network))
            .map((one) => ({
                id: one.network,
                label: one.name,
                group: one.task ? (tasks[one.task] ?? one.task) : "Without a task",
            }))
            .sort((a, b) => a.group.localeCompare(b.group));
        const known = new Set(networks.map((one) => one.network));
        const others = measured.map((one) => one.network).filter((one) => !known.has(one));
        this.networkPicker.show([...listed, ...onlyMeasured(others)], state.networks);
        const devices = new Set(platforms.flatMap((one) => [one.platform, deviceOf(one)]));
        const unlisted = measured.map(deviceOf).filter((one) => !devices.has(one));
        this.platformPicker.show([...this.deviceItems(platforms), ...onlyMeasured(unlisted)], state.platforms);
        for (const one of this.sliders) one.show(state);
        this.settings.show(state, untouched, calibrations);
        for (const [name, chip] of this.chips)
            chip.setAttribute("aria-pressed", String(state.datatypes.includes(name)));
        for (const [key, select] of this.selects) select.value = state[key];
    }

    private deviceItems(platforms: Platform[]): Item[] {
        const items = new Map<string, Item>();
        for (const one of platforms) {
            const id = one.mode ? `${one.platform}:${one.mode}` : one.platform;
            const label = one.mode ? `${one.name}, ${one.mode}` : one.name;
            const known = [...one.aliases, one.vendor, one.year].join(" ");
            items.set(id, { id, label, group: one.class ?? "Other", known });
        }
        return [...items.values()].sort((a, b) => a.group.localeCompare(b.group) || a.label.localeCompare(b.label));
    }

    private makeSliders(): Slider[] {
        const { store } = this;
        const bitsOf = (state: State): number =>
            state.datatypes.length === 1
                ? Math.max(
                      0,
                      bits.findIndex(([, name]) => name === state.datatypes[0]),
                  )
                : 0;
        return [
            slider(
                "Channels kept",
                "Pruning: the fraction of the channels that is left",
                keeps,
                (one) => `${one * 100} %`,
                (state) => nearest(keeps, state.keep),
                (keep) => store.change({ keep }),
            ),
            slider(
                "Precision",
                "One datatype for all devices; what a device lacks runs in a wider one",
                bits,
                ([text]) => text,
                bitsOf,
                ([, name]) => store.change({ datatypes: name ? [name] : [] }),
            ),
            slider(
                "Batch",
                "Inputs of one call; weights are read once for all of them",
                batches,
                readable,
                (state) => nearest(batches, state.batch),
                (batch) => store.change({ batch }),
            ),
            slider(
                "Clock",
                "A factor on every peak",
                factors,
                times,
                (state) => nearest(factors, state.clock),
                (clock) => store.change({ clock }),
            ),
            slider(
                "Memory bandwidth",
                "A factor on off-chip bandwidth",
                factors,
                times,
                (state) => nearest(factors, state.bandwidth),
                (bandwidth) => store.change({ bandwidth }),
            ),
            slider(
                "On-chip memory",
                "A factor on on-chip capacity; it matters when weights are placed on chip",
                factors,
                times,
                (state) => nearest(factors, state.onChip),
                (onChip) =>
                    store.change({
                        onChip,
                        ...(store.state.placement === "published" ? { placement: "capacity" } : {}),
                    }),
            ),
        ];
    }

    private chip(name: string): HTMLButtonElement {
        const toggle = (): void => {
            const { datatypes } = this.store.state;
            this.store.change({
                datatypes: datatypes.includes(name) ? datatypes.filter((one) => one !== name) : [...datatypes, name],
            });
        };
        return el("button", { type: "button", class: "chip", onclick: toggle }, name);
    }

    private select(
        key: "task" | "placement" | "execution",
        label: string,
        options: Record<string, string>,
    ): HTMLSelectElement {
        const made = el("select", {}, ...Object.entries(options).map(([value, text]) => el("option", { value }, text)));
        made.addEventListener("change", () => this.store.change({ [key]: made.value }));
        el("label", { class: "field" }, el("span", {}, label), made);
        return made;
    }

    private reset(): void {
        this.store.change(untouched);
    }
}
