// SPDX-License-Identifier: BSD-3-Clause
// What `what_if report` and `qb.report` put into the page: a selection, the networks and platforms that the catalogue
// does not have, and rows that were worked out or measured elsewhere.
import { byId } from "./dom";
import type { Engine } from "./engine";
import type { State } from "./state";
import type { Row } from "./types";

export interface Report {
    title?: string;
    selection?: Partial<
        Pick<State, "networks" | "platforms" | "datatypes" | "batch" | "keep" | "placement" | "execution" | "task">
    >;
    networks?: object[];
    platforms?: object[];
    rows?: Row[];
}

/// The page's report; empty in the page as it is built.
export function embeddedReport(): Report {
    return (JSON.parse(byId("report").textContent || "null") as Report | null) ?? {};
}

/// Makes the report's networks and platforms known to the library.
export function load(report: Report, engine: Engine): void {
    for (const one of report.networks ?? []) engine.addNetwork(JSON.stringify(one), "the report");
    for (const one of report.platforms ?? []) engine.addPlatform(JSON.stringify(one), "the report");
}
