// SPDX-License-Identifier: BSD-3-Clause
// Tables, sources, saved charts, paper: what people take away from the page.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { drawn, launch, number, open, records, shots, view, views, visitor, whatIf, whatIfDoes } from "./support.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());
const visit = visitor(() => browser);

visit("tables sort, filter and search", { hash: "#view=platforms" }, async (tab) => {
    const rows = () => records(tab, "All devices");
    const only = (heading) => tab.getByLabel(`${heading}: only`);
    const search = tab.getByLabel("Search: All devices");
    await tab.click("#view thead [data-key=peak_ops_per_s] button");
    const peaks = (await rows()).map((row) => number(row.peak_ops_per_s));
    assert.deepEqual(
        peaks,
        [...peaks].sort((a, b) => b - a),
    );
    await only("Datatype").selectOption("int8");
    await search.fill("jetson orin");
    const orins = await rows();
    assert.ok(orins.length > 0 && orins.every((row) => row.datatype === "int8" && /orin/.test(row.platform)));
    await search.fill("rpi5");
    assert.ok((await rows()).every((row) => row.platform.startsWith("raspberry_pi_5")));
    await search.fill("h100_sxm");
    assert.equal(Math.round(number((await rows())[0].attained_share)), 38); // of the peak, in MLPerf
    await tab.click("#view td[data-key=attained_share] button");
    assert.match(await tab.textContent("#explain"), /MLPerf/);
    await tab.keyboard.press("Escape");
    await search.fill("");
    await only("Vendor").selectOption("Intel");
    await only("Year").selectOption("2024");
    const chosen = await rows();
    assert.ok(chosen.length > 0 && chosen.every((row) => row.vendor === "Intel" && row.year === "2024"));
    await only("Vendor").selectOption("");
    await only("Year").selectOption("");
    await search.fill("jetson orin");
    const saving = tab.waitForEvent("download");
    await tab.click("text=Download CSV");
    const saved = await readFile(await (await saving).path(), "utf8");
    assert.equal(saved.trim().split("\n").length, orins.length + 1);
});

visit(
    "no table has a cut edge without a scrollbar, and its first column stays",
    { hash: "#view=predictions" },
    async (tab) => {
        for (const name of views) {
            await view(tab, name);
            const tables = await tab.evaluate(() =>
                [...document.querySelectorAll("#view .scroll")].map((one) => {
                    one.scrollLeft = 200;
                    const first = one.querySelector("tbody th");
                    return {
                        over: one.scrollWidth - one.clientWidth,
                        bar: one.offsetHeight - one.clientHeight,
                        first: first ? first.getBoundingClientRect().left - one.getBoundingClientRect().left : 0,
                    };
                }),
            );
            for (const { over, bar, first } of tables) {
                assert.ok(over <= 0 || bar > 0, `${name}: ${over} pixels are cut off`);
                assert.ok(Math.abs(first) < 2, `${name}: the first column went ${first}`);
            }
            if (name !== "scorecard" && name !== "language")
                assert.ok(
                    tables.every(({ over }) => over <= 0),
                    `${name} at 1400 pixels: ${JSON.stringify(tables)}`,
                );
        }
    },
);

visit("on a phone a row is a card", { hash: "#view=platforms", viewport: { width: 390, height: 844 } }, async (tab) => {
    const card = tab.locator("#view .table tbody tr").first();
    const box = await card.boundingBox();
    assert.ok(box.height > 100 && box.width <= 390);
    await tab.getByLabel("Sort by").selectOption("peak_ops_per_s");
    const [first, second] = (await records(tab)).map((row) => number(row.peak_ops_per_s));
    assert.ok(first >= second);
});

