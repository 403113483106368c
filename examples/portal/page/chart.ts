// SPDX-License-Identifier: BSD-3-Clause
// Vega-Lite charts that keep their view while only the data changes.
import * as vega from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { el } from "./dom";
import { cycled, devicePaint, grey, look, networkShapes, shapes } from "./palette";
import { savesOf } from "./saving";
import { showTooltip } from "./tooltip";
import type { Row } from "./types";

export type Spec = Record<string, unknown>;
export type Data = Record<string, object[]>;

const times = (factor: number): string =>
    `abs(log(datum.value / ${factor}) / LN10 - round(log(datum.value / ${factor}) / LN10)) < 1e-6`;
const decade = times(1);
const steps = `${decade} || ${times(2)} || ${times(5)}`;
const tick =
    "datum.value == 0 ? '0' : abs(datum.value) >= 1000 ? format(datum.value, '~s') : " +
    "abs(datum.value) < 1e-3 ? format(datum.value, '.0e') : format(datum.value, '~r')";

/// A logarithmic axis labelled at powers of ten, and at 2 and 5 times these where it spans few of them.
/// `room`: its length in pixels.
export function logAxis(title: string, values: readonly number[] = [], room = 800): Spec {
    const span = values.length ? Math.max(...values) / Math.min(...values) : 1e6;
    const labelled = span > room / 5 ? decade : steps;
    return {
        title,
        labelExpr: `${labelled} ? (${tick}) : ''`,
        labelOverlap: span > 1e8 ? "greedy" : false,
        gridOpacity: { condition: { test: labelled, value: 1 }, value: 0 },
        tickSize: { condition: { test: labelled, value: 5 }, value: 2 },
    };
}

export const linearAxis = (title: string): Spec => ({ title, labelExpr: tick, tickCount: 6 });

/// An axis of values that are drawn as points: logarithmic where they pass a decade.
export function valueScale(heading: string, values: readonly number[], room = 800): { scale: Spec; axis: Spec } {
    const passes = values.length > 0 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 10;
    return passes
        ? { scale: { type: "log" }, axis: logAxis(heading, values, room) }
        : { scale: { zero: true }, axis: linearAxis(heading) };
}

/// Where legends stand: beside the chart, or below it where it is narrow or they are long.
export function legendPlace(room: number, entries: number): { isBeside: boolean; legend: Spec } {
    const isBeside = room >= 560 && entries <= 22;
    return {
        isBeside,
        legend: isBeside ? { orient: "right" } : { orient: "bottom", columns: Math.max(1, Math.floor(room / 210)) },
    };
}

/// A block of colour in a legend of rings.
export const swatch: Spec = { symbolType: "stroke", symbolStrokeWidth: 6 };

/// Devices by colour. `legend`: its marks and its place.
export const deviceColour = (devices: string[], legend: Spec | null): Spec => ({
    field: "device",
    type: "nominal",
    scale: { domain: devices, range: devicePaint(devices) },
    legend: legend && { title: "Device", symbolOpacity: 1, symbolLimit: 0, ...legend },
});

/// The same of those that pass a test; the others are grey.
export const namedColour = (test: string, named: string[]): Spec => ({
    condition: { test, ...deviceColour(named, null) },
    value: grey,
});

/// What is greyed in a legend because colours mean devices.
const greyed = { symbolFillColor: grey, symbolStrokeColor: grey, symbolOpacity: 1, symbolLimit: 0 };

/// Networks by shape.
export const networkShape = (networks: string[], legend: Spec): Spec => ({
    field: "network",
    type: "nominal",
    scale: { domain: networks, range: networkShapes(networks) },
    legend: { title: "Network", ...greyed, ...legend },
});

/// Classes of devices by shape.
export const classShape = (classes: string[], legend: Spec): Spec => ({
    field: "class",
    type: "nominal",
    scale: { domain: classes, range: cycled(classes, shapes) },
    legend: { title: null, labelLimit: 340, ...greyed, ...legend },
});

/// Points filled in their device's colour where they are predicted; measured ones are rings.
export const predictedFill = (devices: string[]): Spec => ({
    condition: { test: "datum.kind == 'predicted'", ...deviceColour(devices, null) },
    value: "transparent",
});

