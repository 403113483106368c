// SPDX-License-Identifier: BSD-3-Clause
// What every view is given, and what it has to do.
import { el } from "../dom";
import type { Engine } from "../engine";
import { deviceOf } from "../format";
import type { State, Store } from "../state";
import type { Estimate, Measured, Network, Platform, Question, View } from "../types";

export interface Context {
    engine: Engine;
    store: Store;
    state: State;
    /// The selection as the library is asked for it.
    question: Question;
    networks: Network[];
    platforms: Platform[];
    /// Predictions of the selection.
    answer: View;
    /// Published and dropped measurements.
    measured: Measured[];
    width: number;
}

export interface Page {
    element: HTMLElement;
    draw(context: Context): void;
    /// Settles once its charts are drawn.
    done(): Promise<unknown>;
}

/// Measurements of the networks and devices that are selected.
export function allMeasuredOf({ state, measured }: Context): Measured[] {
    const { networks, platforms } = state;
    return measured.filter(
        (one) =>
            networks.includes(one.network) && (platforms.includes(one.platform) || platforms.includes(deviceOf(one))),
    );
}

/// The best of each.
export const measuredOf = (context: Context): Measured[] => allMeasuredOf(context).filter((one) => one.best);

/// Each value once, in the order of first appearance.
export const distinct = <Item>(values: Iterable<Item>): Item[] => [...new Set(values)];

/// The predictions with the largest values of a key, at most so many.
export function highest(rows: Estimate[], key: string, count: number): Estimate[] {
    const value = (row: Estimate): number => (typeof row[key] === "number" ? (row[key] as number) : -Infinity);
    return [...rows].sort((a, b) => value(b) - value(a)).slice(0, count);
}

/// The fastest row of each device; what may not win comes last, for a peak alone is no promise.
export function fastest(rows: Estimate[]): Estimate[] {
    const best = new Map<string, Estimate>();
    for (const row of rows) {
        const device = deviceOf(row);
        const before = best.get(device);
        const wins =
            !before || (row.may_win === before.may_win ? row.throughput_ips > before.throughput_ips : row.may_win);
        if (wins) best.set(device, row);
    }
    const all = highest([...best.values()], "throughput_ips", best.size);
    return [...all.filter((row) => row.may_win), ...all.filter((row) => !row.may_win)];
}

/// Offers these values and shows the chosen one, or the first where it is not among them.
export function offer(select: HTMLSelectElement, values: string[], chosen: string, empty = ""): string {
    const same = select.options.length === values.length && values.every((one, i) => select.options[i]?.value === one);
    if (!same) select.replaceChildren(...values.map((one) => el("option", { value: one }, one || empty)));
    select.value = values.includes(chosen) ? chosen : (values[0] ?? "");
    return select.value;
}

/// A choice of the one network that a view shows; it is part of the selection, so that links say it.
export function networkChoice(store: () => Store | undefined, label = "Network"): HTMLSelectElement {
    const select = el("select", { "aria-label": label });
    select.addEventListener("change", () => store()?.change({ network: select.value }));
    return select;
}

/// The networks that a view of one offers: the selected ones, or all.
export const networksToShow = ({ question, networks }: Context): string[] =>
    question.networks.length ? question.networks : networks.map((one) => one.network);