visit(
    "a figure says where it comes from, to keys and to touch",
    { hash: "#view=platforms", hasTouch: true },
    async (tab) => {
        const source = tab.locator("#view td[data-key=peak_ops_per_s] button").first();
        await source.focus();
        await tab.keyboard.press("Enter");
        assert.equal(await tab.isVisible("#explain"), true);
        assert.ok((await tab.textContent("#explain li")).length > 10);
        await tab.keyboard.press("Escape");
        assert.equal(await tab.isVisible("#explain"), false);
        assert.equal(await source.evaluate((one) => one === document.activeElement), true);
        await source.tap();
        assert.equal(await tab.isVisible("#explain"), true);
        await tab.tap("#explain button");
        await view(tab, "predictions");
        await tab.click("#view td[data-key=throughput_ips] button");
        assert.match(await tab.textContent("#explain"), /weights are read from off-chip memory/);
        assert.equal(await tab.locator("#view [title], #panel [title]").count(), 0);
    },
);

visit("every chart is saved as PNG, SVG and CSV", { hash: "#view=predictions" }, async (tab) => {
    const save = async (button) => {
        const saving = tab.waitForEvent("download");
        await button.click();
        return readFile(await (await saving).path());
    };
    for (const name of [...views.filter((one) => one !== "scorecard"), "drawing"]) {
        await view(tab, name);
        const charts = tab.locator("#view .saves");
        assert.ok((await charts.count()) > 0, name);
        for (const chart of await charts.all()) {
            const picture = await save(chart.getByText("PNG"));
            assert.deepEqual(
                [...picture.subarray(1, 4)],
                [..."PNG"].map((one) => one.charCodeAt(0)),
                name,
            );
            assert.ok(picture.length > 5000, `${name}: ${picture.length} bytes`);
            const drawing = (await save(chart.getByText("SVG"))).toString();
            assert.match(drawing, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
            assert.match(drawing, /qutibench, \d{4}-\d\d-\d\d/);
            const lines = (await save(chart.getByText("CSV"))).toString().trim().split("\n");
            assert.ok(lines.length > 1, `${name}: no rows`);
        }
    }
});

visit(
    "one network is ranked over all devices as what_if ranks them",
    { hash: "#view=layers&network=resnet50" },
    async (tab) => {
        await tab.click("#view .table button:has-text('Show all')");
        const rows = (await records(tab, "Every device, ranked")).filter((row) => row.rank !== "unranked");
        assert.ok(rows.length > 200);
        const rates = rows.map((row) => number(row.throughput_ips));
        assert.deepEqual(
            rates,
            [...rates].sort((a, b) => b - a),
        );
        assert.equal(rows[0].rank, "1");
        const [best] = whatIf("estimate", "resnet50", "--on", rows[0].platform).sort(
            (a, b) => b.throughput_ips - a.throughput_ips,
        );
        assert.ok(Math.abs(rates[0] / best.throughput_ips - 1) < 6e-4);
    },
);

visit(
    "two devices stand side by side with the difference",
    { hash: "#view=compare&first=ncs2&second=edgetpu:fast&networks=resnet50,mobilenet_v1" },
    async (tab) => {
        const [row] = await records(tab, "By network, each in its fastest datatype");
        const fastest = (platform) =>
            Math.max(...whatIf("estimate", "resnet50", "--on", platform).map((one) => one.throughput_ips));
        const [first, second] = [fastest("ncs2"), fastest("edgetpu:fast")];
        assert.ok(Math.abs(number(row.throughput_ips_first) / first - 1) < 6e-4);
        assert.equal(row.throughput_ips_difference, `+${((second / first - 1) * 100).toFixed(0)} %`);
        await tab.selectOption("#view select >> nth=1", "ncs2");
        await drawn(tab);
        const [same] = await records(tab, "By network, each in its fastest datatype");
        assert.equal(same.throughput_ips_difference, "0.0 %");
    },
);

visit(
    "the longest bar of a scorecard is the best value",
    { hash: "#view=scorecard&platforms=ncs2,edgetpu:fast" },
    async (tab) => {
        const widths = await tab.evaluate(() =>
            Object.fromEntries(
                [...document.querySelectorAll("[aria-label=Scorecard] tbody tr:not(.criterion)")].map((row) => [
                    row.querySelector("th").textContent,
                    [...row.querySelectorAll("td")].map((one) => [
                        one.textContent,
                        parseFloat(one.querySelector(".bar").style.width),
                    ]),
                ]),
            ),
        );
        const [slow, , fast] = widths["latency [ms] ↓"];
        assert.equal(slow[0], "7.716");
        assert.equal(fast[1], 100);
        assert.ok(slow[1] < 30);
        const rates = widths["throughput [inputs/s] ↑"];
        assert.ok(rates[2][1] === 100 && rates[0][1] < 30);
        assert.equal(widths["energy [mJ/input] ↓"][0][0], "13.87");
    },
);

visit(
    "what doubling a part buys is what the command line says",
    { hash: "#view=scorecard&platforms=zcu104_dpu,ncs2&execution=layers&placement=optimal" },
    async (tab) => {
        const rows = await tab.evaluate(() =>
            [...document.querySelectorAll("[aria-label='What doubling buys'] tbody tr")].map((row) =>
                [...row.cells].map((one) => one.textContent),
            ),
        );
        const options = ["--datatype", "int8", "--execution", "layers", "--placement", "optimal"];
        const [own, ...parts] = whatIf("sensitivity", "resnet50", "--on", "zcu104_dpu", ...options);
        assert.deepEqual(rows[0].slice(0, 2), ["bound, as it is", own.bound]);
        const expected = parts.map((one) => [one.meaning, `× ${one.gain.toFixed(2)}`]);
        assert.deepEqual(
            rows.slice(1).map((row) => row.slice(0, 2)),
            expected,
        );
        assert.ok(parts.some((one) => one.gain > 1.05));
        assert.ok(rows.every((row) => row.length === rows[0].length && row.length > 2));
        await tab.locator("[aria-label='What doubling buys']").scrollIntoViewIfNeeded();
        await tab.screenshot({ path: join(shots, "doubling.png") });
    },
);

visit("paper is light and without controls", { colorScheme: "dark", hash: "#view=roofline" }, async (tab) => {
    await tab.emulateMedia({ media: "print" });
    await drawn(tab);
    assert.equal(await tab.evaluate(() => document.documentElement.dataset.theme), "light");
    assert.equal(await tab.isVisible("#panel"), false);
    assert.equal(await tab.isVisible("#view .chart"), true);
    assert.equal(await tab.isVisible(".saves"), false);
    const head = await tab.innerText("#paper");
    assert.match(head, /View\s+Roofline/);
    assert.match(head, /Networks\s+resnet50, googlenet_v1, mobilenet_v1/);
    assert.match(head, /Devices\s+zcu104_dpu/);
    assert.match(head, new RegExp(new Date().toISOString().slice(0, 10)));
    await tab.pdf({ path: join(shots, "print_roofline.pdf") });
});

test("what_if report puts its rows into the page", async () => {
    const out = join(shots, "report.html");
    whatIfDoes(
        "report",
        "tests/data/onnx/ts_resnet18.onnx",
        "cnv",
        "--on",
        "ncs2",
        "tests/data/my_board.json",
        "--dim",
        "batch=1",
        "--title",
        "A </script><b> title",
        "-o",
        out,
    );
    const tab = await open(browser, { file: out });
    assert.equal(await tab.title(), "A </script><b> title – qutibench");
    assert.equal(await tab.getAttribute("#tab-report", "aria-selected"), "true");
    const rows = await records(tab);
    const live = await tab.evaluate(() =>
        window.qutibench.estimate({ networks: ["ts_resnet18", "cnv"], platforms: ["ncs2"] }),
    );
    assert.ok(
        live.every((row) =>
            rows.some(
                (one) => one.network === row.network && one.platform === row.platform && one.datatype === row.datatype,
            ),
        ),
    );
    assert.deepEqual(tab.noise, []);
    await tab.screenshot({ path: join(shots, "light_report.png") });
    await tab.context().close();
    await rm(out);
});
