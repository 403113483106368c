// SPDX-License-Identifier: BSD-3-Clause
// The views' tabs, with the keys that tabs have.
import { el } from "./dom";

export class Tabs {
    private readonly tabs: Map<string, HTMLElement>;

    /// `titles`: of the views by id, in order.
    constructor(
        private readonly bar: HTMLElement,
        titles: [id: string, title: string][],
        private readonly choose: (id: string) => void,
    ) {
        this.tabs = new Map(titles.map(([id, title]) => [id, this.tab(id, title)]));
        bar.replaceChildren(...this.tabs.values());
    }

    /// Marks one as the present view; the element that it names is labelled by it.
    show(now: string, labelled: HTMLElement): void {
        for (const [id, tab] of this.tabs) {
            tab.setAttribute("aria-selected", String(id === now));
            tab.tabIndex = id === now ? 0 : -1;
            if (id !== now) continue;
            labelled.setAttribute("aria-labelledby", tab.id);
            this.bar.scrollLeft = tab.offsetLeft - this.bar.offsetLeft - 60;
        }
    }

    private tab(id: string, title: string): HTMLElement {
        const attributes = { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "view" };
        const tab = el("button", { ...attributes, onclick: () => this.choose(id) }, title);
        tab.addEventListener("keydown", (event) => this.key(event, id));
        return tab;
    }

    private key(event: KeyboardEvent, id: string): void {
        const ids = [...this.tabs.keys()];
        const at = ids.indexOf(id);
        const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: ids.length - 1 - at }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = ids[(at + step + ids.length) % ids.length] as string;
        this.choose(next);
        this.tabs.get(next)?.focus();
    }
}
