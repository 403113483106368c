// SPDX-License-Identifier: BSD-3-Clause
// Brings the parts together: the library, the selection, the panel, the views.
import { offerApi } from "./api";
import { Controls } from "./controls";
import { byId, el } from "./dom";
import { loadEngine, type Engine } from "./engine";
import { listenForFiles } from "./files";
import { askFor, clearMessages, tell, tellError, tellOfWaiting } from "./messages";
import { startReading, Stopped } from "./reading";
import { embeddedReport, load, type Report } from "./report";
import { questionOf, Store, type State } from "./state";
import { listenForTheme } from "./theme";
import { isNewcomer, startTour } from "./tour";
import type { Measured, Network, Platform, View } from "./types";
import { NetworkDrawing } from "./views/drawing";
import { Efficiency } from "./views/efficiency";
import { Frontier } from "./views/frontier";
import { Heatmap } from "./views/heatmap";
import { Language } from "./views/language";
import { Layers } from "./views/layers";
import { Networks } from "./views/networks";
import { Platforms } from "./views/platforms";
import { Predictions } from "./views/predictions";
import { ReportView } from "./views/report";
import { Roofline } from "./views/roofline";
import { Scorecard } from "./views/scorecard";
import { deviceOf } from "./format";
import type { Page } from "./views/view";

const titles: Record<string, string> = {
    predictions: "Predictions",
    roofline: "Roofline",
    heatmap: "Heatmap",
    frontier: "Frontier",
    layers: "One network",
    drawing: "Drawing",
    networks: "Networks",
    platforms: "Devices",
    efficiency: "Efficiency",
    scorecard: "Scorecard",
    language: "Language models",
    report: "Report",
};

class Portal {
    private networks: Network[] = [];
    private platforms: Platform[] = [];
    private measured: Measured[] = [];
    private readonly calibrations: string[] = [];
    private readonly catalogue: ReadonlySet<string>;
    private readonly store: Store;
    private readonly controls: Controls;
    private readonly pages: Map<string, Page>;
    private readonly layers = new Layers();
    private readonly tabs = new Map<string, HTMLElement>();

    constructor(
        private readonly engine: Engine,
        report: Report,
    ) {
        this.reread();
        this.catalogue = new Set(this.networks.map((one) => one.network));
        this.measured = engine.publishedMeasurements();
        this.store = new Store((state) => this.known(state));
        this.controls = new Controls(this.store, byId("selection"));
        this.pages = new Map<string, Page>([
            ["predictions", new Predictions()],
            ["roofline", new Roofline()],
            ["heatmap", new Heatmap()],
            ["frontier", new Frontier()],
            ["layers", this.layers],
            ["drawing", new NetworkDrawing()],
            ["networks", new Networks()],
            ["platforms", new Platforms()],
            ["efficiency", new Efficiency()],
            ["scorecard", new Scorecard()],
            ["language", new Language()],
        ]);
        if (report.rows?.length) this.pages.set("report", new ReportView(report));
        this.makeTabs();
        if (!location.hash && report.selection)
            this.store.change({ ...report.selection, task: "", ...(report.rows?.length ? { view: "report" } : {}) });
        this.store.listen(() => this.draw());
        listenForTheme(() => this.draw());
        let width = 0;
        new ResizeObserver(([entry]) => {
            const now = Math.round(entry?.contentRect.width ?? 0);
            if (Math.abs(now - width) > 8) this.draw();
            width = now;
        }).observe(byId("view"));
        listenForFiles(byId("file") as HTMLInputElement, (files) => void this.take(files));
        this.draw();
    }

    /// Settles when the present view is drawn.
    done(): Promise<unknown> {
        return this.page().done();
    }

    private page(): Page {
        return this.pages.get(this.store.state.view) ?? (this.pages.get("predictions") as Page);
    }

    private reread(): void {
        this.networks = this.engine.networks();
        this.platforms = this.engine.platforms();
    }

    /// A state without networks and devices that the library does not know, such as one from an old link.
    private known(state: State): State {
        const networks = new Set(this.networks.map((one) => one.network));
        const devices = new Set(this.platforms.flatMap((one) => [one.platform, deviceOf(one)]));
        const all = state.platforms.includes("all") ? [...new Set(this.platforms.map(deviceOf))] : state.platforms;
        const lost = [...state.networks.filter((one) => !networks.has(one)), ...all.filter((one) => !devices.has(one))];
        if (lost.length) tell(`This page does not know ${lost.join(", ")}; drop the file it came from to see it.`);
        return {
            ...state,
            networks: state.networks.filter((one) => networks.has(one)),
            platforms: all.filter((one) => devices.has(one)),
            calibration: this.calibrations.includes(state.calibration) ? state.calibration : "",
        };
    }

    private makeTabs(): void {
        const bar = byId("tabs");
        const ids = [...this.pages.keys()];
        for (const id of ids) {
            const tab = el(
                "button",
                {
                    type: "button",
                    role: "tab",
                    id: `tab-${id}`,
                    "aria-controls": "view",
                    onclick: () => this.store.change({ view: id }),
                },
                titles[id] ?? id,
            );
            tab.addEventListener("keydown", (event) => {
                const step = {
                    ArrowRight: 1,
                    ArrowLeft: -1,
                    Home: -ids.indexOf(id),
                    End: ids.length - 1 - ids.indexOf(id),
                }[event.key];
                if (step === undefined) return;
                event.preventDefault();
                const view = ids[(ids.indexOf(id) + step + ids.length) % ids.length] as string;
                this.store.change({ view });
                this.tabs.get(view)?.focus();
            });
            this.tabs.set(id, tab);
        }
        bar.replaceChildren(...this.tabs.values());
    }

