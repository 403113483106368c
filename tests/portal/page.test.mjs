// SPDX-License-Identifier: BSD-3-Clause
// The page as a visitor has it: every view, the selection, files, links, keyboard, paper and phone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { longChain, onnxWithWeights } from "./onnx.mjs";
import {
    contents,
    drawn,
    drop,
    fromRoot,
    launch,
    open,
    page,
    root,
    shots,
    typescript,
    view,
    whatIf,
    whatIfDoes,
} from "./support.mjs";

const views = [
    "predictions",
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
const selecting = views.filter((one) => one !== "language");
const elsewhere = { networks: ["cnv", "mlp"], platforms: ["zcu104_finn", "zcu104_dpu", "edgetpu:slow"] };
const hashOf = ({ networks, platforms }, more = "") => `#networks=${networks}&platforms=${platforms}${more}`;

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());

/// Runs a test with the page open; nothing may go wrong in it.
const visit = (title, options, body) =>
    test(title, async () => {
        const tab = await open(browser, options);
        await body(tab);
        assert.deepEqual(tab.noise, []);
        await tab.context().close();
    });

const cells = (tab, table) =>
    tab.evaluate((table) => {
        const rows = [
            ...document.querySelectorAll(`#view .table:nth-of-type(${table}) tbody tr, #view > div > .table tbody tr`),
        ];
        return rows.map((row) => [...row.cells].map((one) => one.textContent));
    }, table);

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

visit("the further settings say what what_if's options say", { hash: hashOf(elsewhere) }, async (tab) => {
    await tab.getByText("More settings").click();
    const setting = (label) => tab.locator(".settings").getByLabel(label, { exact: true });
    const differing = (expected, rows) =>
        expected.filter((row, i) => Math.abs(Number(rows[i][6].replaceAll("\u202f", "")) / row.throughput_ips - 1) > 6e-4);
    const usual = await cells(tab, 1);
    for (const [label, value, words] of [
        ["Calls in flight", "3", "--threads 3"],
        ["Devices", "4", "--devices 4 --link 50e9"],
        ["Parameters", "call_overhead_s=1e-4, compute_efficiency=0.5", "--parameter call_overhead_s=1e-4 --parameter compute_efficiency=0.5"],
        ["A call is", "adam", "--training"],
    ]) {
        if (label === "A call is") await setting(label).selectOption(value);
        else {
            await setting(label).fill(value);
            await setting(label).press("Tab");
        }
        await drawn(tab);
        const rows = await cells(tab, 1);
        const expected = whatIf("estimate", ...elsewhere.networks, "--on", ...elsewhere.platforms, ...words.split(" "));
        assert.equal(rows.length, expected.length, label);
        assert.deepEqual(differing(expected, rows), [], label);
        assert.notDeepEqual(rows, usual, label);
        await tab.getByText("Back to the data sheets").click();
        await drawn(tab);
        assert.deepEqual(await cells(tab, 1), usual, label);
    }
});

visit("a calibration that is dropped predicts its device", { hash: "#networks=resnet50&platforms=jetson_tx2:maxp" }, async (tab) => {
    const saved = join(shots, "tx2.json");
    whatIfDoes("calibrate", "data/measurements/level3.csv", "--on", "jetson_tx2", "--output", saved);
    const before = await cells(tab, 1);
    await drop(tab, "tx2.json", await readFile(saved));
    const rows = await cells(tab, 1);
    const words = "estimate resnet50 --on jetson_tx2:maxp --calibration".split(" ");
    const [expected] = whatIf(...words, saved);
    assert.notDeepEqual(rows, before);
    assert.ok(Math.abs(Number(rows[0][6].replaceAll("\u202f", "")) / expected.throughput_ips - 1) < 6e-4);
    await rm(saved);
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
    const rows = await cells(tab, 1);
    const expected = whatIf("estimate", ...elsewhere.networks, "--on", ...elsewhere.platforms);
    assert.equal(rows.length, expected.length);
    const number = (text) => Number(text.replaceAll("\u202f", ""));
    expected.forEach((row, i) => {
        const [network, platform, , datatype, , , throughput, latency, , , , , bound] = rows[i];
        assert.deepEqual([network, platform, datatype, bound], [row.network, row.platform, row.datatype, row.bound]);
        assert.ok(
            Math.abs(number(throughput) / row.throughput_ips - 1) < 6e-4,
            `${throughput} for ${row.throughput_ips}`,
        );
        assert.ok(Math.abs((number(latency) * 1e-3) / row.latency_s - 1) < 6e-4, `${latency} for ${row.latency_s}`);
    });
});

