// SPDX-License-Identifier: BSD-3-Clause
// What core/bindings.cpp exports. Answers are JSON; those that begin with '!' are the message of an error.
export interface Library {
    asm: { memory: WebAssembly.Memory };
    networks(): string;
    platforms(): string;
    analyze(question: string): string;
    analyzeOnnx(bytes: Uint8Array, name: string, dims: string): string;
    beginSlices(size: number, file: string): string;
    giveSlice(bytes: Uint8Array): string;
    endSlices(name: string, dims: string): string;
    addNetwork(text: string, file: string): string;
    addCalibration(content: string, file: string): string;
    addPlatform(text: string, file: string): string;
    view(question: string): string;
    numbers(): Float64Array;
    drawing(question: string): string;
    scorecards(question: string): string;
    doublings(question: string): string;
    frontier(question: string): string;
    measured(content: Uint8Array, file: string, options: string): string;
    publishedMeasurements(): string;
    heatmap(task: string): string;
    publishedFrontier(task: string): string;
    platformSources(): string;
    networkDetails(datatypes: string): string;
    languageModels(): string;
    serve(question: string): string;
}
/// Calls `take` with the instance when it is there.
export default function instantiate(options: {
    instantiateWasm(imports: WebAssembly.Imports, take: (made: WebAssembly.Instance) => void): object;
}): Promise<Library>;
