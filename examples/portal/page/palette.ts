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
];
export const dashes = [
    [1, 0],
    [7, 3],
    [2, 2.5],
    [9, 3, 2, 3],
    [12, 4],
];

function mixed(one: string, other: string): string {
    const channel = (colour: string, at: number): number => parseInt(colour.slice(at, at + 2), 16);
    const half = [1, 3, 5].map((at) => Math.round((channel(one, at) + channel(other, at)) / 2));
    return `#${half.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/// One colour for each name; from the ninth on half way to the text's.
export function colours(names: readonly unknown[]): string[] {
    const { series, ink } = look();
    const all = [...series, ...series.map((one) => mixed(one, one === "#000000" ? grey : ink))];
    return names.map((_, i) => all[i % all.length] ?? grey);
}

export const cycled = <Item>(names: readonly unknown[], items: Item[]): Item[] =>
    names.map((_, i) => items[i % items.length] as Item);
