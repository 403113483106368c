// SPDX-License-Identifier: BSD-3-Clause
// The page as a visitor has it: every view, the selection, and figures against what_if's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
    close,
    contents,
    drawn,
    fromRoot,
    launch,
    number,
    open,
    page,
    records,
    root,
    shots,
    typescript,
    view,
    views,
    visitor,
    whatIf,
} from "./support.mjs";

const selecting = views.filter((one) => one !== "language");
const elsewhere = { networks: ["cnv", "mlp"], platforms: ["zcu104_finn", "zcu104_dpu", "edgetpu:slow"] };
const hashOf = ({ networks, platforms }, more = "") => `#networks=${networks}&platforms=${platforms}${more}`;

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());
const visit = visitor(() => browser);

test("one file below 4 MB that names no other host", async () => {
    assert.ok((await stat(page)).size < 4_000_000);
    const text = await readFile(page, "utf8");
    assert.doesNotMatch(text, /<(script|link|img|iframe)[^>]+(src|href)="(?!data:|#)/);
});

test("the sources are strictly typed", () => {
    execFileSync(typescript, ["-p", "examples/portal/tsconfig.json"], { cwd: root, stdio: "inherit" });
});

for (const [look, options] of [
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
])
    visit(`every view renders: ${look}`, { ...options, hash: "#view=predictions" }, async (tab) => {
        for (const name of views) {
            await view(tab, name);
            const drawings = await tab.evaluate(() =>
                [...document.querySelectorAll("#view .chart")].map(
                    (one) => one.querySelectorAll("svg .mark-symbol path, svg .mark-rect path, canvas").length,
                ),
            );
            assert.ok(
                drawings.every((marks) => marks > 0),
                `${name}: charts without marks (${drawings})`,
            );
            assert.ok(drawings.length > 0 || name === "scorecard");
            const { width, room } = await tab.evaluate(() => ({
                width: document.documentElement.scrollWidth,
                room: innerWidth,
            }));
            assert.ok(width <= room, `${name} is ${width} pixels wide on ${room}`);
            await tab.screenshot({ path: join(shots, `${look}_${name}.png`), fullPage: look === "phone" });
        }
    });

visit("a selection changes every chart and table", { hash: "#view=predictions" }, async (tab) => {
    for (const name of selecting) {
        await tab.goto(`${tab.url().split("#")[0]}#view=${name}`);
        await drawn(tab);
        const first = await contents(tab);
        await tab.goto(`${tab.url().split("#")[0]}${hashOf(elsewhere, `&view=${name}&task=cifar10`)}`);
        await drawn(tab);
        const second = await contents(tab);
        assert.equal(second.length, first.length);
        const still = second.filter((one, i) => one === first[i]).length;
        assert.equal(still, 0, `${name}: ${still} of ${first.length} did not change`);
    }
});

visit("the what-if sliders move the charts", { hash: "#view=roofline" }, async (tab) => {
    for (const label of ["Channels kept", "Precision", "Batch", "Clock", "Memory bandwidth"]) {
        const before = await contents(tab);
        const slider = tab.getByLabel(label, { exact: true });
        const value = Number(await slider.inputValue());
        await slider.fill(String(value > 2 ? value - 2 : value + 4));
        await drawn(tab);
        assert.notDeepEqual(await contents(tab), before, label);
        await tab.getByText("Back to the data sheets").click();
        await drawn(tab);
    }
});

/// The rows of a selection, with every column.
async function predictions(tab) {
    const more = tab.locator("#view .table button:has-text('All columns')");
    if (await more.isVisible()) await more.click();
    return records(tab, "Predictions");
}

visit("the further settings say what what_if's options say", { hash: hashOf(elsewhere) }, async (tab) => {
    await tab.getByText("More settings").click();
    const setting = (label) => tab.locator(".settings").getByLabel(label, { exact: true });
    const usual = await predictions(tab);
    for (const [label, value, words] of [
        ["Calls in flight", "3", "--threads 3"],
        ["Devices", "4", "--devices 4 --link 50e9"],
        [
            "Parameters",
            "call_overhead_s=1e-4, compute_efficiency=0.5",
            "--parameter call_overhead_s=1e-4 --parameter compute_efficiency=0.5",
        ],
        ["A call is", "adam", "--training"],
    ]) {
        if (label === "A call is") await setting(label).selectOption(value);
        else {
            await setting(label).fill(value);
            await setting(label).press("Tab");
        }
        await drawn(tab);
        const rows = await predictions(tab);
        const expected = whatIf("estimate", ...elsewhere.networks, "--on", ...elsewhere.platforms, ...words.split(" "));
        assert.equal(rows.length, expected.length, label);
        expected.forEach((row, i) => close(rows[i].throughput_ips, row.throughput_ips, label));
        assert.notDeepEqual(rows, usual, label);
        await tab.getByText("Back to the data sheets").click();
        await drawn(tab);
        assert.deepEqual(await predictions(tab), usual, label);
    }
});

visit("a language model's server answers its sliders as what_if does", { hash: "#view=language" }, async (tab) => {
    const inView = (label) => tab.locator("#view").getByLabel(label, { exact: true });
    // as it stands in the frame after the one that took the change
    const number = (key) =>
        tab.evaluate(async (key) => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            await frame();
            await frame();
            const shown = document.querySelector(`#view td[data-key="${key}"]`).textContent;
            return Number(shown.replaceAll("\u202f", ""));
        }, key);
    await inView("Model").selectOption("gpt_oss_120b");
    await inView("Device").selectOption("b200_sxm");
    await inView("Precision").selectOption("as released");
    await inView("Devices").selectOption("2");
    const users = inView("Users");
    const before = await number("time_per_output_token_s");
    await users.fill("7"); // the eighth stop: 128
    assert.ok((await number("time_per_output_token_s")) > before);
    const [expected] = whatIf(..."serve gpt_oss_120b --on b200_sxm --tensor-parallel 2 --concurrency 128".split(" "));
    for (const [key, scale] of [
        ["time_to_first_token_s", 1e-3],
        ["time_per_output_token_s", 1e-3],
        ["tokens_per_s", 1],
        ["memory_bytes", 1e9],
    ])
        assert.ok(Math.abs((await number(key)) / (expected[key] / scale) - 1) < 6e-4, key);
});

