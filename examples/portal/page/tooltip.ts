// SPDX-License-Identifier: BSD-3-Clause
// What charts say of the mark under the pointer.
import { el } from "./dom";

const box = el("div", { id: "tooltip", role: "status", hidden: true });

/// Shows an object's entries as lines, next to the pointer; nothing hides it.
export function showTooltip(_handler: unknown, event: MouseEvent, _item: unknown, value: unknown): void {
    if (value === null || value === undefined || typeof value !== "object") {
        box.hidden = true;
        return;
    }
    if (!box.isConnected) document.body.append(box);
    const lines = Object.entries(value as Record<string, unknown>).filter(([, text]) => text !== "" && text !== null);
    box.replaceChildren(...lines.map(([name, text]) => el("div", {}, el("span", {}, name), el("b", {}, String(text)))));
    box.hidden = false;
    const left = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8);
    const top =
        event.clientY + 18 + box.offsetHeight > innerHeight
            ? event.clientY - box.offsetHeight - 10
            : event.clientY + 18;
    box.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
}
