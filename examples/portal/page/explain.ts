// SPDX-License-Identifier: BSD-3-Clause
// Where a figure comes from and what was assumed: a panel that touch, keyboard and pointer open alike.
import { el } from "./dom";

const heading = el("h2", {});
const lines = el("ul", {});
const close = el("button", { type: "button", class: "plain", autofocus: true }, "Close");
const panel = el(
    "div",
    { id: "explain", popover: "auto", role: "dialog", "aria-label": "Source" },
    heading,
    lines,
    close,
);
close.addEventListener("click", () => panel.hidePopover());

/// Web addresses in a text as links.
function linked(text: string): (Node | string)[] {
    return text
        .split(/(https?:\/\/[^\s,;)]+)/)
        .map((part) =>
            /^https?:/.test(part) ? el("a", { href: part, target: "_blank", rel: "noopener" }, part) : part,
        );
}

/// Opens the panel with a line for each of the text's; closing it gives the focus back.
export function explain(title: string, text: string): void {
    if (!panel.isConnected) document.body.append(panel);
    heading.textContent = title;
    lines.replaceChildren(
        ...text
            .split("\n")
            .filter(Boolean)
            .map((line) => el("li", {}, ...linked(line))),
    );
    panel.showPopover();
}

/// A figure that opens the panel.
export function explained(shown: string, title: string, text: string): HTMLElement {
    const name = `${shown}: where this comes from`;
    return el(
        "button",
        { type: "button", class: "source", title: null, "aria-label": name, onclick: () => explain(title, text) },
        shown,
    );
}
