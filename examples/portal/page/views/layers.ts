// SPDX-License-Identifier: BSD-3-Clause
// One network: what it needs in all and layer by layer, and how fast it is predicted to be on every device.
import { Chart, linearAxis, type Spec } from "../chart";
import { el, figure } from "../dom";
import { inUnit, shown, unitOf } from "../format";
import { colours } from "../palette";
import { Table } from "../table";
import type { Analysis, Layer } from "../types";
import { Ranking } from "./ranking";
import { distinct, networkChoice, networksToShow, offer, type Context, type Page } from "./view";

const figures = ["operations", "macs", "weights", "parameters", "activations", "peak_live_activations"] as const;
const mostLayers = 160;

export class Layers implements Page {
    private readonly choice = networkChoice(() => this.context?.store);
    private readonly cards = el("dl", { class: "cards" });
    private readonly uncounted = el("p", { class: "note" });
    private readonly layerChart = new Chart("Layers of the network");
    private readonly ranking = new Ranking();
    private readonly table = new Table(
        "Layers",
        "layers",
        [
            { key: "name", heading: "Layer" },
            { key: "type" },
            { key: "operations" },
            { key: "macs" },
            { key: "weights" },
            { key: "input_shapes", heading: "In" },
            { key: "output_shapes", heading: "Out" },
        ],
        ["type"],
    );
    readonly element: HTMLElement;
    private context: Context | undefined;

    constructor() {
        this.element = el(
            "div",
            {},
            el(
                "div",
                { class: "figure-bar" },
                el("label", { class: "field inline" }, el("span", {}, "Network"), this.choice),
            ),
            this.cards,
            this.uncounted,
            ...this.ranking.elements,
            figure("Layer by layer, in the order they run", this.layerChart.element),
            this.table.element,
        );
    }

    draw(context: Context): void {
        this.context = context;
        const network = offer(this.choice, networksToShow(context), context.state.network);
        const analysis = this.analyse(context, network);
        this.cards.replaceChildren(
            ...(analysis
                ? figures.map((key) => card(unitOf(key).heading, `${shown(key, analysis[key])} ${unitOf(key).unit}`))
                : []),
        );
        const layers = analysis?.layers ?? [];
        this.layerChart.draw(
            layerSpec(context, layers),
            { layers: layerBars(layers) },
            `Operations and weights of ${layers.length} layers`,
        );
        this.table.show(layers);
        this.ranking.draw(context, network);
    }

    done = (): Promise<unknown> => Promise.all([this.layerChart.done, this.ranking.done()]);

    private analyse(context: Context, network: string): Analysis | undefined {
        try {
            const analysis = context.engine.analyze(network, { keep: context.state.keep });
            this.uncounted.textContent = analysis.uncounted.length
                ? `Not counted: ${analysis.uncounted.join("; ")}`
                : "";
            return analysis;
        } catch (wrong) {
            this.uncounted.textContent = (wrong as Error).message;
            return undefined;
        }
    }
}

const card = (name: string, value: string): HTMLElement => el("div", {}, el("dt", {}, name), el("dd", {}, value));

function layerBars(layers: Layer[]): object[] {
    return layers
        .map((one, at) => ({ ...one, at }))
        .filter((one) => one.operations > 0 || one.weights > 0)
        .slice(0, mostLayers)
        .flatMap((one) =>
            (["operations", "weights"] as const).map((key) => ({
                layer: one.name,
                type: one.type,
                at: one.at,
                what: unitOf(key).heading,
                value: inUnit(key, one[key]),
                shown: `${shown(key, one[key])} ${unitOf(key).unit}`,
                out: shown("output_shapes", one.output_shapes),
            })),
        );
}

function layerSpec(context: Context, layers: Layer[]): Spec {
    const types = distinct(layers.filter((one) => one.operations > 0 || one.weights > 0).map((one) => one.type));
    const count = Math.min(mostLayers, layers.filter((one) => one.operations > 0 || one.weights > 0).length);
    const chart = (what: string, unit: string): Spec => ({
        transform: [{ filter: `datum.what == '${what}'` }],
        width: Math.max(200, context.width - 100),
        height: 120,
        mark: { type: "bar", width: { band: 0.85 } },
        encoding: {
            x: {
                field: "layer",
                type: "nominal",
                sort: { field: "at", op: "min" },
                axis:
                    count > 40 || context.width < 560
                        ? null
                        : { title: null, labelAngle: -60, labelLimit: 110, ticks: false },
            },
            y: { field: "value", type: "quantitative", axis: { ...linearAxis(`${what} [${unit}]`), tickCount: 4 } },
            color: {
                field: "type",
                type: "nominal",
                scale: { domain: types, range: colours(types) },
                legend: { title: null, orient: "top", columns: context.width < 560 ? 2 : 6 },
            },
            tooltip: [
                { field: "layer" },
                { field: "type" },
                { field: "shown", title: what.toLowerCase() },
                { field: "out", title: "output" },
            ],
        },
    });
    return {
        data: { name: "layers" },
        vconcat: [chart("Operations", "GOP"), chart("Weights", "M")],
        spacing: 14,
        resolve: { scale: { x: "shared" } },
    };
}
