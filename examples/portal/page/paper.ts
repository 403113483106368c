// SPDX-License-Identifier: BSD-3-Clause
// What a print says besides the view: the selection in words, the day, and where the page is.
import { byId, el } from "./dom";
import { untouched, type State } from "./state";

const most = 12;

function listed(all: string[]): string {
    const rest = all.length - most;
    return all.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "") || "none";
}

/// Fills in the head that only paper shows.
export function noteForPaper(state: State, title: string): void {
    const changed = Object.entries(untouched).flatMap(([key, usual]) => {
        const value = state[key as keyof State];
        return key === "datatypes" || String(value) === String(usual) ? [] : [`${key} ${String(value)}`];
    });
    const lines: [string, string][] = [
        ["View", title],
        ["Networks", listed(state.networks)],
        ["Devices", listed(state.platforms)],
        ["Datatypes", state.datatypes.join(", ") || "each device's own"],
        ["What if", changed.join(", ") || "as the data sheets say"],
        ["Printed", `${new Date().toISOString().slice(0, 10)} from ${location.href}`],
    ];
    byId("paper").replaceChildren(
        ...lines.map(([name, says]) => el("div", {}, el("dt", {}, name), el("dd", {}, says))),
    );
}
