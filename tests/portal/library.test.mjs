// SPDX-License-Identifier: BSD-3-Clause
// window.qutibench gives what what_if gives.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromRoot, launch, open, whatIf, whatIfFails } from "./support.mjs";

let browser;
let tab;
before(async () => {
    browser = await launch();
    tab = await open(browser);
});
after(() => browser.close());

const ask = (name, ...given) => tab.evaluate(([name, given]) => window.qutibench[name](...given), [name, given]);
const refused = async (name, ...given) =>
    (
        await ask(name, ...given).then(
            () => "",
            (wrong) => wrong.message,
        )
    )
        .replace(/^page\.evaluate: Error: /, "")
        .split("\n    at ")[0];

test("the catalogue is what_if's", async () => {
    assert.deepEqual(await ask("networks"), whatIf("networks"));
    const byId = (a, b) =>
        `${a.platform} ${a.mode} ${a.datatype}`.localeCompare(`${b.platform} ${b.mode} ${b.datatype}`);
    assert.deepEqual((await ask("platforms")).sort(byId), whatIf("platforms").sort(byId));
});

const cases = [
    [["resnet50"], ["zcu104_dpu"], {}],
    [["resnet50", "googlenet_v1"], ["zcu104_dpu", "jetson_tx2:maxq", "ncs2"], {}],
    [["cnv"], ["zcu104_finn"], { datatypes: ["int2", "int4"], keep: [1, 0.5, 0.25, 0.125] }],
    [["mlp"], ["edgetpu:fast"], { batches: [1, 8, 64] }],
    [["resnet50_pruned_80"], ["ultra96_dpu"], {}],
    [["vit_b_16"], ["a100_sxm_80gb", "rtx_4090"], { batches: [4] }],
    [["mobilenet_v1"], ["edgetpu:slow"], { placement: "capacity" }],
    [["googlenet_v1"], ["jetson_tx2:maxp"], { execution: "layers", placement: "capacity", batches: [2] }],
    [["cnv"], ["zcu104_finn"], { execution: "dataflow", datatypes: ["int2"] }],
    [["efficientnet_edgetpu_s"], ["ultra96_a53"], { datatypes: ["w2a8"] }],
];
/// Expectations go through the C library's exponentials, whose last digit is not the same everywhere.
const told = (row) =>
    Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
            key,
            key.startsWith("expected_") && typeof value === "number" ? value.toPrecision(13) : value,
        ]),
    );
for (const [networks, platforms, more] of cases)
    test(`estimate ${networks} on ${platforms} ${JSON.stringify(more)}`, async () => {
        const options = Object.entries(more).flatMap(([key, value]) => [
            `--${{ datatypes: "datatype", batches: "batch" }[key] ?? key}`,
            ...[value].flat().map(String),
        ]);
        const expected = whatIf("estimate", ...networks, "--on", ...platforms, ...options);
        assert.ok(expected.length > 0);
        assert.deepEqual((await ask("estimate", { networks, platforms, ...more })).map(told), expected.map(told));
    });

for (const [network, keep] of [
    ["cnv", 1],
    ["cnv", 0.25],
    ["resnet50", 1],
    ["llama2_7b", 1],
    ["resnet50_pruned_50", 1],
])
    test(`analyze ${network} at ${keep}`, async () => {
        assert.deepEqual(await ask("analyze", network, { keep }), whatIf("analyze", network, "--keep", String(keep)));
    });

test("a datatype adds the size of the weights in it", async () => {
    const { weights, model_bytes: bytes } = await ask("analyze", "resnet50", { datatype: "int4" });
    assert.equal(bytes, weights / 2);
});

for (const [name, given, words] of [
    [
        "estimate",
        [{ networks: ["resnet5O"], platforms: ["zcu104_dpu"] }],
        ["estimate", "resnet5O", "--on", "zcu104_dpu"],
    ],
    [
        "estimate",
        [{ networks: ["resnet50"], platforms: ["zcu104_dpu"], datatypes: ["fp32"] }],
        ["estimate", "resnet50", "--on", "zcu104_dpu", "--datatype", "fp32"],
    ],
    [
        "estimate",
        [{ networks: ["cnv"], platforms: ["zcu104_dpu"], batches: [0] }],
        ["estimate", "cnv", "--on", "zcu104_dpu", "--batch", "0"],
    ],
    [
        "estimate",
        [{ networks: ["cnv"], platforms: ["jetson_tx2:turbo"] }],
        ["estimate", "cnv", "--on", "jetson_tx2:turbo"],
    ],
    ["analyze", ["resnet50_pruned_80", { keep: 0.5 }], ["analyze", "resnet50_pruned_80", "--keep", "0.5"]],
])
    test(`errors are the library's: ${words.join(" ")}`, async () => {
        const { status, message } = whatIfFails(...words);
        assert.equal(status, 1);
        assert.equal(await refused(name, ...given), message);
    });

test("a selection with a wrong key says which", async () => {
    assert.match(
        await refused("estimate", { networks: ["cnv"], platforms: ["ncs2"], batch: 1 }),
        /\/batch: there is no such key; did you mean 'batches'\?/,
    );
});

const expected = JSON.parse(await fromRoot("tests/data/onnx/expected.json"));
const onnx = async (name, dims, cut = 1) => {
    const content = await fromRoot(`tests/data/onnx/${name}.onnx`);
    const base64 = content.subarray(0, Math.floor(content.length * cut)).toString("base64");
    return tab.evaluate(
        ([base64, dims]) => {
            try {
                return window.qutibench.analyzeOnnx(
                    Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)),
                    dims,
                );
            } catch (wrong) {
                return wrong.message;
            }
        },
        [base64, dims],
    );
};
for (const [name, { macs, params, dims }] of Object.entries(expected))
    test(`${name}.onnx has the MACs that PyTorch counts`, async () => {
        const analysis = await onnx(name, dims);
        assert.equal(analysis.macs, macs);
        assert.equal(analysis.operations, 2 * macs);
        assert.equal(analysis.parameters, params);
    });

test("a truncated ONNX file gives the library's error, and the page lives on", async () => {
    assert.match(await onnx("resnet50", {}, 0.5), /byte \d+: /);
    assert.equal((await onnx("resnet50", {})).macs, expected.resnet50.macs);
});

test("a dimension without a value is asked for by name", async () => {
    assert.match(await onnx("ts_unet", {}), /dimensions without a value: batch/);
});

test("nothing went wrong and nothing left the page", () => assert.deepEqual(tab.noise, []));
