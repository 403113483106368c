// SPDX-License-Identifier: BSD-3-Clause
// Files are read by a worker, which whoever waits can stop; the page's own library takes over what the worker knows.
import { byId } from "./dom";
import type { Engine } from "./engine";
import { readFile, type Options, type Read } from "./files";

/// What the worker is given.
export interface Job {
    code: WebAssembly.Module;
    memory: ArrayBuffer;
    file: File;
    options: Options;
    catalogue: string[];
}

/// What it gives back: the library's memory afterwards, or why the file cannot be read.
export type Answer = { read: Read; memory: ArrayBuffer } | { wrong: string };

export class Stopped extends Error {}

let script: string | undefined;

/// A worker of the script that lies in the page; undefined where the browser lets a page of a file have none.
function makeWorker(): Worker | undefined {
    script ??= URL.createObjectURL(new Blob([byId("worker").textContent ?? ""], { type: "text/javascript" }));
    try {
        return new Worker(script);
    } catch {
        return undefined;
    }
}

/// Reads a file; `stop` ends that with an error of the class Stopped, and leaves the library as it was.
export function startReading(
    engine: Engine,
    file: File,
    options: Options,
    catalogue: ReadonlySet<string>,
): { done: Promise<Read>; stop: () => void } {
    const worker = makeWorker();
    if (!worker) return { done: readFile(engine, file, options, catalogue), stop: () => undefined };
    let stop = (): void => undefined;
    const answered = new Promise<Answer>((resolve, reject) => {
        stop = () => reject(new Stopped());
        worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message || "the reader ended without an answer"));
    }).finally(() => worker.terminate());
    const { changes } = engine;
    const memory = engine.memory();
    const job: Job = { code: engine.code, memory, file, options, catalogue: [...catalogue] };
    worker.postMessage(job, [memory]);
    const done = answered.then(async (answer) => {
        if ("wrong" in answer) throw new Error(answer.wrong);
        // What a script told the library meanwhile is not lost; the file, which can be read, is read once more.
        if (engine.changes !== changes) return readFile(engine, file, options, catalogue);
        await engine.adopt(answer.memory);
        return answer.read;
    });
    return { done, stop };
}
