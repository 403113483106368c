// SPDX-License-Identifier: BSD-3-Clause
// The visitor's own files: read into the library, kept for the next visit, shown below where they are dropped.
import { byId, el } from "./dom";
import type { Engine } from "./engine";
import { readFile, type Options, type Read } from "./files";
import type { KeptFiles } from "./kept";
import { tell, tellError, tellOfWaiting } from "./messages";
import { startReading, Stopped } from "./reading";
import type { Measured } from "./types";

/// A file that was read. Of measured results, only rows that nothing else has.
export interface Own {
    file: File;
    options: Options;
    /// Undefined for a kept file that was not read this time.
    read: Read | undefined;
    isKept: boolean;
}

/// What makes two measurements the same, wherever they were read.
const identity = (row: Measured): string =>
    JSON.stringify(
        (
            [
                ...(["network", "part", "keep", "platform", "mode", "datatype", "scope", "deployment"] as const),
                ...(["deployment_value", "measured_throughput_ips", "measured_latency_s", "measured_power_w"] as const),
            ] as const
        ).map((key) => row[key] ?? null),
    );

export class OwnFiles {
    private readonly files = new Map<string, Own>();
    private readonly published: ReadonlySet<string>;

    /// `catalogue`: ids of networks that a model may not take.
    constructor(
        private readonly engine: Engine,
        private readonly kept: KeptFiles,
        private readonly catalogue: ReadonlySet<string>,
        published: Measured[],
    ) {
        this.published = new Set(published.map(identity));
    }

    /// What the files describe.
    ids(kind: "network" | "platform" | "calibration"): string[] {
        return [...this.files.values()].flatMap(({ read }) => (read?.kind === kind ? [read.id] : []));
    }

    measured(): Measured[] {
        return [...this.files.values()].flatMap(({ read }) => (read?.kind === "measured" ? read.rows : []));
    }

    /// Begins to read a file; `done` settles when it is read and kept.
    take(file: File, options: Options): { done: Promise<Read>; stop: () => void } {
        const { done, stop } = startReading(this.engine, file, options, this.catalogue);
        return { done: done.then((read) => this.add(file, options, read)), stop };
    }

    /// Reads again what was kept.
    async restore(): Promise<void> {
        for (const { file, options } of await this.kept.all()) {
            const { done, stop } = startReading(this.engine, file, options, this.catalogue);
            const isThere = tellOfWaiting(`Reading your ${file.name} again …`, stop);
            try {
                this.note(file, options, await done, true);
            } catch (wrong) {
                this.note(file, options, undefined, true);
                if (!(wrong instanceof Stopped))
                    tellError(`${file.name} cannot be read any more`, (wrong as Error).message);
            } finally {
                isThere();
            }
        }
        await this.joinMeasured();
        this.show();
    }

    private async add(file: File, options: Options, read: Read): Promise<Read> {
        const own = this.note(file, options, read, false);
        if (own.read?.kind === "measured" && read.kind === "measured" && !own.read.rows.length && read.rows.length) {
            this.files.delete(file.name);
            tell(`All ${read.rows.length} rows of ${file.name} are known already; nothing is added.`);
            return read;
        }
        own.isKept = await this.kept.keep(file, options);
        if (read.kind !== "measured") await this.joinMeasured();
        this.show();
        return read;
    }

    private note(file: File, options: Options, read: Read | undefined, isKept: boolean): Own {
        this.files.delete(file.name);
        const known = new Set([...this.published, ...this.measured().map(identity)]);
        const isNew = (row: Measured): boolean => !known.has(identity(row));
        const fresh = read?.kind === "measured" ? { ...read, rows: read.rows.filter(isNew) } : read;
        const own: Own = { file, options, read: fresh, isKept };
        this.files.set(file.name, own);
        return own;
    }

    /// Measurements that had no prediction beside them may have one, now that more is known.
    private async joinMeasured(): Promise<void> {
        for (const { file, options, read, isKept } of [...this.files.values()])
            if (read?.kind === "measured" && read.rows.some((row) => row.throughput_ips === null))
                this.note(file, options, await readFile(this.engine, file, options), isKept);
    }

    private async forget(names: string[]): Promise<void> {
        for (const name of names) await this.kept.forget(name);
        location.reload(); // the library forgets nothing that it was told
    }

    private show(): void {
        const names = [...this.files.keys()];
        const button = (label: string, forgotten: string[], name: string): HTMLElement =>
            el(
                "button",
                { type: "button", class: "link", "aria-label": name, onclick: () => void this.forget(forgotten) },
                label,
            );
        const lines = [...this.files.values()].map(({ file, read, isKept }) => {
            const what = read?.kind === "measured" ? `${read.rows.length} measured rows` : (read?.kind ?? "not read");
            const says = isKept ? what : `${what}, until you leave`;
            const forget = button("Forget", [file.name], `Forget ${file.name}`);
            return el("li", {}, el("span", {}, file.name, el("small", {}, says)), forget);
        });
        byId("own").replaceChildren(
            ...(lines.length
                ? [
                      el("p", { class: "note" }, "Your files, kept in this browser"),
                      el("ul", {}, ...lines),
                      ...(names.length > 1 ? [button("Forget all", names, "Forget all files")] : []),
                  ]
                : []),
        );
    }
}
