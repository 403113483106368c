// SPDX-License-Identifier: BSD-3-Clause
// Elements in one call: el("button", { class: "plain", onclick: close }, "Close").

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

export function el<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[Name] {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === "function") made.addEventListener(key.slice(2), value as EventListener);
        else if (value === true) made.setAttribute(key, "");
        else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
    }
    made.append(...children.filter((one): one is Node | string => Boolean(one)));
    return made;
}

/// A chart, or what stands in for one, under its heading.
export function figure(heading: string | Node, ...content: Child[]): HTMLElement {
    return el("div", { class: "figure" }, typeof heading === "string" ? el("h2", {}, heading) : heading, ...content);
}

/// A heading with what steers its figure beside it.
export function steered(heading: string, ...controls: Child[]): HTMLElement {
    return el("div", { class: "figure-bar" }, el("h2", {}, heading), ...controls);
}

/// The element of the page with this id.
export function byId(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (!found) throw new Error(`the page has no element '${id}'`);
    return found;
}

/// Offers a file.
export function download(name: string, content: Blob): void {
    const link = el("a", { download: name, href: URL.createObjectURL(content) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
