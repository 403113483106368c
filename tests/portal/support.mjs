// SPDX-License-Identifier: BSD-3-Clause
// A browser with the page open, and what_if to compare it with.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const page = join(root, "build/portal.html");
export const shots = join(root, "build/portal");

const packages = createRequire(join(root, "build/portal/node_modules/of.js"));
const { chromium } = packages("playwright-core");
const program = process.env.WHAT_IF ?? join(root, "build/release/bin/what_if");
const browsers = ["chromium", "chromium-browser", "google-chrome"];

/// The script of axe-core, which finds what keeps people out of a page.
export const axe = join(root, "build/portal/node_modules/axe-core/axe.min.js");
export const typescript = join(root, "build/portal/node_modules/.bin/tsc");

/// What what_if prints as JSON.
export function whatIf(...words) {
    return JSON.parse(
        execFileSync(program, [...words, "--format", "json"], {
            cwd: root,
            maxBuffer: 1 << 28,
            stdio: ["ignore", "pipe", "ignore"],
        }),
    );
}

/// Runs what_if; its exit status and the message after its name.
export function whatIfFails(...words) {
    const { status, stderr } = spawnSync(program, words, { cwd: root, encoding: "utf8" });
    return { status, message: stderr.trim().replace(/^what_if: /, "") };
}

/// Runs what_if for its files; throws when it fails.
export function whatIfDoes(...words) {
    execFileSync(program, words, { cwd: root, stdio: "ignore" });
}

export async function launch() {
    const executablePath =
        process.env.CHROMIUM ?? browsers.map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
    if (!executablePath) throw new Error("no Chromium; set CHROMIUM to the path of one");
    return chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu"],
        ignoreDefaultArgs: ["--hide-scrollbars"],
    });
}

/// Opens the page and waits until it has drawn. `noise` collects what should not happen: errors, warnings, requests.
export async function open(browser, { hash = "", file = page, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
    const tab = await context.newPage();
    tab.setDefaultTimeout(60_000);
    tab.noise = [];
    tab.on("console", (message) => tab.noise.push(`${message.type()}: ${message.text()}`));
    tab.on("pageerror", (wrong) => tab.noise.push(`error: ${wrong.message}`));
    tab.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.isNavigationRequest())
            tab.noise.push(`request: ${request.url()}`);
    });
    await tab.goto(pathToFileURL(file).href + hash);
    await tab.evaluate(() => window.qutibench.ready);
    await drawn(tab);
    return tab;
}

/// Opens the page again, as a later visit does.
export async function reload(tab) {
    await tab.reload();
    await tab.evaluate(() => window.qutibench.ready);
    await drawn(tab);
}

/// `test` with the page open; nothing may go wrong in it.
export const visitor = (browser) => (title, options, body) =>
    test(title, async () => {
        const tab = await open(browser(), options);
        await body(tab);
        assert.deepEqual(tab.noise, []);
        await tab.context().close();
    });

/// The views that a selection fills.
export const views = [
    "predictions",
    "compare",
    "roofline",
    "heatmap",
    "frontier",
    "layers",
    "networks",
    "platforms",
    "efficiency",
    "scorecard",
    "language",
];

/// The rows that a table shows, by the keys of its columns; of the view's last table unless one is named.
export const records = (tab, caption = "") =>
    tab.evaluate((caption) => {
        const tables = [...document.querySelectorAll("#view .table")];
        const table = caption ? tables.find((one) => one.querySelector("h2").textContent === caption) : tables.at(-1);
        return [...table.querySelectorAll("tbody tr")].map((row) =>
            Object.fromEntries([...row.cells].map((one) => [one.dataset.key, one.textContent])),
        );
    }, caption);

/// A figure as the page prints it.
export const number = (text) => Number(text.replaceAll("\u202f", ""));

/// Whether a printed figure is this one, to its four digits.
export function close(text, value, message = "") {
    assert.ok(Math.abs(number(text) / value - 1) < 6e-4, `${message}: ${text} for ${value}`);
}

/// Waits until the page has drawn whatever it was asked for.
export async function drawn(tab) {
    await tab.evaluate(async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        let before;
        do {
            before = document.documentElement.dataset.drawn;
            for (let i = 0; i < 4; i++) await frame();
        } while (
            before !== document.documentElement.dataset.drawn ||
            !before ||
            document.body.classList.contains("reading")
        );
    });
}

export async function view(tab, name) {
    await tab.click(`#tab-${name}`);
    await drawn(tab);
}

/// Drops a file from memory on the page, as a visitor would.
export async function drop(tab, name, content) {
    const data = await tab.evaluateHandle(
        ([name, base64]) => {
            const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name));
            return data;
        },
        [name, Buffer.from(content).toString("base64")],
    );
    await tab.dispatchEvent("body", "drop", { dataTransfer: data });
    await tab.waitForFunction(() => !document.body.classList.contains("reading"));
    await drawn(tab);
}

export const fromRoot = (path) => readFile(join(root, path));

/// What the charts and tables of the present view hold.
export const contents = (tab) =>
    tab.evaluate(() =>
        [...document.querySelectorAll("#view .chart, #view tbody")].map((one) => {
            const canvas = one.querySelector("canvas");
            return canvas ? canvas.toDataURL() : one.innerHTML.replace(/(clip|gradient_)\d+/g, "$1");
        }),
    );