visit("the frontier is that of what_if pareto", { hash: hashOf(elsewhere, "&view=frontier") }, async (tab) => {
    const rows = await cells(tab, 1);
    const expected = whatIf(
        "pareto",
        ...elsewhere.networks,
        "--on",
        ...elsewhere.platforms,
        "--maximize",
        "accuracy_top1",
        "throughput_ips",
    );
    assert.deepEqual(
        rows.map(([network, platform, , datatype]) => [network, platform, datatype]),
        expected.map((row) => [row.network, row.platform, row.datatype]),
    );
});

visit("the heatmap is the published one but for its two errata", { hash: "#view=heatmap" }, async (tab) => {
    const shown = new Map();
    for (const task of ["imagenet", "cifar10", "mnist"]) {
        await tab.selectOption("#selection select >> nth=0", task);
        await drawn(tab);
        for (const [figure, platform, network, throughput] of await cells(tab, 1))
            shown.set(`${figure} ${platform} ${network}`, Number(throughput.replaceAll("\u202f", "")));
    }
    const published = (await fromRoot("data/measurements/figures_6_3_to_6_5_heatmaps.csv"))
        .toString()
        .trim()
        .split("\n");
    const columns = published[0].split(",");
    const at = (name) => columns.indexOf(name);
    const printed = published.slice(1).map((line) => line.split(","));
    const close = printed.filter((line) => {
        const value = shown.get(`${line[at("figure")]} ${line[at("platform")]} ${line[at("network_datatype")]}`);
        return Math.abs(value / Number(line[at("inputs_per_second")]) - 1) <= 0.005;
    });
    assert.equal(printed.length, 147);
    assert.equal(close.length, 145);
});

visit("a dropped ONNX file is read, drawn and predicted", {}, async (tab) => {
    await drop(tab, "my network.onnx", await fromRoot("tests/data/onnx/mobilenet_v2.onnx"));
    assert.match(await tab.textContent("#view .cards"), /0\.6015 GOP/);
    assert.equal(await tab.inputValue("#view select"), "my_network");
    assert.ok((await tab.locator("#view .chart").first().locator("path[aria-label]").count()) > 100);
    await view(tab, "roofline");
    assert.match(await tab.textContent("#view .chart"), /my_network/);
});

visit("a bad file is refused in the library's words, and the page lives on", {}, async (tab) => {
    const whole = await fromRoot("tests/data/onnx/resnet50.onnx");
    await drop(tab, "cut.onnx", whole.subarray(0, 5000));
    assert.match(await tab.textContent("#messages"), /cut\.onnx cannot be read.*byte \d+/s);
    await drop(tab, "nothing.csv", "a,b\n1,2\n");
    assert.match(await tab.textContent("#messages"), /nothing\.csv/);
    await drop(tab, "board.json", '{"id": "board", "peaks": []}');
    assert.match(await tab.textContent("#messages"), /board\.json, \/peaks/);
    await drop(tab, "resnet50.onnx", whole);
    assert.equal(await tab.inputValue("#view select"), "resnet50_onnx");
    assert.equal((await tab.textContent("#messages")).trim(), "");
    assert.match(await tab.textContent("#view .cards"), /8\.178 GOP/);
});

