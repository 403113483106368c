// SPDX-License-Identifier: BSD-3-Clause
// What every view is given, and what it has to do.
import type { Engine } from "../engine";
import type { State, Store } from "../state";
import type { Estimate, Measured, Network, Platform, View } from "../types";

export interface Context {
    engine: Engine;
    store: Store;
    state: State;
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

/// Measurements of the networks and devices that are selected, the best of each.
export function measuredOf(context: Context): Measured[] {
    const { networks, platforms } = context.state;
    return context.measured.filter(
        (one) =>
            one.best &&
            networks.includes(one.network) &&
            (platforms.includes(one.platform) || platforms.includes(`${one.platform}:${one.mode ?? ""}`)),
    );
}

/// Each value once, in the order of first appearance.
export const distinct = <Item>(values: Iterable<Item>): Item[] => [...new Set(values)];

/// The predictions with the largest values of a key, at most so many.
export function highest(rows: Estimate[], key: string, count: number): Estimate[] {
    const value = (row: Estimate): number => (typeof row[key] === "number" ? (row[key] as number) : -Infinity);
    return [...rows].sort((a, b) => value(b) - value(a)).slice(0, count);
}