    private draw(): void {
        const { state } = this.store;
        this.controls.show(state, this.networks, this.platforms, this.calibrations);
        const place = byId("view");
        const page = this.page();
        for (const [id, tab] of this.tabs) {
            const isNow = this.pages.get(id) === page;
            tab.setAttribute("aria-selected", String(isNow));
            tab.tabIndex = isNow ? 0 : -1;
            if (isNow) {
                place.setAttribute("aria-labelledby", tab.id);
                const bar = tab.parentElement;
                if (bar) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - 60;
            }
        }
        if (place.firstElementChild !== page.element) place.replaceChildren(page.element);
        let answer: View = { rows: [], roofs: [], marks: [], skipped: [] };
        try {
            answer = this.engine.view(questionOf(state));
            page.draw({
                engine: this.engine,
                store: this.store,
                state,
                networks: this.networks,
                platforms: this.platforms,
                answer,
                measured: this.measured,
                width: place.clientWidth - 32,
            });
        } catch (wrong) {
            tellError("This cannot be predicted", (wrong as Error).message);
        }
        void page
            .done()
            .then(
                () =>
                    (document.documentElement.dataset.drawn = String(
                        Number(document.documentElement.dataset.drawn ?? 0) + 1,
                    )),
            );
    }

    private async take(files: File[]): Promise<void> {
        clearMessages();
        for (const file of files) await this.takeOne(file, {});
    }

    private async takeOne(file: File, supplied: Record<string, string>): Promise<void> {
        const { batch, ...rest } = supplied;
        const isModel = /\.(onnx|tflite|xml)$/i.test(file.name);
        const dims = Object.fromEntries(Object.entries(supplied).map(([name, value]) => [name, Number(value)]));
        document.body.classList.add("reading");
        let done = (): void => undefined;
        try {
            const reading = startReading(
                this.engine,
                file,
                isModel ? { dims } : { supplied: { ...rest, ...(batch ? { batch: Number(batch) } : {}) } },
                this.catalogue,
            );
            done = tellOfWaiting(`Reading ${file.name} …`, reading.stop);
            const read = await reading.done;
            clearMessages();
            const { networks, platforms } = this.store.state;
            if (read.kind === "network") {
                this.reread();
                this.layers.open(read.id);
                this.store.change({ view: "layers", networks: [...new Set([...networks, read.id])] });
            } else if (read.kind === "platform") {
                this.reread();
                this.store.change({ view: "platforms", platforms: [...new Set([...platforms, read.id])] });
            } else if (read.kind === "calibration") {
                if (!this.calibrations.includes(read.id)) this.calibrations.push(read.id);
                this.store.change({ view: "predictions", calibration: read.id });
                tell(`Devices that ${read.id} is of are predicted as they were measured.`);
            } else {
                this.measured = [...this.measured, ...read.rows];
                this.store.change({
                    view: "efficiency",
                    task: "",
                    networks: [...new Set([...networks, ...read.rows.map((row) => row.network)])],
                    platforms: [...new Set([...platforms, ...read.rows.map(deviceOf)])],
                });
            }
        } catch (wrong) {
            if (wrong instanceof Stopped) tell(`${file.name} was not read: you stopped it.`);
            else this.refuse(file, (wrong as Error).message, supplied, isModel);
        } finally {
            done();
            document.body.classList.remove("reading");
        }
    }

    /// Says what is wrong with a file, and asks for what it does not say.
    private refuse(file: File, text: string, supplied: Record<string, string>, isModel: boolean): void {
        const again = (given: Record<string, string>): void => void this.takeOne(file, { ...supplied, ...given });
        const unbound = isModel ? /dimensions without a value: ([^;]+);/.exec(text)?.[1] : undefined;
        if (unbound)
            askFor(
                file.name,
                text,
                unbound.split(", ").map((name) => ({ name, label: name })),
                again,
            );
        else if (!isModel && /does not say the/.test(text))
            askFor(
                file.name,
                text,
                [
                    { name: "network", label: "Network", choices: this.networks.map((one) => one.network) },
                    {
                        name: "platform",
                        label: "Device",
                        choices: [...new Set(this.platforms.map((one) => one.platform))],
                    },
                    { name: "datatype", label: "Datatype", choices: ["int8", "fp16", "fp32", "int4", "int2"] },
                    { name: "batch", label: "Batch" },
                ],
                again,
            );
        else tellError(`${file.name} cannot be read`, text);
    }
}

const loading = new Promise<void>((painted) => requestAnimationFrame(() => setTimeout(painted))).then(() =>
    loadEngine(byId("library").textContent ?? ""),
);
offerApi(loading);
byId("tour").addEventListener("click", () => startTour());
byId("print").addEventListener("click", () => print());
byId("link").addEventListener("click", () => {
    void navigator.clipboard?.writeText(location.href).then(() => tell("The link to this view is copied."));
});
loading
    .then((engine) => {
        const report = embeddedReport();
        load(report, engine);
        if (report.title) document.title = `${report.title} – qutibench`;
        new Portal(engine, report);
        if (isNewcomer()) startTour();
    })
    .catch((wrong) => tellError("The library could not be started", (wrong as Error).message));
