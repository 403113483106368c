// SPDX-License-Identifier: BSD-3-Clause
// The one selection that all views share. It lives in the URL's hash, so that a view can be sent to somebody.
import type { Question } from "./types";

export interface State {
    view: string;
    task: string;
    networks: string[];
    platforms: string[];
    datatypes: string[];
    batch: number;
    keep: number;
    placement: string;
    execution: string;
    clock: number;
    bandwidth: number;
    onChip: number;
    /// Calls in flight side by side; inputs one after the other through a pipeline, 0: calls of a batch.
    threads: number;
    stream: number;
    /// Equal devices that share the work, and what links them, in GB/s.
    devices: number;
    link: number;
    split: string;
    /// The optimiser of a step of training; empty: inference.
    optimizer: string;
    /// Names of what is switched on, of `switches`.
    on: string[];
    /// NAME=VALUE of execution parameters; LAYER:ROLE=on or off of tensors.
    parameters: string[];
    overrides: string[];
    calibration: string;
    /// How the heatmap and the bars measure, and what the frontier is of.
    metric: string;
    against: string;
    /// The network that views of a single one show; the two devices that are compared.
    network: string;
    first: string;
    second: string;
    /// The server of a language model.
    model: string;
    host: string;
    precision: string;
    copies: number;
    users: number;
    prompt: number;
    answer: number;
}

export const initial: State = {
    view: "predictions",
    task: "imagenet",
    networks: ["resnet50", "googlenet_v1", "mobilenet_v1"],
    platforms: ["zcu104_dpu", "ultra96_dpu", "jetson_tx2:maxp", "edgetpu:fast", "ncs2"],
    datatypes: [],
    batch: 1,
    keep: 1,
    placement: "published",
    execution: "network",
    clock: 1,
    bandwidth: 1,
    onChip: 1,
    threads: 1,
    stream: 0,
    devices: 1,
    link: 50,
    split: "data",
    optimizer: "",
    on: [],
    parameters: [],
    overrides: [],
    calibration: "",
    metric: "throughput_ips",
    against: "throughput_ips",
    network: "",
    first: "",
    second: "",
    model: "llama_3_1_70b",
    host: "h200_sxm",
    precision: "fp8",
    copies: 4,
    users: 16,
    prompt: 1024,
    answer: 256,
};

/// What is on or off in a question.
export const switches = {
    sparse: "Sparse units, where the network has the pattern",
    double_buffered: "Half of the on-chip memory takes the next tensors",
    weights_in_carrier: "Weights are stored in the datatype that is computed in",
    recompute: "Training computes activations again instead of keeping them",
} as const;

const lists = ["networks", "platforms", "datatypes", "on", "parameters", "overrides"] as const;
const counts = ["batch", "threads", "devices", "copies", "users", "prompt", "answer"] as const;
const keysOf = <Kind>(type: string): Kind[] =>
    (Object.keys(initial) as (keyof State)[]).filter((key) => typeof initial[key] === type) as Kind[];
type KeysOf<Kind> = { [Key in keyof State]: State[Key] extends Kind ? Key : never }[keyof State];
const texts = keysOf<KeysOf<string>>("string");
const numbers = keysOf<KeysOf<number>>("number");

/// The settings that a panel's button takes back: all but what is looked at.
export const untouched: Partial<State> = Object.fromEntries(
    [
        ...([
            "datatypes",
            "batch",
            "keep",
            "placement",
            "execution",
            "clock",
            "bandwidth",
            "onChip",
            "threads",
        ] as const),
        ...([
            "stream",
            "devices",
            "link",
            "split",
            "optimizer",
            "on",
            "parameters",
            "overrides",
            "calibration",
        ] as const),
    ].map((key) => [key, initial[key]]),
);

