// SPDX-License-Identifier: BSD-3-Clause
// window.qutibench: the page for scripts, with what_if's JSON keys.
import type { Engine } from "./engine";
import type { Analysis, Estimate, Network, Platform, Question } from "./types";

export interface Api {
    ready: Promise<void>;
    analyzeOnnx(bytes: Uint8Array, dims?: Record<string, number>): Analysis;
    analyze(id: string, options?: { keep?: number; datatype?: string }): Analysis;
    estimate(selection: Question): Estimate[];
    networks(): Network[];
    platforms(): Platform[];
}

declare global {
    interface Window {
        qutibench: Api;
    }
}

/// Offers the calls at once; they work from when `ready` resolves.
export function offerApi(loading: Promise<Engine>): void {
    let engine: Engine | undefined;
    const loaded = (): Engine => {
        if (!engine) throw new Error("the library is still loading; wait for window.qutibench.ready");
        return engine;
    };
    window.qutibench = {
        ready: loading.then((one) => {
            engine = one;
        }),
        analyzeOnnx: (bytes, dims = {}) => loaded().analyzeOnnx(bytes, dims),
        analyze: (id, options = {}) => loaded().analyze(id, options),
        estimate: (selection) => loaded().estimate(selection),
        networks: () => loaded().networks(),
        platforms: () => loaded().platforms(),
    };
}
