// SPDX-License-Identifier: BSD-3-Clause
// Files that are dropped on the page: read, refused, stopped, asked about, kept for the next visit.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import { longChain, onnxWithWeights } from "./onnx.mjs";
import {
    close,
    drawn,
    drop,
    fromRoot,
    launch,
    records,
    reload,
    shots,
    view,
    visitor,
    whatIf,
    whatIfDoes,
} from "./support.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser.close());
const visit = visitor(() => browser);

visit(
    "a calibration that is dropped predicts its device",
    { hash: "#networks=resnet50&platforms=jetson_tx2:maxp" },
    async (tab) => {
        const saved = join(shots, "tx2.json");
        whatIfDoes("calibrate", "data/measurements/level3.csv", "--on", "jetson_tx2", "--output", saved);
        const before = await records(tab);
        await drop(tab, "tx2.json", await readFile(saved));
        const rows = await records(tab);
        const words = "estimate resnet50 --on jetson_tx2:maxp --calibration".split(" ");
        const [expected] = whatIf(...words, saved);
        assert.notDeepEqual(rows, before);
        close(rows[0].throughput_ips, expected.throughput_ips);
        await rm(saved);
    },
);

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
    const [row] = await records(tab);
    close(row.measured_throughput_ips, expected.measured_throughput_ips);
    close(row.efficiency, expected.efficiency * 100);
    await reload(tab); // what was answered is kept with the files
    assert.equal((await tab.textContent("#messages")).trim(), "");
    assert.deepEqual(await tab.locator("#own li > span").allInnerTexts(), [
        "mine.onnx\nnetwork",
        "times.json\n1 measured rows",
    ]);
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

visit("dropped files are there after a reload, in every view, until they are forgotten", {}, async (tab) => {
    await drop(tab, "my network.onnx", await fromRoot("tests/data/onnx/mobilenet_v2.onnx"));
    await drop(tab, "board.json", await fromRoot("tests/data/my_board.json"));
    const { id } = JSON.parse(await fromRoot("tests/data/my_board.json"));
    await drop(tab, "times.csv", `network,platform,datatype,batch,throughput_ips\nmy_network,${id},int8,1,50\n`);
    await reload(tab);
    assert.equal((await tab.textContent("#messages")).trim(), "");
    assert.equal(await tab.locator("#own li").count(), 3);
    for (const name of ["predictions", "roofline", "heatmap", "layers", "compare", "platforms", "efficiency"]) {
        await view(tab, name);
        assert.ok((await tab.textContent("#view")).includes(id), name);
    }
    await view(tab, "efficiency");
    assert.equal((await records(tab)).filter((row) => row.platform === id).length, 1, "measured once");
    await Promise.all([tab.waitForEvent("load"), tab.click("text=Forget all")]);
    await tab.evaluate(() => window.qutibench.ready);
    await drawn(tab);
    assert.equal(await tab.locator("#own li").count(), 0);
    assert.ok(!(await tab.evaluate(() => window.qutibench.networks())).some((one) => one.network === "my_network"));
});

visit("what is published already is not added again", {}, async (tab) => {
    await view(tab, "efficiency");
    const before = await records(tab);
    await drop(tab, "level3.csv", await fromRoot("data/measurements/level3.csv"));
    assert.match(await tab.textContent("#messages"), /known already/);
    await tab.goBack(); // to the selection before the drop
    await drawn(tab);
    assert.deepEqual(await records(tab), before);
    assert.equal(await tab.locator("#own li").count(), 0);
});

visit("measurements of what nothing describes join the views, and find their prediction later", {}, async (tab) => {
    const rows = "network,platform,datatype,batch,throughput_ips\nresnet50,thing_x,int8,1,123\n";
    await drop(tab, "thing.csv", rows);
    await tab.click("#view .table button:has-text('All columns')");
    const mine = (await records(tab)).filter((row) => row.platform === "thing_x");
    assert.deepEqual(
        mine.map((row) => [row.measured_throughput_ips, row.efficiency]),
        [["123", "–"]],
    );
    assert.match(mine[0].flags, /unknown platform 'thing_x'/);
    for (const name of ["predictions", "heatmap", "layers"]) {
        await view(tab, name);
        assert.ok((await tab.textContent("#view")).includes("thing_x"), name);
    }
    const platform = JSON.parse(await fromRoot("tests/data/my_board.json"));
    await drop(tab, "thing.json", JSON.stringify({ ...platform, id: "thing_x" }));
    await view(tab, "efficiency");
    const [row] = (await records(tab)).filter((one) => one.platform === "thing_x");
    assert.ok(Number(row.efficiency) > 0);
});
