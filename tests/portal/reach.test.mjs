// SPDX-License-Identifier: BSD-3-Clause
// Links, history, keys, contrast: the page is in everybody's reach.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { after, before } from "node:test";
import { axe, contents, drawn, launch, open, page, records, root, view, views, visitor } from "./support.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());
const visit = visitor(() => browser);

visit("a view can be sent as a link", {}, async (tab) => {
    await view(tab, "roofline");
    await tab.getByLabel("Batch", { exact: true }).fill("3");
    await tab.click("text=fp16");
    await drawn(tab);
    const url = tab.url();
    assert.match(url, /view=roofline/);
    assert.match(url, /batch=8/);
    assert.match(url, /datatypes=fp16/);
    const other = await open(browser, { hash: url.slice(url.indexOf("#")) });
    assert.deepEqual(await contents(other), await contents(tab));
    await other.context().close();
});

visit(
    "an old or mistyped link still opens",
    { hash: "#networks=resnet50,no_such_net&platforms=zcu104_dpu&batch=x&view=none" },
    async (tab) => {
        assert.match(await tab.textContent("#messages"), /no_such_net/);
        assert.equal((await records(tab)).length, 1);
    },
);

visit("back and forward walk the views and selections", { hash: "#view=predictions" }, async (tab) => {
    const selected = () => tab.getAttribute("#tabs [aria-selected=true]", "id");
    await view(tab, "roofline");
    await tab.click("#selection .chip:has-text('fp16')");
    await drawn(tab);
    await view(tab, "layers");
    await tab.selectOption("#view select", "mobilenet_v1");
    await drawn(tab);
    assert.match(tab.url(), /network=mobilenet_v1/);
    assert.match(await tab.title(), /^One network – /);
    await tab.goBack();
    await drawn(tab);
    assert.equal(await tab.inputValue("#view select"), "resnet50");
    await tab.goBack();
    await drawn(tab);
    assert.equal(await selected(), "tab-roofline");
    assert.match(tab.url(), /datatypes=fp16/);
    await tab.goBack();
    await drawn(tab);
    assert.doesNotMatch(tab.url(), /datatypes/);
    await tab.goBack();
    await drawn(tab);
    assert.equal(await selected(), "tab-predictions");
    await tab.goForward();
    await tab.goForward();
    await drawn(tab);
    assert.match(tab.url(), /view=roofline.*datatypes=fp16/);
});

visit("dragging a slider is one step of the history", { hash: "#view=predictions" }, async (tab) => {
    const before = await tab.evaluate(() => history.length);
    const batch = tab.getByLabel("Batch", { exact: true });
    for (const stop of ["1", "2", "3", "4"]) await batch.fill(stop);
    await drawn(tab);
    assert.equal(await tab.evaluate(() => history.length), before + 1);
    assert.match(tab.url(), /batch=16/);
});

visit("everything is in reach of the keyboard and has a name", { hash: "#view=predictions" }, async (tab) => {
    await tab.focus("#tab-predictions");
    await tab.keyboard.press("ArrowRight");
    await drawn(tab);
    assert.equal(await tab.getAttribute("#tab-compare", "aria-selected"), "true");
    assert.equal(await tab.evaluate(() => document.activeElement?.id), "tab-compare");
    await tab.keyboard.press("End");
    await drawn(tab);
    assert.equal(await tab.getAttribute("#tab-language", "aria-selected"), "true");
    const nameless = await tab.evaluate(() =>
        [...document.querySelectorAll("button, input, select, [role=img], [role=region]")]
            .filter(
                (one) =>
                    !(
                        one.getAttribute("aria-label") ||
                        one.textContent?.trim() ||
                        one.closest("label")?.textContent?.trim()
                    ),
            )
            .map((one) => one.outerHTML),
    );
    assert.deepEqual(nameless, []);
});

for (const [look, options] of [
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
])
    visit(`axe-core finds nothing: ${look}`, { ...options, hash: "#view=predictions" }, async (tab) => {
        await tab.evaluate(readFileSync(axe, "utf8"));
        const wrong = [];
        for (const name of [...views, "drawing"]) {
            await view(tab, name);
            const within = wrong.length || name !== views[0] ? "#view" : "html"; // around it, once is enough
            const { violations } = await tab.evaluate((within) => window.axe.run(within), within);
            for (const { id, nodes } of violations)
                wrong.push(`${name}: ${id} ${nodes[0].html.slice(0, 160)} (${nodes.length})`);
        }
        assert.deepEqual(wrong, []);
    });

