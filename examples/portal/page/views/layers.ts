// SPDX-License-Identifier: BSD-3-Clause
// One network: what it needs in all and layer by layer, and how fast it is predicted to be on every device.
import { Chart, linearAxis, logAxis, type Spec } from "../chart";
import { el, figure } from "../dom";
import { deviceOf, inUnit, readable, shown, unitOf } from "../format";
import { colours, cycled, look, shapes } from "../palette";
import { questionOf } from "../state";
import { Table } from "../table";
import type { Analysis, Estimate, Layer } from "../types";
import { distinct, highest, type Context, type Page } from "./view";

const figures = ["operations", "macs", "weights", "parameters", "activations", "peak_live_activations"] as const;
const mostLayers = 160;

export class Layers implements Page {
    private readonly choice = el("select", { "aria-label": "Network" });
    private readonly cards = el("dl", { class: "cards" });
    private readonly uncounted = el("p", { class: "note" });
    private readonly layerChart = new Chart("Layers of the network");
    private readonly deviceChart = new Chart("The network on every device");
    private readonly deviceNote = el("p", { class: "note" });
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
    private chosen = "";

    constructor() {
        this.choice.addEventListener("change", () => {
            this.chosen = this.choice.value;
            if (this.context) this.draw(this.context);
        });
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
            figure("Predicted on every device", this.deviceChart.element, this.deviceNote),
            figure("Layer by layer, in the order they run", this.layerChart.element),
            this.table.element,
        );
    }

    /// Shows this network from now on.
    open(network: string): void {
        this.chosen = network;
    }

    draw(context: Context): void {
        this.context = context;
        const ids = context.state.networks.length ? context.state.networks : context.networks.map((one) => one.network);
        if (!ids.includes(this.chosen)) this.chosen = ids[0] ?? "";
        this.choice.replaceChildren(...ids.map((id) => el("option", { value: id }, id)));
        this.choice.value = this.chosen;
        const analysis = this.analyse(context);
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
        this.drawDevices(context);
    }

    done = (): Promise<unknown> => Promise.all([this.layerChart.done, this.deviceChart.done]);

    private analyse(context: Context): Analysis | undefined {
        try {
            const analysis = context.engine.analyze(this.chosen, { keep: context.state.keep });
            this.uncounted.textContent = analysis.uncounted.length
                ? `Not counted: ${analysis.uncounted.join("; ")}`
                : "";
            return analysis;
        } catch (wrong) {
            this.uncounted.textContent = (wrong as Error).message;
            return undefined;
        }
    }

    private drawDevices(context: Context): void {
        const platforms = distinct(context.platforms.map(deviceOf));
        const { rows, skipped } = context.engine.view({
            ...questionOf(context.state),
            networks: [this.chosen],
            platforms,
        });
        const best = fastest(rows);
        const classes = new Map(context.platforms.map((one) => [one.platform, one.class ?? "Other"]));
        const chosen = context.state.platforms;
        const points = best.map((row) => ({
            device: deviceOf(row),
            class: classes.get(row.platform) ?? "Other",
            datatype: row.datatype,
            value: row.throughput_ips,
            shown: `${readable(row.throughput_ips)} inputs/s`,
            label: chosen.includes(deviceOf(row)) || chosen.includes(row.platform) ? deviceOf(row) : "",
            side: "",
            latency: `${shown("latency_s", row.latency_s)} ms`,
            bound: row.bound,
        }));
        points.filter((one) => one.label).forEach((one, i) => (one.side = i % 2 ? "below" : "above"));
        this.deviceChart.draw(
            deviceSpec(context, points),
            { points },
            `Predicted throughput on ${points.length} devices`,
        );
        this.deviceNote.textContent =
            `${points.length} devices, from the fastest to the slowest, each in the datatype it is ` +
            `fastest in; the selected ones are named. ` +
            (skipped.length ? `${skipped.length} combinations passed over.` : "");
    }
}

/// The fastest row of each device.
function fastest(rows: Estimate[]): Estimate[] {
    const best = new Map<string, Estimate>();
    for (const row of rows) {
        const device = deviceOf(row);
        if (row.throughput_ips > (best.get(device)?.throughput_ips ?? 0)) best.set(device, row);
    }
    return highest([...best.values()], "throughput_ips", best.size);
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

function deviceSpec(context: Context, points: { device: string; class: string; value: number }[]): Spec {
    const classes = distinct(points.map((one) => one.class)).sort();
    const isNarrow = context.width < 560;
    const x = {
        field: "device",
        type: "nominal",
        sort: points.map((one) => one.device),
        axis: null,
        scale: { padding: 0.5 },
    };
    const values = points.map((one) => one.value);
    const y = {
        field: "value",
        type: "quantitative",
        scale: { type: "log" },
        axis: logAxis("Throughput [inputs/s]", values),
    };
    /// Names of selected devices, by turns above and below the curve.
    const names = (side: string, align: string, dx: number): object => ({
        transform: [{ filter: `datum.side == '${side}'` }],
        mark: { type: "text", align, angle: -50, dx, fontSize: 11, color: look().ink },
        encoding: { text: { field: "label" } },
    });
    return {
        data: { name: "points" },
        width: Math.max(200, context.width - 80),
        height: 300,
        encoding: { x, y },
        layer: [
            {
                mark: { type: "point", filled: true, size: 62, opacity: 1 },
                encoding: {
                    color: {
                        field: "class",
                        type: "nominal",
                        scale: { domain: classes, range: colours(classes) },
                        legend: { title: null, orient: "bottom", columns: isNarrow ? 1 : 3, labelLimit: 340 },
                    },
                    shape: {
                        field: "class",
                        type: "nominal",
                        scale: { domain: classes, range: cycled(classes, shapes) },
                    },
                    tooltip: [
                        { field: "device" },
                        { field: "class" },
                        { field: "datatype" },
                        { field: "shown", title: "throughput" },
                        { field: "latency" },
                        { field: "bound", title: "bound by" },
                    ],
                },
            },
            names("above", "left", 10),
            names("below", "right", -10),
        ],
    };
}