/// Layers that draw nothing but the legend of dots and rings, where there are both. Their chart resolves `apart`.
export const kindLegend = (points: { kind: string }[], legend: Spec): Spec[] =>
    new Set(points.map((one) => one.kind)).size < 2
        ? []
        : [
              {
                  data: { values: [{ kind: "predicted" }, { kind: "measured" }] },
                  mark: { type: "point", opacity: 0, tooltip: null },
                  encoding: {
                      x: { value: 0 },
                      y: { value: 0 },
                      fill: {
                          field: "kind",
                          type: "nominal",
                          scale: { domain: ["predicted", "measured"], range: [grey, "transparent"] },
                          legend: { title: "Point", symbolStrokeColor: grey, symbolOpacity: 1, ...legend },
                      },
                  },
              },
          ];

/// Fills mean one thing in the legend's layer and another in the points'.
export const apart = { scale: { fill: "independent" }, legend: { fill: "independent" } };

/// Steps between the designs of a front; `up`: more of the x axis is better.
export const frontLine = (up: boolean): Spec => ({
    type: "line",
    strokeWidth: 1.5,
    interpolate: up ? "step-before" : "step-after",
    color: look().muted,
});

function dress(): Config {
    const now = look();
    return {
        background: "transparent",
        font: "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif",
        padding: 4,
        axis: {
            labelColor: now.muted,
            titleColor: now.ink,
            gridColor: now.grid,
            domainColor: now.muted,
            tickColor: now.muted,
            labelFontSize: 12,
            titleFontSize: 12.5,
            titleFontWeight: "normal",
            titlePadding: 10,
        },
        legend: {
            labelColor: now.ink,
            titleColor: now.muted,
            labelFontSize: 12,
            titleFontSize: 12,
            titleFontWeight: "normal",
            symbolSize: 100,
            symbolStrokeWidth: 1.5,
            labelLimit: 220,
            layout: { bottom: { anchor: "start", direction: "vertical", margin: 10 } },
        },
        view: { stroke: null },
        text: { color: now.ink },
    } as Config;
}

/// A place on the page that shows one chart, and saves it.
export class Chart {
    readonly element: HTMLElement;
    private readonly plot: HTMLElement;
    private readonly inner = el("div");
    private view: vega.View | undefined;
    private drawn = "";
    private data: Data = {};
    private pending: Promise<unknown> = Promise.resolve();

    constructor(label: string) {
        this.plot = el("div", { class: "chart", role: "img", "aria-label": label }, this.inner);
        const picture = { title: () => label, svg: () => this.svg(), rows: () => this.rows() };
        this.element = el("div", { class: "plot" }, this.plot, savesOf(picture));
    }

    /// Draws a specification whose data sets have names, with their rows. What it looked like before is kept, zoom
    /// included, when only rows changed.
    draw(spec: Spec, data: Data, label?: string): void {
        if (label) this.plot.setAttribute("aria-label", label);
        this.data = data;
        this.pending = this.pending
            .then(() => this.render(spec, data))
            .then(() => (this.plot.tabIndex = this.plot.scrollWidth > this.plot.clientWidth ? 0 : -1)) // keys scroll it
            .catch((wrong) => {
                this.inner.textContent = `This chart could not be drawn: ${(wrong as Error).message}`;
            });
    }

    /// Settles once everything asked for is drawn.
    get done(): Promise<unknown> {
        return this.pending;
    }

    dispose(): void {
        this.view?.finalize();
    }

    private async svg(): Promise<string> {
        await this.pending;
        if (!this.view) throw new Error("nothing is drawn yet");
        return this.view.toSVG();
    }

    /// What is drawn; where several things are, with their names.
    private rows(): Row[] {
        const sets = Object.entries(this.data);
        return sets.flatMap(([name, rows]) =>
            rows.map((row) => ({ ...(sets.length > 1 ? { set: name } : {}), ...row })),
        );
    }

    private async render(spec: Spec, data: Data): Promise<void> {
        const whole = { ...spec, config: dress() };
        const text = JSON.stringify(whole);
        if (this.view && text === this.drawn) {
            for (const [name, rows] of Object.entries(data)) this.view.data(name, rows);
            await this.view.runAsync();
            return;
        }
        this.view?.finalize();
        const datasets = Object.fromEntries(Object.keys(data).map((name) => [name, [] as object[]]));
        const { spec: compiled } = compile({ ...whole, datasets } as unknown as TopLevelSpec, {
            logger: vega.logger(vega.Error),
        });
        const size = Object.values(data).reduce((sum, rows) => sum + rows.length, 0);
        const view = new vega.View(vega.parse(compiled), {
            renderer: size > 1500 ? "canvas" : "svg",
            container: this.inner, // which Vega gives a role and a name of its own
            hover: true,
            logLevel: vega.Error,
        });
        view.tooltip(showTooltip);
        for (const [name, rows] of Object.entries(data)) view.data(name, rows);
        this.view = view;
        this.drawn = text;
        await view.runAsync();
    }
}