visit("numbers read off the page are what_if's", { hash: hashOf(elsewhere) }, async (tab) => {
    const rows = await predictions(tab);
    const expected = whatIf("estimate", ...elsewhere.networks, "--on", ...elsewhere.platforms);
    assert.equal(rows.length, expected.length);
    expected.forEach((row, i) => {
        for (const key of ["network", "platform", "datatype", "bound"]) assert.equal(rows[i][key], row[key]);
        close(rows[i].throughput_ips, row.throughput_ips);
        close(rows[i].latency_s, row.latency_s * 1e3);
    });
});

visit("the frontier is that of what_if pareto", { hash: hashOf(elsewhere, "&view=frontier") }, async (tab) => {
    const words = ["--maximize", "accuracy_top1", "throughput_ips"];
    const expected = whatIf("pareto", ...elsewhere.networks, "--on", ...elsewhere.platforms, ...words);
    const more = tab.locator("#view .table button:has-text('All columns')");
    if (await more.isVisible()) await more.click();
    assert.deepEqual(
        (await records(tab, "On the frontier")).map((row) => [row.network, row.platform, row.datatype]),
        expected.map((row) => [row.network, row.platform, row.datatype]),
    );
});

visit("the heatmap is the published one but for its two errata", { hash: "#view=heatmap" }, async (tab) => {
    const shown = new Map();
    for (const task of ["imagenet", "cifar10", "mnist"]) {
        await tab.selectOption("#selection select >> nth=0", task);
        await drawn(tab);
        for (const row of await records(tab, "Published cells"))
            shown.set(`${row.platform} ${row.network_datatype}`, number(row.inputs_per_second));
    }
    const published = (await fromRoot("data/measurements/figures_6_3_to_6_5_heatmaps.csv"))
        .toString()
        .trim()
        .split("\n");
    const columns = published[0].split(",");
    const at = (name) => columns.indexOf(name);
    const printed = published.slice(1).map((line) => line.split(","));
    const close = printed.filter((line) => {
        const value = shown.get(`${line[at("platform")]} ${line[at("network_datatype")]}`);
        return Math.abs(value / Number(line[at("inputs_per_second")]) - 1) <= 0.005;
    });
    assert.equal(printed.length, 147);
    assert.equal(close.length, 145);
});

test("twenty networks on forty devices stay readable", async () => {
    const tab = await open(browser, { hash: "#view=predictions" });
    const many = await tab.evaluate(() => {
        const networks = window.qutibench.networks().filter((one) => one.task === "imagenet");
        const devices = window.qutibench
            .platforms()
            .map((one) => (one.mode ? `${one.platform}:${one.mode}` : one.platform));
        return {
            networks: networks.slice(0, 20).map((one) => one.network),
            platforms: [...new Set(devices)].filter((_, i) => i % 6 === 0).slice(0, 40),
        };
    });
    await tab.goto(`${tab.url().split("#")[0]}${hashOf(many, "&datatypes=int8")}`);
    await drawn(tab);
    const texts = (role) => tab.locator(`#view .chart .${role} text`).allTextContents();
    const labels = await texts("role-axis-label");
    for (const one of many.networks) assert.ok(labels.includes(one), `${one} has no line`);
    await tab.screenshot({ path: join(shots, "many_predictions.png") });
    for (const name of ["frontier", "layers", "heatmap", "compare", "efficiency", "scorecard", "platforms"]) {
        await view(tab, name);
        assert.doesNotMatch(await tab.textContent("#view"), /could not be drawn/, name);
        const { width, room } = await tab.evaluate(() => ({
            width: document.documentElement.scrollWidth,
            room: innerWidth,
        }));
        assert.ok(width <= room, `${name} is ${width} pixels wide`);
        await tab.screenshot({ path: join(shots, `many_${name}.png`), fullPage: true });
    }
    await tab.context().close();
});

test("a change is answered for a hundred devices and twenty networks", async () => {
    const tab = await open(browser, { hash: "#view=predictions" });
    const figures = await tab.evaluate(() => {
        const platforms = [
            ...new Set(
                window.qutibench.platforms().map((one) => (one.mode ? `${one.platform}:${one.mode}` : one.platform)),
            ),
        ].slice(0, 100);
        const networks = window.qutibench
            .networks()
            .map((one) => one.network)
            .slice(0, 20);
        const times = [];
        let rows = 0;
        for (let i = 0; i < 9; i++) {
            const start = performance.now();
            rows = window.qutibench.estimate({ networks, platforms, datatypes: ["int8"], batches: [i + 1] }).length;
            times.push(performance.now() - start);
        }
        const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
        return { rows, median: times.sort((a, b) => a - b)[4], paint };
    });
    console.log(
        `# ${figures.rows} predictions in ${figures.median.toFixed(1)} ms, first paint after ` +
            `${figures.paint?.toFixed(0)} ms`,
    );
    assert.ok(figures.rows > 1000);
    await tab.context().close();
});
