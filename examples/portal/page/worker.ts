// SPDX-License-Identifier: BSD-3-Clause
// Reads one file in a thread of its own, so that the page stays usable and the reading can be stopped. It starts from
// the memory of the page's library and gives back that memory with the file's network, device or rows in it.
import { startEngine } from "./engine";
import { readFile } from "./files";
import type { Answer, Job } from "./reading";

declare function postMessage(answer: Answer, transferred: Transferable[]): void;

addEventListener("message", ({ data }: MessageEvent<Job>) => {
    void (async () => {
        try {
            const engine = await startEngine(data.code, data.memory);
            const read = await readFile(engine, data.file, data.options, new Set(data.catalogue));
            const memory = engine.memory();
            postMessage({ read, memory }, [memory]);
        } catch (wrong) {
            postMessage({ wrong: (wrong as Error).message || String(wrong) }, []);
        }
    })();
});