visit("a file that takes long can be stopped while the page goes on", {}, async (tab) => {
    const before = await tab.evaluate(() => window.qutibench.networks().length);
    const data = await tab.evaluateHandle(
        ([base64]) => {
            const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "long.onnx"));
            return data;
        },
        [longChain(300_000).toString("base64")],
    );
    await tab.dispatchEvent("body", "drop", { dataTransfer: data });
    await tab.waitForSelector("#stop");
    assert.match(await tab.textContent("#messages"), /Reading long\.onnx/);
    await tab.evaluate(() => document.querySelector("#tab-heatmap").click()); // the page draws meanwhile
    await tab.waitForSelector("#tab-heatmap[aria-selected=true]");
    await tab.waitForSelector("#view .chart path[aria-label]");
    assert.equal(await tab.evaluate(() => document.body.classList.contains("reading")), true);
    await tab.evaluate(() => document.querySelector("#stop").click());
    await tab.waitForFunction(() => !document.body.classList.contains("reading"));
    assert.match(await tab.textContent("#messages"), /long\.onnx was not read: you stopped it\./);
    assert.equal(await tab.evaluate(() => window.qutibench.networks().length), before);
    await drop(tab, "board.json", await fromRoot("tests/data/my_board.json"));
    await drop(tab, "mobilenet_v2.onnx", await fromRoot("tests/data/onnx/mobilenet_v2.onnx"));
    assert.equal(await tab.evaluate(() => window.qutibench.networks().length), before + 1);
    assert.match(await tab.textContent("#view .cards"), /0\.6015 GOP/);
});

visit("what a script tells the library while a file is read is kept", {}, async (tab) => {
    const before = await tab.evaluate(() => window.qutibench.networks().length);
    const [data, model] = await Promise.all(
        ["mobilenet_v2", "resnet50"].map((name) => fromRoot(`tests/data/onnx/${name}.onnx`)),
    );
    await tab.evaluate(
        async ([first, second]) => {
            const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([bytes(first)], "mine.onnx"));
            const how = { bubbles: true, cancelable: true, dataTransfer: dropped };
            document.body.dispatchEvent(new DragEvent("drop", how));
            window.qutibench.analyzeOnnx(bytes(second));
            while (document.body.classList.contains("reading")) await new Promise((done) => setTimeout(done, 20));
        },
        [data.toString("base64"), model.toString("base64")],
    );
    assert.equal(await tab.evaluate(() => window.qutibench.networks().length), before + 2);
});

visit("a file that leaves something open is asked about", {}, async (tab) => {
    await drop(tab, "mine.onnx", await fromRoot("tests/data/onnx/ts_unet.onnx"));
    await tab.fill("#messages input[name=batch]", "1");
    await tab.click("#messages button.primary");
    await tab.waitForFunction(() => document.querySelector("#view select")?.value === "mine");
    await drop(tab, "times.json", await fromRoot("tests/data/adapters/trtexec_times.json"));
    for (const [name, value] of Object.entries({
        network: "resnet50",
        platform: "jetson_tx2",
        datatype: "fp16",
        batch: "1",
    }))
        await tab.fill(`#messages input[name=${name}]`, value);
    await tab.click("#messages button.primary");
    await tab.waitForSelector("#tab-efficiency[aria-selected=true]");
    await drawn(tab);
    const [expected] = whatIf(
        "ingest",
        "tests/data/adapters/trtexec_times.json",
        "--network",
        "resnet50",
        "--on",
        "jetson_tx2",
        "--datatype",
        "fp16",
        "--batch",
        "1",
    );
    await tab.fill("#view .table input[type=search]", "times.json");
    const [row] = await cells(tab, 1);
    assert.ok(Math.abs(Number(row[7]) / expected.measured_throughput_ips - 1) < 1e-3);
    assert.ok(Math.abs(Number(row[10]) / (expected.efficiency * 100) - 1) < 1e-3);
});

visit("of a large model only the structure is read", {}, async (tab) => {
    const bytes = await tab.evaluate(
        async ([head, tail, size]) => {
            const decode = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            let read = 0;
            const file = new File([decode(head), new Uint8Array(size), decode(tail)], "large.onnx");
            const slice = file.slice.bind(file);
            file.slice = (from, to) => ((read += to - from), slice(from, to));
            const data = new DataTransfer();
            data.items.add(file);
            const event = new DragEvent("drop", { bubbles: true, cancelable: true });
            Object.defineProperty(event, "dataTransfer", { value: { files: [file], types: ["Files"] } });
            document.body.dispatchEvent(event);
            await new Promise((done) => setTimeout(done, 100));
            while (document.body.classList.contains("reading")) await new Promise((done) => setTimeout(done, 20));
            return read;
        },
        onnxWithWeights(8192, 8192),
    );
    await drawn(tab);
    assert.equal((await tab.textContent("#messages")).trim(), "");
    assert.match(await tab.textContent("#view .cards"), /0\.1342 GOP/);
    assert.ok(bytes < 2_000_000, `${bytes} bytes were read`);
});

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
        assert.equal((await cells(tab, 1)).length, 1);
    },
);

