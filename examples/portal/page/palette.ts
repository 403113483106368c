// SPDX-License-Identifier: BSD-3-Clause
// Colours and shapes that colour-blind readers tell apart: M. Okabe, K. Ito, Color Universal Design, 2008,
// https://jfly.uni-koeln.de/color/. The same as in python/qutibench/plot/style.py.

const blue = "#0072B2";
const vermillion = "#D55E00";
const green = "#009E73";
const purple = "#CC79A7";
const orange = "#E69F00";
const sky = "#56B4E9";
const yellow = "#F0E442";
/// What stands for no device in particular.
export const grey = "#8c959f";

export interface Look {
    background: string;
    ink: string;
    muted: string;
    grid: string;
    series: string[];
    /// From low to high.
    heat: [string, string];
}

const light: Look = {
    background: "#ffffff",
    ink: "#1f2328",
    muted: "#59636e",
    grid: "#e7eaee",
    series: [blue, vermillion, green, purple, orange, sky, "#000000", grey],
    heat: ["#eaf2fb", "#08306b"],
};

const dark: Look = {
    background: "#151b23",
    ink: "#e6edf3",
    muted: "#9198a1",
    grid: "#2a313a",
    series: [sky, orange, green, purple, yellow, vermillion, blue, grey],
    heat: ["#12263f", "#a8d1ff"],
};

export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";
export const look = (): Look => (isDark() ? dark : light);

export const shapes = [
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
    "M0,-1L.29,-.4L.95,-.31L.48,.15L.59,.81L0,.5L-.59,.81L-.48,.15L-.95,-.31L-.29,-.4Z", // a star
    "M-.9,-.35L.9,-.35L.9,.35L-.9,.35Z", // a bar
    "M-.35,-.9L.35,-.9L.35,.9L-.35,.9Z", // one that stands
    "M0,-.9L.85,-.28L.53,.73L-.53,.73L-.85,-.28Z", // a pentagon
    "M-.8,-.8L.8,.8L-.8,.8L.8,-.8Z", // an hourglass
];
export const dashes = [
    [1, 0],
    [7, 3],
    [2, 2.5],
    [9, 3, 2, 3],
    [12, 4],
    [4, 2],
    [1, 4],
    [9, 3, 2, 3, 2, 3],
    [14, 3, 4, 3],
    [3, 6],
    [18, 4],
    [6, 2, 1, 2, 1, 2, 1, 2],
];

const channels = (colour: string): number[] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/// `share` of one colour and the rest of the other, as #rrggbb.
export function mixed(one: string, other: string, share = 0.5): string {
    const rest = channels(other);
    const parts = channels(one).map((value, i) => Math.round(value * share + (rest[i] ?? 0) * (1 - share)));
    return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/// WCAG 2.2's relative luminance of #rrggbb.
function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = channels(colour)
        .map((one) => one / 255)
        .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/// Black and white have the same contrast, 4.6, on colours of this luminance.
export const midLuminance = 0.179;
/// Black or white, whichever can be read on a colour.
export const inkOn = (colour: string): string => (luminance(colour) > midLuminance ? "#000000" : "#ffffff");

/// One colour for each name; from the ninth on half way to the text's, then in turns around the circle of hues.
export function colours(names: readonly unknown[]): string[] {
    const { series, ink } = look();
    const all = [...series, ...series.map((one) => mixed(one, one === "#000000" ? grey : ink))];
    return names.map(
        (_, i) => all[i] ?? `hsl(${Math.round((i * 137.5) % 360)} 55% ${(isDark() ? 62 : 40) - (i % 3) * 6}%)`,
    );
}

let selected: { devices: readonly string[]; networks: readonly string[] } = { devices: [], networks: [] };

/// Says what is selected: each device keeps its colour, and each network its shape, in every view.
export function paint(devices: readonly string[], networks: readonly string[]): void {
    selected = { devices, networks };
}

/// The places of names: of the selection's there, of others after these.
function placesOf(names: readonly string[], chosen: readonly string[]): number[] {
    const all = [...new Set([...chosen, ...names])];
    return names.map((one) => all.indexOf(one));
}

export function devicePaint(devices: readonly string[]): string[] {
    const places = placesOf(devices, selected.devices);
    const all = colours(Array.from({ length: Math.max(0, ...places) + 1 }));
    return places.map((at) => all[at] ?? grey);
}

export const networkShapes = (networks: readonly string[]): string[] =>
    placesOf(networks, selected.networks).map((at) => shapes[at % shapes.length] as string);

export const cycled = <Item>(names: readonly unknown[], items: Item[]): Item[] =>
    names.map((_, i) => items[i % items.length] as Item);
