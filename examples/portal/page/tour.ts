// SPDX-License-Identifier: BSD-3-Clause
// Three steps for the newcomer.
import { byId, el } from "./dom";

const steps: [string, string, string][] = [
    [
        "panel",
        "Choose what to compare",
        "Networks, devices and datatypes; the sliders ask what if: pruned further, quantised, a faster clock, more " +
            "bandwidth. Every view follows at once.",
    ],
    [
        "tabs",
        "Look at it from all sides",
        "Rooflines say what holds a design back, heatmaps and frontiers which to build, efficiency " +
            "what was attained when somebody measured.",
    ],
    [
        "drop",
        "Bring your own network",
        "Drop an ONNX file anywhere on the page. It is read here, in this tab; nothing is uploaded. " +
            "Platform files and " +
            "the output of device runners work too.",
    ],
];

const seen = "qutibench-tour";

function remember(): void {
    try {
        localStorage.setItem(seen, "1");
    } catch {
        // Pages from files may have no storage; then the tour only starts when it is asked for.
    }
}

/// Whether somebody has been here before, or comes with a selection of their own.
export function isNewcomer(): boolean {
    try {
        return !localStorage.getItem(seen) && !location.hash;
    } catch {
        return false;
    }
}

export function startTour(at = 0): void {
    document.querySelector(".tour")?.remove();
    document.querySelectorAll(".toured").forEach((one) => one.classList.remove("toured"));
    const step = steps[at];
    remember();
    if (!step) return;
    const [id, title, text] = step;
    const target = byId(id);
    target.classList.add("toured");
    const next = el(
        "button",
        { class: "primary", type: "button", onclick: () => startTour(at + 1) },
        at + 1 < steps.length ? "Next" : "Done",
    );
    const box = el(
        "div",
        { class: "tour", role: "dialog", "aria-label": title },
        el("small", {}, `${at + 1} of ${steps.length}`),
        el("strong", {}, title),
        el("p", {}, text),
        el(
            "div",
            {},
            next,
            el("button", { class: "plain", type: "button", onclick: () => startTour(steps.length) }, "Leave"),
        ),
    );
    box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") startTour(steps.length);
    });
    document.body.append(box);
    stand(box, target.getBoundingClientRect());
    next.focus({ preventScroll: true });
}

/// Places a step beside what it is about; in the middle where that is out of sight, for the page itself stays put.
function stand(box: HTMLElement, around: DOMRect): void {
    const { offsetHeight: height, offsetWidth: width } = box;
    const isSeen = around.bottom > 40 && around.top < innerHeight - 40;
    const below = around.bottom + 12 + height < innerHeight;
    const top = below ? around.bottom + 12 : around.top;
    const left = below ? around.left : around.right + 12;
    const inside = (at: number, room: number): number => Math.max(12, Math.min(at, room - 12));
    box.style.top = `${isSeen ? inside(top, innerHeight - height) : (innerHeight - height) / 2}px`;
    box.style.left = `${isSeen ? inside(left, innerWidth - width) : (innerWidth - width) / 2}px`;
}