/// What differs from the initial state, as a query string.
export function toHash(state: State): string {
    const parts = new URLSearchParams();
    for (const key of texts) if (state[key] !== initial[key]) parts.set(key, state[key]);
    for (const key of lists) if (state[key].join() !== initial[key].join()) parts.set(key, state[key].join(","));
    for (const key of numbers) if (state[key] !== initial[key]) parts.set(key, String(state[key]));
    return parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/// Reads a hash; what it does not say, or says wrongly, is as initially.
export function fromHash(hash: string): State {
    const parts = new URLSearchParams(hash.replace(/^#/, ""));
    const state: State = { ...initial };
    for (const key of texts) state[key] = parts.get(key) ?? initial[key];
    for (const key of lists) {
        const given = parts.get(key);
        if (given !== null) state[key] = given.split(",").filter(Boolean);
    }
    for (const key of numbers) {
        const given = Number(parts.get(key) ?? NaN);
        if (Number.isFinite(given) && given > 0) state[key] = given;
    }
    for (const key of counts) state[key] = Math.max(1, Math.round(state[key]));
    state.keep = Math.min(1, state.keep);
    return state;
}

/// The selection as the library is asked for it.
export function questionOf(state: State): Question {
    return {
        networks: state.networks,
        platforms: state.platforms,
        datatypes: state.datatypes,
        batches: state.batch,
        keep: state.keep,
        placement: state.placement,
        execution: state.execution,
        changed: { clock: state.clock, bandwidth: state.bandwidth, on_chip: state.onChip },
        threads: state.threads,
        streams: state.stream,
        ...partsOf(state),
        lenient: true,
    };
}

/// What is asked only where somebody set it.
function partsOf(state: State): Partial<Question> {
    const parts: Partial<Question> = {};
    for (const name of ["sparse", "double_buffered", "weights_in_carrier"] as const)
        if (state.on.includes(name)) parts[name] = true;
    if (state.optimizer) {
        parts.training = true;
        parts.optimizer = state.optimizer as NonNullable<Question["optimizer"]>;
        if (state.on.includes("recompute")) parts.recompute = true;
    }
    if (state.devices > 1) {
        parts.devices = state.devices;
        parts.link = { bandwidth_bytes_per_s: state.link * 1e9 };
        parts.split = state.split;
    }
    if (state.parameters.length) parts.parameters = Object.fromEntries(state.parameters.map(valueOf));
    if (state.overrides.length) parts.overrides = state.overrides;
    if (state.calibration) parts.calibration = state.calibration;
    return parts;
}

/// NAME=VALUE, with the number that a value is, if it is one.
function valueOf(text: string): [string, number | string] {
    const [name = "", value = ""] = text.split("=", 2).map((one) => one.trim());
    return [name, value !== "" && Number.isFinite(Number(value)) ? Number(value) : value];
}

type Listener = (state: State) => void;

/// Changes of the same settings so many milliseconds apart are one step of the browser's history.
const sameStep = 1000;

/// Holds the state, writes the hash, and tells listeners once per frame. Back and forward walk the states.
export class Store {
    private current: State;
    private readonly listeners: Listener[] = [];
    private scheduled = false;
    private last = { keys: "", at: -Infinity };

    constructor(private readonly known: (state: State) => State) {
        this.current = known(fromHash(location.hash));
        addEventListener("hashchange", () => {
            this.last.keys = "";
            if (location.hash.slice(1) !== toHash(this.current)) this.become(this.known(fromHash(location.hash)));
        });
    }

    get state(): Readonly<State> {
        return this.current;
    }

    /// `quiet`: without a step of its own in the history.
    change(part: Partial<State>, quiet = false): void {
        const before = toHash(this.current);
        this.become({ ...this.current, ...part });
        const hash = toHash(this.current);
        const keys = Object.keys(part).sort().join();
        const goesOn = !("view" in part) && keys === this.last.keys && performance.now() - this.last.at < sameStep;
        this.last = { keys, at: performance.now() };
        if (quiet || goesOn) history.replaceState(null, "", `#${hash}`);
        else if (hash !== before) history.pushState(null, "", `#${hash}`);
    }

    listen(listener: Listener): void {
        this.listeners.push(listener);
    }

    /// Tells listeners again, for what is known besides has changed.
    again(): void {
        this.become(this.current);
    }

    private become(state: State): void {
        this.current = state;
        if (this.scheduled) return;
        this.scheduled = true;
        requestAnimationFrame(() => {
            this.scheduled = false;
            for (const listener of this.listeners) listener(this.current);
        });
    }
}