visit("everything is in reach of the keyboard and has a name", { hash: "#view=predictions" }, async (tab) => {
    await tab.focus("#tab-predictions");
    await tab.keyboard.press("ArrowRight");
    await drawn(tab);
    assert.equal(await tab.getAttribute("#tab-roofline", "aria-selected"), "true");
    assert.equal(await tab.evaluate(() => document.activeElement?.id), "tab-roofline");
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

visit("tables sort, filter and search", { hash: "#view=platforms" }, async (tab) => {
    await tab.click("#view thead button:has-text('Peak [TOP/s]')");
    const peaks = (await cells(tab, 1)).map((row) => Number(row[5].replaceAll("\u202f", "")));
    assert.deepEqual(
        peaks,
        [...peaks].sort((a, b) => b - a),
    );
    await tab.selectOption("#view .table select >> nth=1", "int8");
    await tab.fill("#view .table input", "jetson orin");
    const rows = await cells(tab, 1);
    assert.ok(rows.length > 0 && rows.every((row) => row[4] === "int8" && /orin/.test(row[0])));
    assert.match(await tab.getAttribute("#view td:nth-child(6)", "title"), /\w{4}/);
    await tab.fill("#view .table input", "rpi5");
    assert.ok((await cells(tab, 1)).every((row) => row[0].startsWith("raspberry_pi_5")));
    await tab.fill("#view .table input", "h100_sxm");
    const [hopper] = await cells(tab, 1);
    assert.equal(Math.round(Number(hopper[6])), 38); // of the peak, in MLPerf
    assert.match(await tab.getAttribute("#view td:nth-child(7)", "title"), /MLPerf/);
    await tab.fill("#view .table input", "");
    await tab.selectOption("#view .table select >> nth=2", "Intel");
    await tab.selectOption("#view .table select >> nth=3", "2024");
    const chosen = await cells(tab, 1);
    assert.ok(chosen.length > 0 && chosen.every((row) => row[12] === "Intel" && row[11] === "2024"));
    await tab.selectOption("#view .table select >> nth=2", "");
    await tab.selectOption("#view .table select >> nth=3", "");
    await tab.fill("#view .table input", "jetson orin");
    const saving = tab.waitForEvent("download");
    await tab.click("text=Download CSV");
    const saved = await readFile(await (await saving).path(), "utf8");
    assert.equal(saved.trim().split("\n").length, rows.length + 1);
});

visit("a newcomer is shown around in three steps", {}, async (tab) => {
    for (const step of [1, 2, 3]) {
        assert.match(await tab.textContent(".tour"), new RegExp(`^${step} of 3`));
        await tab.click(".tour .primary");
    }
    assert.equal(await tab.locator(".tour").count(), 0);
});

visit("paper is light and without controls", { colorScheme: "dark", hash: "#view=roofline" }, async (tab) => {
    await tab.emulateMedia({ media: "print" });
    await drawn(tab);
    assert.equal(await tab.evaluate(() => document.documentElement.dataset.theme), "light");
    assert.equal(await tab.isVisible("#panel"), false);
    assert.equal(await tab.isVisible("#view .chart"), true);
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
    const rows = await cells(tab, 1);
    const live = await tab.evaluate(() =>
        window.qutibench.estimate({ networks: ["ts_resnet18", "cnv"], platforms: ["ncs2"] }),
    );
    assert.ok(
        live.every((row) =>
            rows.some((one) => one[0] === row.network && one[1] === row.platform && one[3] === row.datatype),
        ),
    );
    assert.deepEqual(tab.noise, []);
    await tab.screenshot({ path: join(shots, "light_report.png") });
    await tab.context().close();
    await rm(out);
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
