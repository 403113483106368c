// SPDX-License-Identifier: BSD-3-Clause
// The further settings of a prediction: calls in flight, training, several devices, execution parameters, tensors.
import { el } from "./dom";
import { switches, type State, type Store } from "./state";

type Key = keyof State;

interface Field {
    element: HTMLElement;
    show(state: State): void;
}

/// Where somebody writes several things, commas stand between them.
const listed = (text: string): string[] =>
    text
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);

export class Settings {
    readonly element: HTMLElement;
    private readonly fields: Field[];
    private readonly count = el("span", { class: "count" });
    private readonly calibrations = el("select", {});

    constructor(private readonly store: Store) {
        this.fields = [
            this.choice("optimizer", "A call is", {
                "": "an inference",
                sgd: "a training step, SGD",
                momentum: "a training step, momentum",
                adam: "a training step, Adam",
            }),
            this.amount("threads", "Calls in flight", "Callers at a time, each with a batch", 1),
            this.amount("stream", "Inputs through a pipeline", "One after the other; 0: calls of a batch", 0),
            this.amount("devices", "Devices", "Equal ones that share the work", 1),
            this.amount("link", "Link between them [GB/s]", "Each direction of each device", 1),
            this.choice("split", "They share", { data: "the batch", pipeline: "the layers" }),
            ...Object.entries(switches).map(([name, says]) => this.check(name, says)),
            this.texts("parameters", "Parameters", "compute_efficiency=0.5, layer_overhead_s=20e-6"),
            this.texts("overrides", "Where tensors live", "conv1:weights=on"),
            this.calibration(),
        ];
        this.element = el(
            "details",
            { class: "picker settings" },
            el("summary", {}, "More settings", this.count),
            el("div", { class: "settings-list" }, ...this.fields.map((one) => one.element)),
        );
    }

    show(state: State, initial: Partial<State>, calibrations: string[]): void {
        this.calibrations.replaceChildren(
            el("option", { value: "" }, "none; drop a file to have one"),
            ...calibrations.map((one) => el("option", { value: one }, one)),
        );
        const mine: Key[] = [
            "optimizer",
            "threads",
            "stream",
            "devices",
            "on",
            "parameters",
            "overrides",
            "calibration",
        ];
        const changed = mine.filter((key) => String(state[key]) !== String(initial[key])).length;
        this.count.textContent = changed ? `${changed} changed` : "as usual";
        for (const one of this.fields) one.show(state);
    }

    private labelled(label: string, hint: string, input: HTMLElement): HTMLElement {
        input.setAttribute("aria-label", label);
        return el("label", { class: "field" }, el("span", {}, label), input, hint ? el("small", {}, hint) : null);
    }

    private choice(key: "optimizer" | "split", label: string, options: Record<string, string>): Field {
        const made = el("select", {}, ...Object.entries(options).map(([value, text]) => el("option", { value }, text)));
        made.addEventListener("change", () => this.store.change({ [key]: made.value }));
        return {
            element: this.labelled(label, "", made),
            show: (state) => void (made.value = state[key]),
        };
    }

    private amount(key: "threads" | "stream" | "devices" | "link", label: string, hint: string, least: number): Field {
        const made = el("input", { type: "number", min: least, step: 1 });
        made.addEventListener("change", () => {
            const given = made.valueAsNumber;
            this.store.change({ [key]: Number.isFinite(given) ? Math.max(least, Math.round(given)) : least });
        });
        return {
            element: this.labelled(label, hint, made),
            show: (state) => void (made.value = String(state[key])),
        };
    }

    private check(name: string, says: string): Field {
        const made = el("input", { type: "checkbox" });
        made.addEventListener("change", () => {
            const { on } = this.store.state;
            this.store.change({ on: made.checked ? [...on, name] : on.filter((one) => one !== name) });
        });
        return {
            element: el("label", {}, made, el("span", {}, says)),
            show: (state) => void (made.checked = state.on.includes(name)),
        };
    }

    private texts(key: "parameters" | "overrides", label: string, example: string): Field {
        const made = el("input", { type: "text", placeholder: example, spellcheck: "false" });
        made.addEventListener("change", () => this.store.change({ [key]: listed(made.value) }));
        return {
            element: this.labelled(label, `Such as ${example}`, made),
            show: (state) => {
                if (document.activeElement !== made) made.value = state[key].join(", ");
            },
        };
    }

    private calibration(): Field {
        this.calibrations.addEventListener("change", () => this.store.change({ calibration: this.calibrations.value }));
        return {
            element: this.labelled("Calibration", "A file that what_if calibrate saved", this.calibrations),
            show: (state) => void (this.calibrations.value = state.calibration),
        };
    }
}
