// SPDX-License-Identifier: BSD-3-Clause
// What the page has to say: errors stay until they are closed, and may ask for what a file does not say.
import { byId, el } from "./dom";

interface Field {
    name: string;
    label: string;
    choices?: string[];
}

function place(kind: string, ...content: Node[]): HTMLElement {
    const box = el("div", { class: `message ${kind}`, role: kind === "error" ? "alert" : "status" }, ...content);
    const close = el(
        "button",
        { type: "button", class: "close", "aria-label": "Close", onclick: () => box.remove() },
        "×",
    );
    box.append(close);
    byId("messages").replaceChildren(box);
    return box;
}

export function clearMessages(): void {
    byId("messages").replaceChildren();
}

export function tell(text: string): void {
    place("note", el("p", {}, text));
}

export function tellError(title: string, text: string): void {
    place("error", el("div", {}, el("strong", {}, title), el("p", {}, text)));
}

/// Says after a moment that something takes its time, with a button that stops it; the answer takes that back.
export function tellOfWaiting(text: string, stop: () => void): () => void {
    let box: HTMLElement | undefined;
    const later = setTimeout(() => {
        const button = el("button", { type: "button", class: "primary", id: "stop", onclick: stop }, "Stop");
        box = place("note", el("p", {}, text), button);
    }, 300);
    return () => {
        clearTimeout(later);
        box?.remove();
    };
}

/// An error with a form for what is missing.
export function askFor(
    title: string,
    text: string,
    fields: Field[],
    answer: (given: Record<string, string>) => void,
): void {
    const inputs = fields.map((field) => {
        const list = `choices-${field.name}`;
        return el(
            "label",
            { class: "field inline" },
            el("span", {}, field.label),
            el("input", { name: field.name, list: field.choices ? list : null, autocomplete: "off" }),
            field.choices
                ? el("datalist", { id: list }, ...field.choices.map((one) => el("option", { value: one })))
                : null,
        );
    });
    const form = el("form", {}, ...inputs, el("button", { class: "primary" }, "Read it"));
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        const given = [...new FormData(form)].flatMap(([name, value]) =>
            typeof value === "string" && value.trim() ? [[name, value.trim()]] : [],
        );
        answer(Object.fromEntries(given) as Record<string, string>);
    });
    place("error", el("div", {}, el("strong", {}, title), el("p", {}, text), form));
}
