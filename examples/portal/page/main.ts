// SPDX-License-Identifier: BSD-3-Clause
// Brings the parts together: the library, the selection, the panel, the views.
import { offerApi } from "./api";
import { Controls } from "./controls";
import { byId } from "./dom";
import { loadEngine, type Engine } from "./engine";
import { listenForFiles, type Read } from "./files";
import { deviceOf, networkOf } from "./format";
import { KeptFiles } from "./kept";
import { tell, tellError } from "./messages";
import { OwnFiles } from "./own";
import { paint } from "./palette";
import { noteForPaper } from "./paper";
import { embeddedReport, load, type Report } from "./report";
import { questionOf, Store, type State } from "./state";
import { Tabs } from "./tabs";
import { Taking } from "./taking";
import { listenForTheme } from "./theme";
import { isNewcomer, startTour } from "./tour";
import type { Measured, Network, Platform, View } from "./types";
import { allViews } from "./views/all";
import { ReportView } from "./views/report";
import { distinct, type Page } from "./views/view";

const nothing: View = { rows: [], roofs: [], marks: [], skipped: [] };

class Portal {
    private networks: Network[] = [];
    private platforms: Platform[] = [];
    private readonly published: Measured[];
    private readonly own: OwnFiles;
    private readonly taking: Taking;
    private readonly pages = new Map<string, { title: string; page: Page }>(Object.entries(allViews()));
    private readonly title = document.title;
    private store!: Store;
    private controls!: Controls;
    private tabs!: Tabs;

    constructor(
        private readonly engine: Engine,
        private readonly report: Report,
    ) {
        this.reread();
        this.published = engine.publishedMeasurements();
        const catalogue = new Set(this.networks.map((one) => one.network));
        const kept = new KeptFiles(report.rows || report.title ? `qutibench ${report.title ?? "report"}` : "qutibench");
        this.own = new OwnFiles(engine, kept, catalogue, this.published);
        this.taking = new Taking(
            this.own,
            {
                networks: () => this.networks.map((one) => one.network),
                devices: () => distinct(this.platforms.map((one) => one.platform)),
            },
            (read) => this.open(read),
        );
    }

    /// Reads what was kept of earlier visits, then shows the selection.
    async start(): Promise<void> {
        await this.own.restore();
        this.reread();
        this.store = new Store((state) => this.known(state));
        this.controls = new Controls(this.store, byId("selection"));
        const { report } = this;
        if (report.rows?.length) this.pages.set("report", { title: "Report", page: new ReportView(report) });
        this.tabs = new Tabs(
            byId("tabs"),
            [...this.pages].map(([id, { title }]) => [id, title]),
            (view) => this.store.change({ view }),
        );
        if (!location.hash && report.selection) {
            const view = report.rows?.length ? { view: "report" } : {};
            this.store.change({ ...report.selection, task: "", ...view }, true);
        }
        this.store.listen(() => this.draw());
        listenForTheme(() => this.draw());
        this.watchWidth();
        listenForFiles(byId("file") as HTMLInputElement, (files) => void this.taking.take(files));
        addEventListener("beforeprint", () => noteForPaper(this.store.state, this.present().title));
        this.draw();
    }

    private watchWidth(): void {
        let width = 0;
        new ResizeObserver(([entry]) => {
            const now = Math.round(entry?.contentRect.width ?? 0);
            if (Math.abs(now - width) > 8) this.draw();
            width = now;
        }).observe(byId("view"));
    }

    private present(): { id: string; title: string; page: Page } {
        const { view } = this.store.state;
        const id = this.pages.has(view) ? view : "predictions";
        return { id, ...(this.pages.get(id) as { title: string; page: Page }) };
    }

    private reread(): void {
        this.networks = this.engine.networks();
        this.platforms = this.engine.platforms();
    }

    private get measured(): Measured[] {
        return [...this.published, ...this.own.measured()];
    }

