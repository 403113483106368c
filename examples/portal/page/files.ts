// SPDX-License-Identifier: BSD-3-Clause
// Files dropped on the page or chosen: networks, platforms, measured results. Nothing is sent anywhere.
import type { Engine } from "./engine";
import type { Measured } from "./types";

export type Read =
    | { kind: "network"; id: string }
    | { kind: "platform"; id: string }
    | { kind: "calibration"; id: string }
    | { kind: "measured"; rows: Measured[] };

/// What a file does not say: values of dimensions, and what was measured.
export interface Options {
    dims?: Record<string, number>;
    supplied?: Record<string, string | number>;
}

export const isModel = (file: string): boolean => /\.(onnx|tflite|xml)$/i.test(file);

/// Up to here a model is read whole; beyond, only its structure is, in slices.
const wholeUpTo = 32 * 1024 * 1024;

const stem = (file: string): string =>
    file
        .replace(/^.*[\\/]/, "")
        .replace(/\.(onnx|tflite|xml)$/i, "")
        .replace(/[,:&#=\s]+/g, "_") || "model";

/// What a JSON document describes; anything else is taken for measured results.
function kindOf(text: string): Read["kind"] {
    try {
        const document: unknown = JSON.parse(text);
        if (typeof document !== "object" || document === null) return "measured";
        if ("calibration" in document && "structure" in document) return "calibration";
        if (!("id" in document)) return "measured";
        if ("peaks" in document || "modes" in document) return "platform";
        return "layers" in document || "operations" in document || "zoo" in document ? "network" : "measured";
    } catch {
        return "measured";
    }
}

async function readOnnx(
    engine: Engine,
    file: File,
    dims: Record<string, number>,
    catalogue: ReadonlySet<string>,
): Promise<Read> {
    const name = stem(file.name);
    const id = catalogue.has(name) ? `${name}_onnx` : name;
    if (file.size > wholeUpTo) await engine.analyzeSlices(file, dims, id);
    else engine.analyzeOnnx(new Uint8Array(await file.arrayBuffer()), dims, id);
    return { kind: "network", id };
}

/// Reads a file into the library; a model takes the name of its file, but no name of the catalogue. Throws the
/// library's error.
export async function readFile(
    engine: Engine,
    file: File,
    options: Options = {},
    catalogue: ReadonlySet<string> = new Set(),
): Promise<Read> {
    if (isModel(file.name)) return readOnnx(engine, file, options.dims ?? {}, catalogue);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const kind = /\.json$/i.test(file.name) ? kindOf(text) : "measured";
    if (kind === "network") return { kind, id: engine.addNetwork(text, file.name) };
    if (kind === "platform") return { kind, id: engine.addPlatform(text, file.name) };
    if (kind === "calibration") return { kind, id: engine.addCalibration(text, file.name) };
    return { kind: "measured", rows: engine.measured(bytes, file.name, options.supplied ?? {}) };
}

/// Calls `take` with files dropped anywhere on the page, or chosen with the input.
export function listenForFiles(input: HTMLInputElement, take: (files: File[]) => void): void {
    let depth = 0;
    const over = (on: boolean): void => void document.body.classList.toggle("dropping", on);
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    addEventListener("dragenter", (event) => {
        if (hasFiles(event)) over(++depth > 0);
    });
    addEventListener("dragleave", (event) => {
        if (hasFiles(event)) over(--depth > 0);
    });
    addEventListener("dragover", (event) => {
        if (hasFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
        depth = 0;
        over(false);
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        take([...event.dataTransfer.files]);
    });
    input.addEventListener("change", () => {
        take([...(input.files ?? [])]);
        input.value = "";
    });
}
