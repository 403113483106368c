// SPDX-License-Identifier: BSD-3-Clause
// The library as typed calls. Errors carry the library's own text.
import instantiate, { type Library } from "library";
import type {
    Analysis,
    Card,
    Cell,
    Doubling,
    Drawing,
    Estimate,
    LanguageModel,
    Mark,
    Measured,
    Network,
    NetworkDetails,
    Platform,
    Provenance,
    PublishedFrontier,
    Question,
    Roof,
    Row,
    Server,
    ServerQuestion,
    Value,
    View,
} from "./types";

function text(answer: string): string {
    if (answer.startsWith("!")) throw new Error(answer.slice(1));
    return answer;
}

function parsed<Answer>(answer: string): Answer {
    return JSON.parse(text(answer)) as Answer;
}

function sliceOf(answer: string): [offset: number, length: number] {
    const [offset = 0, length = 0] = text(answer).split(" ").map(Number);
    return [offset, length];
}

type Kind = "text" | "number" | "count" | "boolean" | "list";

/// How to read the numbers of a view: core/columns.hpp.
interface Legend {
    fields: { key: string; kind: Kind; printed: boolean }[];
    texts: string[];
    lists: string[][];
    roofs: Roof[];
    marks: Mark[];
    skipped: string[];
}

/// Records with the fields of what_if, or with what charts show besides.
function rowsOf(legend: Legend, numbers: Float64Array, all: boolean): Estimate[] {
    const { fields, texts, lists } = legend;
    const value = (kind: Kind, one: number): Value => {
        if (Number.isNaN(one)) return null;
        return kind === "number" || kind === "count"
            ? one
            : kind === "text"
              ? (texts[one] ?? null)
              : kind === "boolean"
                ? one === 1
                : (lists[one] ?? null);
    };
    const rows: Estimate[] = [];
    for (let at = 0; at < numbers.length; at += fields.length) {
        const row: Row = {};
        fields.forEach(({ key, kind, printed }, i) => {
            if (all || printed) row[key] = value(kind, numbers[at + i] as number);
        });
        rows.push(row as Estimate);
    }
    return rows;
}

/// An instance of the library; with `memory`, one that knows what the instance knew which that is of.
async function instanceOf(code: WebAssembly.Module, memory?: ArrayBuffer): Promise<Library> {
    const library = await instantiate({
        instantiateWasm(imports, take) {
            void WebAssembly.instantiate(code, imports).then((made) => {
                const own = made.exports.memory as WebAssembly.Memory;
                const missing = (memory?.byteLength ?? 0) - own.buffer.byteLength;
                if (missing > 0) own.grow(missing / 65536);
                take(made);
            });
            return {};
        },
    });
    if (memory) new Uint8Array(library.asm.memory.buffer).set(new Uint8Array(memory));
    return library;
}

export async function startEngine(code: WebAssembly.Module, memory?: ArrayBuffer): Promise<Engine> {
    return new Engine(code, await instanceOf(code, memory));
}

export class Engine {
    /// How often something was added to what the library knows.
    changes = 0;

    constructor(
        readonly code: WebAssembly.Module,
        private library: Library,
    ) {}

    /// A copy of the library's memory, which is all that it knows.
    memory = (): ArrayBuffer => this.library.asm.memory.buffer.slice(0) as ArrayBuffer;

    /// Goes on with the memory of another instance.
    async adopt(memory: ArrayBuffer): Promise<void> {
        this.library = await instanceOf(this.code, memory);
        this.changes += 1;
    }

    /// The library, which is about to be told something.
    private told(): Library {
        this.changes += 1;
        return this.library;
    }

    networks = (): Network[] => parsed(this.library.networks());
    platforms = (): Platform[] => parsed(this.library.platforms());

    /// With the keys of what_if, and no others.
    estimate = (question: Question): Estimate[] => {
        const legend = parsed<Legend>(this.library.view(JSON.stringify(question)));
        return rowsOf(legend, this.library.numbers(), false);
    };

    /// With what charts show besides.
    view = (question: Question): View => {
        const legend = parsed<Legend>(this.library.view(JSON.stringify(question)));
        const rows = rowsOf(legend, this.library.numbers(), true);
        return { rows, roofs: legend.roofs, marks: legend.marks, skipped: legend.skipped };
    };

    drawing = (network: string, keep: number, selection: Question): Drawing =>
        parsed(this.library.drawing(JSON.stringify({ network, keep, selection })));

    scorecards = (question: Question): Card[] => parsed(this.library.scorecards(JSON.stringify(question)));
    doublings = (question: Question): Doubling[] => parsed(this.library.doublings(JSON.stringify(question)));
    heatmap = (task: string): Cell[] => parsed(this.library.heatmap(task));
    publishedFrontier = (task: string): PublishedFrontier => parsed(this.library.publishedFrontier(task));
    publishedMeasurements = (): Measured[] => parsed(this.library.publishedMeasurements());
    platformSources = (): Record<string, Provenance[]> => parsed(this.library.platformSources());
    addNetwork = (content: string, file: string): string => text(this.told().addNetwork(content, file));
    addCalibration = (content: string, file: string): string => text(this.told().addCalibration(content, file));
    addPlatform = (content: string, file: string): string => text(this.told().addPlatform(content, file));

    languageModels = (): LanguageModel[] => parsed(this.library.languageModels());
    serve = (question: ServerQuestion): Server[] => parsed(this.library.serve(JSON.stringify(question)));

    networkDetails = (datatypes: string[]): Record<string, NetworkDetails> =>
        parsed(this.library.networkDetails(JSON.stringify({ datatypes })));

    analyze = (network: string, options: { keep?: number; datatype?: string } = {}): Analysis =>
        parsed(this.library.analyze(JSON.stringify({ ...options, network })));

    analyzeOnnx = (bytes: Uint8Array, dims: Record<string, number> = {}, name = "model"): Analysis =>
        parsed(this.told().analyzeOnnx(bytes, name, JSON.stringify(dims)));

    /// Reads only the structure of a model, slice by slice, however large its weights are.
    async analyzeSlices(file: File, dims: Record<string, number>, name: string): Promise<Analysis> {
        let [offset, length] = sliceOf(this.library.beginSlices(file.size, file.name));
        while (length > 0) {
            const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
            [offset, length] = sliceOf(this.library.giveSlice(bytes));
        }
        return parsed(this.told().endSlices(name, JSON.stringify(dims)));
    }

    measured = (content: Uint8Array, file: string, options: Record<string, string | number> = {}): Measured[] =>
        parsed(this.library.measured(content, file, JSON.stringify(options)));

    /// Rows of `view` that no other row beats, by their place in it.
    frontier = (selection: Question, maximize: string[], minimize: string[]): { rows: number[]; unknown: number[] } =>
        parsed(this.library.frontier(JSON.stringify({ selection, maximize, minimize })));
}

/// Unpacks the library that lies in the page, compressed and in base 64.
export async function loadEngine(packed: string): Promise<Engine> {
    const bytes = Uint8Array.from(atob(packed.trim()), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return startEngine(await WebAssembly.compile(await new Response(stream).arrayBuffer()));
}