    /// A state without networks and devices that nothing knows, such as one from an old link.
    private known(state: State): State {
        const { measured } = this;
        const networks = new Set([...this.networks, ...measured].map((one) => one.network));
        const listed = this.platforms.map(deviceOf);
        const devices = new Set([
            ...listed,
            ...[...this.platforms, ...measured].flatMap((one) => [one.platform, deviceOf(one)]),
        ]);
        const all = state.platforms.includes("all") ? distinct(listed) : state.platforms;
        const lost = [...state.networks.filter((one) => !networks.has(one)), ...all.filter((one) => !devices.has(one))];
        if (lost.length) tell(`This page does not know ${lost.join(", ")}; drop the file it came from to see it.`);
        return {
            ...state,
            networks: state.networks.filter((one) => networks.has(one)),
            platforms: all.filter((one) => devices.has(one)),
            calibration: this.own.ids("calibration").includes(state.calibration) ? state.calibration : "",
        };
    }

    private draw(): void {
        const { state } = this.store;
        const { measured, networks, platforms } = this;
        this.controls.show(state, networks, platforms, measured, this.own.ids("calibration"));
        const { id, title, page } = this.present();
        const place = byId("view");
        this.tabs.show(id, place);
        document.title = id === "predictions" || id === "report" ? this.title : `${title} – ${this.title}`;
        if (place.firstElementChild !== page.element) place.replaceChildren(page.element);
        try {
            const question = this.questionOf(state);
            const answer = question.networks.length ? this.engine.view(question) : nothing;
            paint(
                distinct([...answer.rows.map(deviceOf), ...state.platforms]),
                distinct([...answer.rows.map(networkOf), ...state.networks]),
            );
            const width = place.clientWidth - 32;
            page.draw({
                engine: this.engine,
                store: this.store,
                state,
                question,
                networks,
                platforms,
                answer,
                measured,
                width,
            });
        } catch (wrong) {
            tellError("This cannot be predicted", (wrong as Error).message);
        }
        noteForPaper(state, title);
        const { dataset } = document.documentElement;
        void page.done().then(() => (dataset.drawn = String(Number(dataset.drawn ?? 0) + 1)));
    }

    /// The selection as the library is asked for it: without what was only measured.
    private questionOf(state: State): ReturnType<typeof questionOf> {
        const networks = new Set(this.networks.map((one) => one.network));
        const devices = new Set(this.platforms.flatMap((one) => [one.platform, deviceOf(one)]));
        return questionOf({
            ...state,
            networks: state.networks.filter((one) => networks.has(one)),
            platforms: state.platforms.filter((one) => devices.has(one)),
        });
    }

    /// Shows what a dropped file was read as.
    private open(read: Read): void {
        this.reread();
        const { networks, platforms } = this.store.state;
        if (read.kind === "network")
            this.store.change({ view: "layers", network: read.id, networks: distinct([...networks, read.id]) });
        else if (read.kind === "platform") {
            const devices = distinct(this.platforms.filter((one) => one.platform === read.id).map(deviceOf));
            const host = this.platforms.some((one) => one.platform === read.id && /^(bf16|fp16)$/.test(one.datatype));
            this.store.change({
                view: "platforms",
                platforms: distinct([...platforms, ...devices]),
                second: devices[0] ?? read.id,
                ...(host ? { host: read.id } : {}),
            });
        } else if (read.kind === "calibration") {
            this.store.change({ view: "predictions", calibration: read.id });
            tell(`Devices that ${read.id} is of are predicted as they were measured.`);
        } else
            this.store.change({
                view: "efficiency",
                task: "",
                networks: distinct([...networks, ...read.rows.map((row) => row.network)]),
                platforms: distinct([...platforms, ...read.rows.map(deviceOf)]),
            });
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
    .then(async (engine) => {
        const report = embeddedReport();
        load(report, engine);
        if (report.title) document.title = `${report.title} – qutibench`;
        await new Portal(engine, report).start();
        if (isNewcomer()) startTour();
    })
    .catch((wrong) => tellError("The library could not be started", (wrong as Error).message));
