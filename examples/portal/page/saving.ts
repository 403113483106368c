// SPDX-License-Identifier: BSD-3-Clause
// Pictures and their figures as files: a chart under its title as PNG or SVG, its rows as CSV.
import { download, el } from "./dom";
import { look } from "./palette";
import { toCsv } from "./csv";
import type { Row } from "./types";

export interface Picture {
    /// What the picture shows; its file is named after it.
    title(): string;
    svg(): Promise<string>;
    rows(): Row[];
}

const head = 34;
const foot = 20;
/// Pixels of a PNG for each of the screen.
const sharpness = 2;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const stemOf = (title: string): string =>
    title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, "_")
        .replace(/^_|_$/g, "")
        .slice(0, 60) || "chart";

/// A drawing on a ground of its own, with its title above and its origin below.
function framed(svg: string, title: string): { text: string; width: number; height: number } {
    const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const width = Math.max(Number(drawing.getAttribute("width")), 240);
    const inner = Number(drawing.getAttribute("height"));
    const height = inner + head + foot;
    drawing.setAttribute("y", String(head));
    const { background, ink, muted } = look();
    const words = (y: number, size: number, fill: string, text: string): string =>
        `<text x="8" y="${y}" font-family="system-ui, sans-serif" font-size="${size}" fill="${fill}">${escaped(text)}</text>`;
    const text =
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
        `<rect width="100%" height="100%" fill="${background}"/>` +
        words(22, 15, ink, title) +
        new XMLSerializer().serializeToString(drawing) +
        words(height - 7, 11, muted, `qutibench, ${new Date().toISOString().slice(0, 10)}`) +
        "</svg>";
    return { text, width, height };
}

async function toPng({ text, width, height }: ReturnType<typeof framed>): Promise<Blob> {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = el("canvas", { width: Math.ceil(width * sharpness), height: Math.ceil(height * sharpness) });
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser has no canvas");
    context.scale(sharpness, sharpness);
    context.drawImage(image, 0, 0);
    return new Promise((made, failed) =>
        canvas.toBlob((blob) => (blob ? made(blob) : failed(new Error("the picture is too large")))),
    );
}

/// Buttons that save a picture.
export function savesOf(picture: Picture): HTMLElement {
    const button = (kind: string, save: () => Promise<void>): HTMLElement =>
        el(
            "button",
            {
                type: "button",
                class: "link",
                "aria-label": `Save as ${kind}: ${picture.title()}`,
                onclick: () => void save(),
            },
            kind,
        );
    const stem = (): string => stemOf(picture.title());
    return el(
        "div",
        { class: "saves" },
        button("PNG", async () => download(`${stem()}.png`, await toPng(framed(await picture.svg(), picture.title())))),
        button("SVG", async () => {
            const { text } = framed(await picture.svg(), picture.title());
            download(`${stem()}.svg`, new Blob([text], { type: "image/svg+xml" }));
        }),
        button("CSV", async () => download(`${stem()}.csv`, new Blob([toCsv(picture.rows())], { type: "text/csv" }))),
    );
}
