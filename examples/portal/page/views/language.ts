// SPDX-License-Identifier: BSD-3-Clause
// A language model's server: how long users wait, how many there can be, and what holds them up.
import { Chart, logAxis, type Spec } from "../chart";
import { slider, type Slider } from "../controls";
import { el, figure, steered } from "../dom";
import { headingOf, readable, shown } from "../format";
import { look } from "../palette";
import { Table } from "../table";
import type { LanguageModel, Server, ServerQuestion } from "../types";
import { distinct, offer, type Context, type Page } from "./view";

const loads = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const lengths = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];
const precisions: Record<string, string[]> = {
    "as released": [],
    bf16: ["bf16"],
    fp8: ["fp8"],
    "fp8, cache too": ["fp8", "kv=fp8"],
    "int4, groups of 32": ["int4_block32_scale16"],
    nvfp4: ["nvfp4"],
};
const figures = [
    "time_to_first_token_s",
    "time_per_output_token_s",
    "tokens_per_s_per_user",
    "tokens_per_s",
    "memory_bytes",
    "fits",
    "largest_concurrency",
    "decode_bound",
    "prefill_bound",
];

export class Language implements Page {
    private readonly model = this.select("Model", "model");
    private readonly platform = this.select("Device", "host");
    private readonly precision = this.select("Precision", "precision");
    private readonly devices = this.select("Devices", "copies");
    private readonly sliders: Slider[] = [
        this.stops("Users", "Requests in flight", loads, "users"),
        this.stops("Tokens of a prompt", "Mean length", lengths, "prompt"),
        this.stops("Tokens of an answer", "Mean length", lengths.slice(0, 7), "answer"),
    ];
    private readonly answer = el("div", {
        class: "scroll whole",
        tabindex: 0,
        role: "region",
        "aria-label": "The server",
        "aria-live": "polite",
    });
    private readonly note = el("p", { class: "note" });
    private readonly chart = new Chart("Tokens for a user against tokens of a device, by load");
    private readonly table = new Table("By the number of users", "server", [
        ...["concurrency", ...figures].map((key) => ({ key })),
        ...["tokens_per_s_per_device", "low_s", "high_s", "bound_time_per_output_token_s"].map((key) => ({
            key,
            isFurther: true,
        })),
    ]);
    private models: LanguageModel[] = [];
    private context: Context | undefined;
    readonly element = el(
        "div",
        {},
        figure(
            steered("A server", this.model, this.platform, this.precision, this.devices),
            el("div", { class: "sliders" }, ...this.sliders.map((one) => one.element)),
            this.answer,
            this.note,
        ),
        figure("What a user gets, and what a device gives", this.chart.element),
        this.table.element,
    );

    draw(context: Context): void {
        this.context = context;
        if (!this.models.length) this.models = context.engine.languageModels();
        const able = context.platforms.filter((one) => /^(bf16|fp16)$/.test(one.datatype) && one.bandwidth_bytes_per_s);
        const { state } = context;
        offer(this.model, distinct(this.models.map((one) => one.model)), state.model);
        offer(this.platform, distinct(able.map((one) => one.platform)), state.host);
        offer(this.precision, Object.keys(precisions), state.precision);
        offer(this.devices, ["1", "2", "4", "8"], String(state.copies));
        for (const one of this.sliders) one.show(state);
        this.show(context);
    }

    done = (): Promise<unknown> => this.chart.done;

    private show(context: Context): void {
        const { state } = context;
        const question: ServerQuestion = {
            model: this.model.value,
            platforms: [this.platform.value],
            precision: precisions[this.precision.value] ?? [],
            concurrency: loads,
            tensor_parallel: [Number(this.devices.value)],
            prompt_tokens: state.prompt,
            output_tokens: state.answer,
        };
        let rows: Server[] = [];
        try {
            rows = context.engine.serve(question);
        } catch (wrong) {
            this.note.textContent = (wrong as Error).message;
        }
        const now = rows.find((one) => one.concurrency === state.users);
        this.answer.replaceChildren(...(now ? [table(now)] : []));
        if (now)
            this.note.textContent = now.warnings.map((one) => `${one[0]?.toUpperCase()}${one.slice(1)}.`).join(" ");
        const points = rows.map((one) => ({
            x: one.tokens_per_s_per_user,
            y: one.tokens_per_s_per_device,
            users: one.concurrency,
            now: one === now,
            fits: one.fits ? "fits" : "does not fit",
            shown: `${one.concurrency} users: ${readable(one.tokens_per_s_per_user)} tokens/s each`,
        }));
        this.chart.draw(specOf(context), { points }, `Rates of ${rows.length} loads`);
        this.table.show(rows);
    }

    private select(label: string, key: "model" | "host" | "precision" | "copies"): HTMLSelectElement {
        const made = el("select", { "aria-label": label });
        made.addEventListener("change", () =>
            this.context?.store.change({ [key]: key === "copies" ? Number(made.value) : made.value }),
        );
        return made;
    }

    private stops(label: string, hint: string, all: number[], key: "users" | "prompt" | "answer"): Slider {
        return slider(
            label,
            hint,
            all,
            (stop) => readable(stop),
            (state) => all.indexOf(state[key]),
            (stop) => this.context?.store.change({ [key]: stop }),
        );
    }
}

/// One answer, with the interval and the bound of the time that is most asked for.
function table(of: Server): HTMLElement {
    const ms = (seconds: number): string => readable(seconds * 1e3);
    const beside: Record<string, string> = {
        time_per_output_token_s: `nine of ten between ${ms(of.low_s)} and ${ms(of.high_s)}; the bound is ${ms(of.bound_time_per_output_token_s)}`,
        tokens_per_s: `${readable(of.tokens_per_s_per_device)} a device`,
        memory_bytes: of.devices > 1 ? `${of.devices} devices` : "",
    };
    return el(
        "table",
        { class: "scorecard" },
        el(
            "tbody",
            {},
            ...figures.map((key) =>
                el(
                    "tr",
                    {},
                    el("th", { scope: "row" }, headingOf(key)),
                    el("td", { class: "number", "data-key": key }, el("span", {}, shown(key, of[key]))),
                    el("td", {}, el("span", {}, beside[key] ?? "")),
                ),
            ),
        ),
    );
}

function specOf(context: Context): Spec {
    const axes = {
        x: {
            field: "x",
            type: "quantitative",
            scale: { type: "log" },
            axis: logAxis("One user [tokens/s]"),
        },
        y: {
            field: "y",
            type: "quantitative",
            scale: { type: "log" },
            axis: logAxis("One device [tokens/s]"),
        },
    };
    return {
        width: Math.max(context.width - 80, 200),
        height: 300,
        data: { name: "points" },
        encoding: axes,
        layer: [
            { mark: { type: "line", color: look().muted }, encoding: { order: { field: "users" } } },
            {
                mark: { type: "point", size: 90, filled: true, opacity: 1 },
                encoding: {
                    color: {
                        field: "now",
                        type: "nominal",
                        scale: { domain: [true, false], range: [look().ink, look().muted] },
                        legend: null,
                    },
                    shape: {
                        field: "fits",
                        type: "nominal",
                        scale: { domain: ["fits", "does not fit"], range: ["circle", "cross"] },
                        legend: { title: null },
                    },
                    tooltip: [{ field: "shown" }],
                },
            },
        ],
    };
}
