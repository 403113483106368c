// SPDX-License-Identifier: BSD-3-Clause
// Vega-Lite charts that keep their view while only the data changes.
import * as vega from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { colours, cycled, grey, look, shapes } from "./palette";
import { showTooltip } from "./tooltip";

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

/// Devices by colour. `legend`: its marks and its place.
export const deviceColour = (devices: string[], legend: Spec): Spec => ({
    field: "device",
    type: "nominal",
    scale: { domain: devices, range: colours(devices) },
    legend: { title: "Device", symbolOpacity: 1, ...legend },
});

/// Networks by shape, grey in the legend because colours mean devices.
export const networkShape = (networks: string[], legend: Spec): Spec => ({
    field: "network",
    type: "nominal",
    scale: { domain: networks, range: cycled(networks, shapes) },
    legend: {
        title: "Network",
        symbolFillColor: grey,
        symbolStrokeColor: grey,
        symbolOpacity: 1,
        ...legend,
    },
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
        },
        view: { stroke: null },
        text: { color: now.ink },
    } as Config;
}

/// A place on the page that shows one chart.
export class Chart {
    readonly element: HTMLElement;
    private view: vega.View | undefined;
    private drawn = "";
    private pending: Promise<unknown> = Promise.resolve();

    constructor(label: string) {
        this.element = document.createElement("div");
        this.element.className = "chart";
        this.element.setAttribute("role", "img");
        this.element.setAttribute("aria-label", label);
    }

    /// Draws a specification whose data sets have names, with their rows. What it looked like before is kept, zoom
    /// included, when only rows changed.
    draw(spec: Spec, data: Data, label?: string): void {
        if (label) this.element.setAttribute("aria-label", label);
        this.pending = this.pending
            .then(() => this.render(spec, data))
            .catch((wrong) => {
                this.element.textContent = `This chart could not be drawn: ${(wrong as Error).message}`;
            });
    }

    /// Settles once everything asked for is drawn.
    get done(): Promise<unknown> {
        return this.pending;
    }

    dispose(): void {
        this.view?.finalize();
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
            container: this.element,
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
