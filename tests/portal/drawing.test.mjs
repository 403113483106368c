// SPDX-License-Identifier: BSD-3-Clause
// A network drawn as a graph: its layers, their colours, zoom, search and the row of one.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { drawn, drop, fromRoot, launch, open, shots, view, whatIf } from "./support.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());

const visit = (title, hash, body, options = {}) =>
    test(title, async () => {
        const tab = await open(browser, { hash, ...options });
        await view(tab, "drawing");
        await body(tab);
        assert.deepEqual(tab.noise, []);
        await tab.context().close();
    });

const boxes = (tab) =>
    tab.evaluate(() =>
        [...document.querySelectorAll(".drawing [data-layer]")].map((box) => ({
            title: box.querySelector("title").textContent,
            fill: box.querySelector("rect").getAttribute("fill"),
            place: box.getAttribute("transform"),
            isFound: box.classList.contains("found"),
        })),
    );
const row = (tab) =>
    tab.evaluate(() =>
        Object.fromEntries(
            [...document.querySelectorAll("#view .cards div")].map((one) => [
                one.querySelector("dt").textContent,
                one.querySelector("dd").textContent,
            ]),
        ),
    );
const window = (tab) => tab.evaluate(() => document.querySelector(".drawing").getAttribute("viewBox").split(" ").map(Number));

visit("every layer that works has a box of its own", "#networks=cnv&platforms=zcu104_dpu", async (tab) => {
    const { layers } = whatIf("analyze", "cnv", "--layers");
    await tab.getByLabel("Every layer").check();
    await drawn(tab);
    const all = await boxes(tab);
    assert.equal(all.length, layers.length);
    assert.equal(new Set(all.map((one) => one.place)).size, all.length);
    for (const layer of layers) assert.ok(all.some((one) => one.title.startsWith(`${layer.name}: ${layer.type}`)));
    await tab.screenshot({ path: join(shots, "drawing_cnv.png") });
});

visit("colours are shares of time on the device, or of operations", "#networks=resnet50&platforms=zcu104_dpu,ncs2", async (tab) => {
    const byTime = (await boxes(tab)).map((one) => one.fill);
    await tab.getByLabel("Coloured by").selectOption("operations");
    await drawn(tab);
    const byWork = (await boxes(tab)).map((one) => one.fill);
    assert.equal(byWork.length, byTime.length);
    assert.notDeepEqual(byWork, byTime);
    assert.match(await tab.locator("#view .note").first().textContent(), /operations/);
    await tab.getByLabel("Device", { exact: true }).selectOption("ncs2");
    await tab.getByLabel("Coloured by").selectOption("time_s");
    await drawn(tab);
    assert.match(await tab.locator("#view .note").first().textContent(), /time on ncs2/);
    await tab.screenshot({ path: join(shots, "drawing_resnet50.png") });
});

visit("search finds layers, and a click or the Enter key shows one", "#networks=resnet50&platforms=zcu104_dpu", async (tab) => {
    const { layers } = whatIf("analyze", "resnet50", "--layers");
    const dense = layers.find((one) => one.type === "dense");
    await tab.getByLabel("Search layers").fill("dense");
    assert.deepEqual(
        (await boxes(tab)).filter((one) => one.isFound).map((one) => one.title.split(":")[0]),
        [dense.name],
    );
    const before = await window(tab);
    await tab.getByLabel("Search layers").press("Enter");
    assert.notDeepEqual(await window(tab), before);
    const shown = await row(tab);
    assert.equal(shown.Layer, dense.name);
    assert.equal(shown["MACs [G]"], String(dense.macs / 1e9));
    assert.match(shown["Share of time"], /%$/);
    await tab.getByLabel("Show all of it").click();
    await tab.locator(".drawing [data-layer]").nth(1).click();
    assert.notEqual((await row(tab)).Layer, dense.name);
});

visit("wheel, keys and dragging move the window", "#networks=cnv&platforms=zcu104_dpu", async (tab) => {
    const [, , span] = await window(tab);
    const { x, y } = await tab.locator(".drawing").boundingBox();
    await tab.mouse.move(x + 100, y + 100);
    await tab.mouse.wheel(0, -200);
    await tab.waitForFunction((span) => Number(document.querySelector(".drawing").getAttribute("viewBox").split(" ")[2]) < span, span);
    const near = await window(tab);
    await tab.mouse.down();
    await tab.mouse.move(x + 160, y + 140);
    await tab.mouse.up();
    const moved = await window(tab);
    assert.ok(moved[0] < near[0] && moved[1] < near[1]);
    await tab.locator(".drawing").press("ArrowRight");
    assert.ok((await window(tab))[0] > moved[0]);
});

visit("a dropped model is drawn with its own names", "#networks=cnv&platforms=zcu104_dpu", async (tab) => {
    await drop(tab, "mobilevit_s.onnx", await fromRoot("tests/data/onnx/mobilevit_s.onnx"));
    await view(tab, "drawing");
    await tab.getByLabel("Network to draw").selectOption("mobilevit_s");
    await drawn(tab);
    const all = await boxes(tab);
    assert.ok(all.length > 100, `${all.length} boxes`);
    await tab.screenshot({ path: join(shots, "drawing_mobilevit.png") });
});

visit("a network without layers says so", "#networks=resnet50_pruned_80&platforms=zcu104_dpu", async (tab) => {
    assert.equal((await boxes(tab)).length, 0);
    assert.match(await tab.locator("#view .note").first().textContent(), /only totals/);
});
