// SPDX-License-Identifier: BSD-3-Clause
// Light or dark: as the system has it, until the visitor says otherwise.
import { byId } from "./dom";

const system = matchMedia("(prefers-color-scheme: dark)");
let chosen: "light" | "dark" | undefined;

function apply(): void {
    const theme = matchMedia("print").matches ? "light" : (chosen ?? (system.matches ? "dark" : "light"));
    document.documentElement.dataset.theme = theme;
    byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

/// Calls `changed` whenever the theme does; on paper it is light.
export function listenForTheme(changed: () => void): void {
    const update = (): void => {
        apply();
        changed();
    };
    system.addEventListener("change", update);
    matchMedia("print").addEventListener("change", update);
    byId("theme").addEventListener("click", () => {
        chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
        update();
    });
    apply();
}