/// The least contrast of the texts of charts, of each with what it stands on.
const leastContrast = (tab) =>
    tab.evaluate(() => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const luminance = (colour) => {
            canvas.fillStyle = "#ffffff";
            canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
                .map((one) => one / 255)
                .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const card = luminance(getComputedStyle(document.querySelector("#view .figure")).backgroundColor);
        const all = [];
        for (const chart of document.querySelectorAll("#view .chart")) {
            const cells = [...chart.querySelectorAll(".mark-rect.role-mark path")].filter(
                (one) => one.getAttribute("fill") !== "none",
            );
            const texts = [...chart.querySelectorAll("text")].filter(
                (one) => one.textContent && one.getAttribute("fill-opacity") !== "0",
            );
            for (const text of texts) {
                const box = text.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const below = cells.find((one) => {
                    const { left, right, top, bottom } = one.getBoundingClientRect();
                    return left <= x && x <= right && top <= y && y <= bottom;
                });
                const ground = below ? luminance(below.getAttribute("fill")) : card;
                all.push([contrast(luminance(text.getAttribute("fill")), ground), text.textContent]);
            }
        }
        for (const box of document.querySelectorAll("#view .drawing [data-layer]")) {
            const ground = luminance(box.querySelector("rect").getAttribute("fill"));
            for (const text of box.querySelectorAll("text"))
                all.push([contrast(luminance(text.getAttribute("fill")), ground), text.textContent]);
        }
        return all.sort(([a], [b]) => a - b)[0] ?? [21, ""];
    });

for (const colorScheme of ["light", "dark"])
    visit(
        `texts of charts have a contrast of 4.5: ${colorScheme}`,
        { colorScheme, hash: "#view=predictions" },
        async (tab) => {
            for (const name of [...views, "drawing"]) {
                await view(tab, name);
                const [least, text] = await leastContrast(tab);
                assert.ok(least >= 4.5, `${name}: '${text}' has ${least.toFixed(2)}`);
            }
        },
    );

visit(
    "a newcomer is shown around in three steps, and the page stays where it is",
    { viewport: { width: 1000, height: 500 } },
    async (tab) => {
        await tab.evaluate(() => scrollTo(0, 150));
        const at = await tab.evaluate(() => scrollY);
        for (const step of [1, 2, 3]) {
            assert.match(await tab.textContent(".tour"), new RegExp(`^${step} of 3`));
            const { top, bottom } = await tab.evaluate(() =>
                document.querySelector(".tour").getBoundingClientRect().toJSON(),
            );
            assert.ok(top >= 0 && bottom <= 500);
            await tab.evaluate(() => document.querySelector(".tour .primary").click());
            assert.equal(await tab.evaluate(() => scrollY), at);
        }
        assert.equal(await tab.locator(".tour").count(), 0);
    },
);

visit("the documentation is a link away", {}, async (tab) => {
    const href = await tab.getAttribute("#docs", "href");
    const site = /site_dir: (.*)/.exec(readFileSync(join(root, "docs/site/mkdocs.yml"), "utf8"))[1];
    assert.equal(resolve(dirname(page), href), join(resolve(root, "docs/site", site), "index.html"));
});

visit("a device has one colour in every view", { hash: "#view=predictions" }, async (tab) => {
    const seen = new Map();
    for (const name of ["predictions", "roofline", "frontier", "layers", "platforms", "efficiency"]) {
        await view(tab, name);
        const points = await tab.evaluate(() =>
            [...document.querySelectorAll("#view .chart .mark-symbol path[aria-label]")].flatMap((one) => {
                const device = /(?:device|on): (jetson_tx2:maxp|ncs2|edgetpu:fast)\b/.exec(
                    one.getAttribute("aria-label"),
                )?.[1];
                const colour = [one.getAttribute("fill"), one.getAttribute("stroke")].find(
                    (paint) => paint && !["none", "transparent"].includes(paint),
                );
                return device && colour ? [[device, colour]] : [];
            }),
        );
        assert.ok(points.length > 0, name);
        for (const [device, colour] of points) {
            if (!seen.has(device)) seen.set(device, colour);
            assert.equal(colour, seen.get(device), `${device} in ${name}`);
        }
    }
    assert.equal(new Set(seen.values()).size, 3);
});

visit("legends say what lines and points mean, and roofs bear their names", { hash: "#view=roofline" }, async (tab) => {
    const texts = (role) => tab.locator(`#view .chart .${role} text`).allTextContents();
    const legend = await texts("role-legend");
    for (const one of ["Roof in", "int8", "fp16", "Point", "predicted", "measured"])
        assert.ok(legend.includes(one), one);
    const names = await texts("role-mark");
    for (const one of ["zcu104_dpu int8", "jetson_tx2:maxp fp16", "ncs2 int8"]) assert.ok(names.includes(one), one);
    await view(tab, "frontier");
    const front = await tab.locator("#view .chart .mark-line path").first().getAttribute("d");
    const corners = front
        .slice(1)
        .split("L")
        .map((one) => one.split(",").map(Number));
    const isStep = corners.slice(1).every(([x, y], i) => x === corners[i][0] || y === corners[i][1]);
    assert.ok(isStep && corners.length > 4, front);
});

visit("a point says its name under the pointer", { hash: "#view=predictions" }, async (tab) => {
    for (const name of ["predictions", "layers", "platforms"]) {
        await view(tab, name);
        const point = tab.locator("#view .chart .mark-symbol.role-mark path[aria-label*=ncs2]").first();
        await point.hover({ force: true });
        await tab.waitForFunction(() => document.querySelector("#tooltip")?.textContent.includes("ncs2"));
        await tab.mouse.move(5, 5);
    }
});
