# SPDX-License-Identifier: BSD-3-Clause
"""Time and peak memory of reading a file against its size, over three decades, for every format and for what could grow
faster than the file: names, lists, layers, attributes, nesting.

usage: scaling.py WHAT_IF [--largest BYTES] [--only WORD] [--exponent 1.1]

Prints a row for each family: seconds and MB at each size, and the exponents. Fails where one is above the limit, where
a run ends by a signal, or where an error is no single line of at most 600 bytes.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PEAK = '{"datatype":"int8","operations_per_second":1e12}'
MEMORY = '{"name":"d","bandwidth_bytes_per_s":1e9}'
CORPUS = Path(__file__).resolve().parents[1] / "fuzz/corpus"

Make = Callable[[int], bytes]


def repeated(before: str, unit: str, after: str, separator: str = ",") -> Make:
    """A text with as many units as fit the size; `{i}` in a unit is its number."""

    def make(size: int) -> bytes:
        numbered = "{i}" in unit
        count = max(1, size // (len(unit) + len(separator) + (4 if numbered else 0)))
        units = (unit.replace("{i}", str(i)) for i in range(count)) if numbered else [unit] * count
        return (before + separator.join(units) + after).encode()

    return make


# --- ONNX, field by field (onnx.proto) -------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(data)) + data


def whole(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def typed(name: str, dims: tuple[int, ...] = (1, 4)) -> bytes:
    shape = b"".join(field(1, whole(1, one)) for one in dims)
    return field(1, name) + field(2, field(1, whole(1, 1) + field(2, shape)))


def node(
    kind: str, inputs: list[str], outputs: list[str], name: str = "", attributes: bytes = b"", domain: str = ""
) -> bytes:
    text = b"".join(field(1, one) for one in inputs) + b"".join(field(2, one) for one in outputs)
    return (
        text + (field(3, name) if name else b"") + field(4, kind) + attributes + (field(7, domain) if domain else b"")
    )


def onnx(graph: bytes, more: bytes = b"", last: str = "x") -> bytes:
    return (
        whole(1, 8)
        + field(7, field(11, typed("x")) + graph + field(12, typed(last)))
        + field(8, field(1, "") + whole(2, 17))
        + more
    )


def onnx_of(unit: Callable[[int], bytes], last: Callable[[int], str] = lambda _: "x", first: bytes = b"") -> Make:
    def make(size: int) -> bytes:
        graph, i = bytearray(first), 0
        while len(graph) < size:
            graph += unit(i)
            i += 1
        return onnx(bytes(graph), last=last(i))

    return make


def chain(i: int) -> str:
    return f"v{i}" if i else "x"


def subgraph(content: bytes) -> bytes:
    return field(5, field(1, "then_branch") + field(6, content) + whole(20, 5))


def branch(i: int) -> bytes:
    body = field(1, node("Relu", ["x"], [f"b{i}"])) + field(12, typed(f"b{i}"))
    both = subgraph(body) + subgraph(body).replace(b"then_branch", b"else_branch")
    return field(1, node("If", ["c"], [f"v{i}"], attributes=both))


def tower(size: int) -> bytes:
    """Functions that call each other twice, each with a name that fills the file."""
    depth, name = 12, "n" * (size // 24)
    functions = b""
    for i in range(depth):
        inner = ("Relu", "") if i == depth - 1 else (f"f{i + 1}", "own")
        nodes = field(7, node(inner[0], ["a"], ["m"], name, domain=inner[1]))
        nodes += field(7, node(inner[0], ["m"], ["z"], name, domain=inner[1]))
        sets = field(9, field(1, "own") + whole(2, 1)) + field(9, field(1, "") + whole(2, 17))
        functions += field(25, field(1, f"f{i}") + field(4, "a") + field(5, "z") + nodes + field(10, "own") + sets)
    more = field(8, field(1, "own") + whole(2, 1)) + functions
    return onnx(field(1, node("f0", ["x"], ["y"], domain="own")), more, "y")


def many_functions(size: int) -> bytes:
    def unit(i: int) -> bytes:
        text = field(1, f"f{i}") + field(4, "a") + field(5, "z") + field(7, node("Relu", ["a"], ["z"]))
        return field(25, text + field(10, "own") + field(9, field(1, "") + whole(2, 17)))

    count = size // (2 * len(unit(1000)))
    calls = b"".join(field(1, node(f"f{i}", [chain(i)], [chain(i + 1)], domain="own")) for i in range(count))
    return onnx(calls, field(8, field(1, "own") + whole(2, 1)) + b"".join(map(unit, range(count))), chain(count))


def constant(count: int, name: str = "k") -> bytes:
    return field(5, whole(1, count) + whole(2, 7) + field(8, name) + field(9, struct.pack("<q", 1) * count))


def read_often(kind: str) -> Make:
    """A constant that each of many nodes computes with."""

    def make(size: int) -> bytes:
        nodes, i = bytearray(constant(min(size // 16, 32768))), 0
        while len(nodes) < size:
            nodes += field(1, node(kind, ["k"], [f"v{i}"]))
            i += 1
        return onnx(bytes(nodes))

    return make


def sequences(size: int) -> bytes:
    """A sequence that grows by an element with every node."""
    nodes, i = bytearray(field(1, node("SequenceEmpty", [], ["s0"]))), 0
    while len(nodes) < size:
        nodes += field(1, node("SequenceInsert", [f"s{i}", "x"], [f"s{i + 1}"]))
        i += 1
    return onnx(bytes(nodes))


def equation(size: int) -> bytes:
    text = field(5, field(1, "equation") + field(4, "i" * size) + whole(20, 3))
    return onnx(field(1, node("Einsum", ["x"], ["y"], attributes=text)), last="y")


def nested(size: int) -> bytes:
    body = field(1, node("Relu", ["x"], ["y"])) + field(12, typed("y"))
    while len(body) < min(size, 1_000_000):
        body = field(1, node("If", ["c"], ["y"], attributes=subgraph(body))) + field(12, typed("y"))
    return onnx(body)


def list_attribute(size: int) -> bytes:
    integers = field(5, field(1, "axes") + field(8, b"\1" * size) + whole(20, 7))
    return onnx(field(1, node("Squeeze", ["x"], ["y"], attributes=integers)), last="y")


# --- other models ----------------------------------------------------------------------------------------------------


def tflite(size: int) -> bytes:
    """A chain of absolute values over tensors of one shape: a flatbuffer (schema.fbs), laid out by hand."""
    count = max(2, size // 130)
    out = bytearray(b"\0\0\0\0TFL3")

    def at(place: int, target: int) -> None:
        struct.pack_into("<I", out, place, target - place)

    def align() -> None:
        out.extend(b"\0" * (-len(out) % 4))

    def vector(count: int) -> int:
        align()
        out.extend(struct.pack("<I", count) + b"\0" * 4 * count)
        return len(out) - 4 * count

    def table(fields: list[int]) -> int:
        """Offsets of `fields` that are not zero, 4 bytes each; returns where the table is."""
        align()
        table_of = len(fields) * 2 + 4
        slots, place = [], 4
        for one in fields:
            slots.append(place if one else 0)
            place += 4 if one else 0
        start = len(out)
        out.extend(struct.pack(f"<HH{len(fields)}H", table_of, place, *slots))
        align()
        here = len(out)
        out.extend(struct.pack("<i", here - start) + b"\0" * (place - 4))
        return here

    def slot(of: int, number: int) -> int:
        start = of - struct.unpack_from("<i", out, of)[0]
        return of + struct.unpack_from("<H", out, start + 4 + 2 * number)[0]

    def integers(values: list[int]) -> int:
        place = vector(len(values))
        struct.pack_into(f"<{len(values)}i", out, place, *values)
        return place - 4

    model = table([1, 1, 1, 0, 1])  # version, operator_codes, subgraphs, description, buffers
    at(0, model)
    struct.pack_into("<I", out, slot(model, 0), 3)
    codes = vector(1)
    at(slot(model, 1), codes - 4)
    code = table([0, 0, 1, 1])
    at(codes, code)
    struct.pack_into("<i", out, slot(code, 2), 1)
    struct.pack_into("<i", out, slot(code, 3), 101)  # ABS
    buffers = vector(1)
    at(slot(model, 4), buffers - 4)
    at(buffers, table([]))
    graphs = vector(1)
    at(slot(model, 2), graphs - 4)
    graph = table([1, 1, 1, 1])  # tensors, inputs, outputs, operators
    at(graphs, graph)
    tensors = vector(count + 1)
    at(slot(graph, 0), tensors - 4)
    for i in range(count + 1):
        one = table([1, 0, 0, 1])  # shape, type, buffer, name
        at(tensors + 4 * i, one)
        at(slot(one, 0), integers([1, 8]))
        name = f"t{i}".encode()
        align()
        at(slot(one, 3), len(out))
        out.extend(struct.pack("<I", len(name)) + name + b"\0")
    at(slot(graph, 1), integers([0]))
    at(slot(graph, 2), integers([count]))
    operators = vector(count)
    at(slot(graph, 3), operators - 4)
    for i in range(count):
        one = table([0, 1, 1])  # opcode_index, inputs, outputs
        at(operators + 4 * i, one)
        at(slot(one, 1), integers([i]))
        at(slot(one, 2), integers([i + 1]))
    return bytes(out)


XML = '<?xml version="1.0"?><net name="m"><layers>'
IR_PORT = '<port id="{p}" precision="FP32"><dim>1</dim><dim>8</dim></port>'


def ir(layers: str, edges: str) -> bytes:
    return f"{XML}{layers}</layers><edges>{edges}</edges></net>".encode()


def ir_chain(size: int) -> bytes:
    count = size // 350
    data = '<data shape="1,8" element_type="f32"/>'
    first = f'<layer id="0" name="x" type="Parameter">{data}<output>{IR_PORT.format(p=0)}</output></layer>'
    layers = "".join(
        f'<layer id="{i}" name="l{i}" type="ReLU"><input>{IR_PORT.format(p=0)}</input>'
        f"<output>{IR_PORT.format(p=1)}</output></layer>"
        for i in range(1, count)
    )
    edges = "".join(
        f'<edge from-layer="{i - 1}" from-port="{min(i - 1, 1)}" to-layer="{i}" to-port="0"/>' for i in range(1, count)
    )
    return ir(first + layers, edges)


def ir_ports(size: int) -> bytes:
    count = size // 200
    outputs = "".join(IR_PORT.format(p=i) for i in range(count))
    layers = f'<layer id="0" name="x" type="Split"><output>{outputs}</output></layer>'
    made = IR_PORT.format(p=count)
    layers += f'<layer id="1" name="y" type="Concat"><input>{outputs}</input><output>{made}</output></layer>'
    edges = "".join(f'<edge from-layer="0" from-port="{i}" to-layer="1" to-port="{i}"/>' for i in range(count))
    return ir(layers, edges)


def gguf(metadata: bytes, values: int, tensors: bytes = b"", count: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, count, values) + metadata + tensors


def gguf_text(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(data)) + data


def gguf_keys(size: int) -> bytes:
    count = size // 24
    return gguf(b"".join(gguf_text(f"k{i:07}") + struct.pack("<II", 4, i) for i in range(count)), count)


def gguf_tensors(size: int) -> bytes:
    count = size // 44
    one = [gguf_text(f"t{i:07}") + struct.pack("<IQIQ", 1, 32, 0, 0) for i in range(count)]
    return gguf(b"", 0, b"".join(one), count)


def gguf_array(size: int) -> bytes:
    return gguf(gguf_text("a") + struct.pack("<IIQ", 9, 0, size) + b"\1" * size, 1)


def gguf_words(size: int) -> bytes:
    return gguf(gguf_text("a") + struct.pack("<IIQ", 9, 8, size // 9) + gguf_text("w") * (size // 9), 1)


def gguf_name(size: int) -> bytes:
    return gguf(b"", 0, gguf_text("n" * size) + struct.pack("<IQIQ", 1, 33, 2, 0), 1)


def safetensors(header: Make) -> Make:
    def make(size: int) -> bytes:
        text = header(size)
        return struct.pack("<Q", len(text)) + text

    return make


def measured(name: str, head: int) -> Make:
    """A file of a runner whose lines after the first `head` come again and again."""

    def make(size: int) -> bytes:
        lines = (CORPUS / "adapters" / name).read_bytes().splitlines(keepends=True)
        rest = b"".join(lines[head:]).rstrip(b"\n") + b"\n"
        return b"".join(lines[:head]) + rest * max(1, size // len(rest))

    return make


def json_rows(before: str, unit: str, after: str) -> Make:
    return repeated(before, unit, after)


ROW = "resnet50,zcu104_dpu,int8,1,system,0.0{i}1"
KNOWN = ["--network", "resnet50", "--on", "zcu104_dpu", "--datatype", "int8", "--batch", "1"]
SERVED = ["--on", "h100_sxm"]
DEVICE, NETWORK, MODEL, RESULT = ["estimate", "resnet50", "--on"], ["analyze"], ["serve"], ["ingest"]

Family = tuple[str, str, list[str], list[str], Make]
"""Name, the end of the file's name, words before and after it, and what makes the file."""

FAMILIES: list[Family] = [
    (
        "platform: modes",
        ".json",
        DEVICE,
        [],
        repeated('{"id":"b","modes":[', '{"name":"m{i}","peaks":[' + PEAK + '],"memories":[' + MEMORY + "]}", "]}"),
    ),
    (
        "platform: memories",
        ".json",
        DEVICE,
        [],
        repeated(
            '{"id":"b","peaks":[' + PEAK + '],"memories":[',
            '{"name":"d{i}","bandwidth_bytes_per_s":1e9,"capacity_bytes":1000,"on_chip":true}',
            "]}",
        ),
    ),
    (
        "platform: peaks",
        ".json",
        DEVICE,
        [],
        repeated(
            '{"id":"b","memories":[' + MEMORY + '],"peaks":[',
            '{"datatype":"w{i}a8","operations_per_second":1e12}',
            "]}",
        ),
    ),
    ("platform: keys", ".json", DEVICE, [], repeated('{"id":"b",', '"k{i}":1', "}")),
    ("platform: one long name", ".json", DEVICE, [], repeated('{"id":"', "n", '","peaks":[]}', "")),
    (
        "platform: a long number",
        ".json",
        DEVICE,
        [],
        repeated('{"id":"b","peaks":[{"datatype":"int8","operations_per_second":', "1", "}]}", ""),
    ),
    ("json: numbers", ".json", DEVICE, [], repeated("[", "0", "]")),
    ("json: arrays", ".json", DEVICE, [], repeated("[", "[]", "]")),
    ("json: depth", ".json", DEVICE, [], repeated("", "[", "", "")),
    ("json: escapes", ".json", DEVICE, [], repeated('{"id":"', "\\u202e", '"}', "")),
    (
        "network: layers",
        ".json",
        NETWORK,
        [],
        repeated(
            '{"id":"x","layers":[{"type":"input","extents":[1,3,32,32]},',
            '{"type":"activation","function":"relu"}',
            "]}",
        ),
    ),
    (
        "network: named layers",
        ".json",
        NETWORK,
        [],
        repeated(
            '{"id":"x","layers":[{"type":"input","extents":[1,3,32,32]},',
            '{"type":"activation","function":"relu","name":"l{i}"}',
            "]}",
        ),
    ),
    (
        "network: one layer, many inputs",
        ".json",
        NETWORK,
        [],
        repeated(
            '{"id":"x","layers":[{"type":"input","extents":[1,3,32,32],"name":"a"},{"type":"concat","inputs":[',
            '"a"',
            "]}]}",
        ),
    ),
    (
        "network: accuracies",
        ".json",
        NETWORK,
        [],
        repeated('{"id":"x","operations":1e9,"weights":1e6,"accuracies":[', '{"datatype":"int8","top1":0.{i}}', "]}"),
    ),
    (
        "onnx: chain",
        ".onnx",
        NETWORK,
        [],
        onnx_of(lambda i: field(1, node("Relu", [chain(i)], [chain(i + 1)])), chain),
    ),
    (
        "onnx: convolutions",
        ".onnx",
        NETWORK,
        [],
        onnx_of(
            lambda i: field(1, node("Conv", [chain(i), "w"], [chain(i + 1)], f"conv{i}")),
            chain,
            field(5, whole(1, 4) + whole(1, 4) + whole(1, 1) + whole(1, 1) + whole(2, 1) + field(8, "w")),
        ),
    ),
    (
        "onnx: chain backwards",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(
            b"".join(field(1, node("Relu", [chain(i)], [chain(i + 1)])) for i in reversed(range(size // 20))),
            last=chain(size // 20),
        ),
    ),
    (
        "onnx: one value, many readers",
        ".onnx",
        NETWORK,
        [],
        onnx_of(lambda i: field(1, node("Relu", ["x"], [f"v{i}"]))),
    ),
    (
        "onnx: one node, many inputs",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(
            field(
                1,
                node(
                    "Concat",
                    ["x"] * (size // 3),
                    ["y"],
                    attributes=field(5, field(1, "axis") + whole(3, 0) + whole(20, 2)),
                ),
            ),
            last="y",
        ),
    ),
    (
        "onnx: one node, many outputs",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(field(1, node("Split", ["x"], [f"v{i}" for i in range(size // 9)]))),
    ),
    (
        "onnx: one long name",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(field(1, node("Nothing", ["x"], ["y"], "n" * size)), last="y"),
    ),
    (
        "onnx: long dimension",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(
            field(11, field(1, "z") + field(2, field(1, whole(1, 1) + field(2, field(1, field(2, "d" * size))))))
        ),
    ),
    (
        "onnx: dimensions",
        ".onnx",
        NETWORK,
        [],
        onnx_of(
            lambda i: field(
                11, field(1, f"z{i}") + field(2, field(1, whole(1, 1) + field(2, field(1, field(2, f"d{i}")))))
            )
        ),
    ),
    ("onnx: constants", ".onnx", NETWORK, [], onnx_of(lambda i: constant(1, f"k{i}"))),
    (
        "onnx: stated values",
        ".onnx",
        NETWORK,
        [],
        onnx_of(lambda i: field(13, typed(f"z{i}")), first=field(1, node("Nothing", ["x"], ["y"]))),
    ),
    (
        "onnx: attributes",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(
            field(
                1,
                node(
                    "Conv",
                    ["x", "x"],
                    ["y"],
                    attributes=b"".join(field(5, field(1, f"a{i}") + whole(3, 1)) for i in range(size // 12)),
                ),
            ),
            last="y",
        ),
    ),
    ("onnx: a list as attribute", ".onnx", NETWORK, [], list_attribute),
    ("onnx: an equation", ".onnx", NETWORK, [], equation),
    (
        "onnx: operator sets",
        ".onnx",
        NETWORK,
        [],
        lambda size: onnx(
            b"".join(field(1, node("Relu", [chain(i)], [chain(i + 1)], domain=f"d{i}")) for i in range(size // 48)),
            b"".join(field(8, field(1, f"d{i}") + whole(2, 1)) for i in range(size // 48)),
        ),
    ),
    (
        "onnx: branches",
        ".onnx",
        NETWORK,
        [],
        onnx_of(branch, first=field(11, field(1, "c") + field(2, field(1, whole(1, 9) + field(2, b""))))),
    ),
    ("onnx: nested branches", ".onnx", NETWORK, [], nested),
    ("onnx: tower of functions", ".onnx", NETWORK, [], tower),
    ("onnx: functions", ".onnx", NETWORK, [], many_functions),
    ("onnx: sequences", ".onnx", NETWORK, [], sequences),
    *(
        (f"onnx: {kind} of a constant", ".onnx", NETWORK, [], read_often(kind))
        for kind in (
            "NonZero",
            "Unique",
            "Cast",
            "Shape",
            "Reshape",
            "Tile",
            "Expand",
            "Pad",
            "ConstantOfShape",
            "Gather",
            "Range",
            "TopK",
            "CumSum",
            "ReduceSum",
            "Not",
            "Neg",
        )
    ),
    ("tflite: chain", ".tflite", NETWORK, [], tflite),
    ("openvino: chain", ".xml", NETWORK, [], ir_chain),
    ("openvino: ports", ".xml", NETWORK, [], ir_ports),
    ("openvino: depth", ".xml", NETWORK, [], repeated(XML + "", "<a>", "", "")),
    ("openvino: hidden depth", ".xml", NETWORK, [], repeated(XML + "", '<a x="/>">', "", "")),
    ("openvino: empty elements", ".xml", NETWORK, [], repeated(XML + "", "<a/>", "</layers></net>", "")),
    ("openvino: attributes", ".xml", NETWORK, [], repeated(XML + "<layer ", 'a{i}="1"', "/></layers></net>", " ")),
    ("openvino: text", ".xml", NETWORK, [], repeated(XML + "", "text ", "</layers></net>", "")),
    (
        "openvino: dimensions",
        ".xml",
        NETWORK,
        [],
        repeated(
            XML + '<layer id="0" name="x" type="Parameter"><output><port id="0" precision="FP32">',
            "<dim>1</dim>",
            "</port></output></layer></layers></net>",
            "",
        ),
    ),
    ("gguf: keys", ".gguf", MODEL, SERVED, gguf_keys),
    ("gguf: tensors", ".gguf", MODEL, SERVED, gguf_tensors),
    ("gguf: an array", ".gguf", MODEL, SERVED, gguf_array),
    ("gguf: words", ".gguf", MODEL, SERVED, gguf_words),
    ("gguf: a long name", ".gguf", MODEL, SERVED, gguf_name),
    (
        "safetensors: tensors",
        ".safetensors",
        MODEL,
        SERVED,
        safetensors(repeated("{", '"model.layers.{i}.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}', "}")),
    ),
    (
        "safetensors: metadata",
        ".safetensors",
        MODEL,
        SERVED,
        safetensors(repeated('{"__metadata__":{', '"k{i}":"v"', "}}")),
    ),
    (
        "safetensors: dimensions",
        ".safetensors",
        MODEL,
        SERVED,
        safetensors(repeated('{"a":{"dtype":"F32","shape":[', "1", '],"data_offsets":[0,4]}}')),
    ),
    ("config: keys", ".json", MODEL, SERVED, repeated('{"model_type":"llama",', '"k{i}":1', "}")),
    (
        "config: layer types",
        ".json",
        MODEL,
        SERVED,
        repeated(
            '{"model_type":"qwen3","hidden_size":64,"num_hidden_layers":4,"num_attention_heads":4,'
            '"vocab_size":100,"intermediate_size":64,"layer_types":[',
            '"full_attention"',
            "]}",
        ),
    ),
    (
        "csv: rows",
        ".csv",
        RESULT,
        ["--from", "qutibench"],
        repeated("network,platform,datatype,batch,scope,latency_s\n", ROW, "\n", "\n"),
    ),
    ("csv: columns", ".csv", RESULT, ["--from", "qutibench"], repeated("", "c{i}", "\n")),
    ("csv: one column often", ".csv", RESULT, ["--from", "qutibench"], repeated("", "network", "\n")),
    (
        "csv: fields",
        ".csv",
        RESULT,
        ["--from", "qutibench"],
        repeated("network,platform,datatype,batch,latency_s\n", "", "\n"),
    ),
    (
        "csv: a field",
        ".csv",
        RESULT,
        ["--from", "qutibench"],
        repeated("network,platform,datatype,batch,latency_s\nresnet50,", "n", ",int8,1,0.1\n", ""),
    ),
    ("csv: quotes", ".csv", RESULT, ["--from", "qutibench"], repeated('network,platform\n"', '""', '"\n', "")),
    ("csv: blank lines", ".csv", RESULT, ["--from", "qutibench"], repeated("network,platform\n", "", "\n", "\n")),
    ("results: any text", ".txt", RESULT, KNOWN, repeated("", "no such line {i}", "\n", "\n")),
    *(
        (f"results: {name}", Path(name).suffix, RESULT, KNOWN, measured(name, head))
        for name, head in (
            ("trtexec_log.txt", 0),
            ("openvino_console.txt", 0),
            ("tflite_log.txt", 0),
            ("vitis_xdputil.txt", 0),
            ("onnxruntime_perf_test.txt", 0),
            ("mlperf_summary_single.txt", 0),
            ("mlperf_detail_single.txt", 0),
            ("ncnn.txt", 0),
            ("hailo.txt", 0),
            ("edgetpu_compiler.txt", 0),
            ("dnndk.txt", 0),
            ("vaitrace.txt", 0),
            ("nsight_compute.csv", 1),
            ("rocprof_stats.csv", 1),
            ("rocprof_trace.csv", 1),
            ("portal.csv", 1),
        )
    ),
    (
        "results: google benchmark",
        ".json",
        RESULT,
        KNOWN,
        repeated(
            '{"context":{"date":"x"},"benchmarks":[',
            '{"name":"b{i}","run_type":"iteration","iterations":1,"real_time":1.5,"cpu_time":1.5,"time_unit":"ms"}',
            "]}",
        ),
    ),
    (
        "results: trtexec profile",
        ".json",
        RESULT,
        KNOWN,
        repeated('[{"count":3},', '{"name":"l{i}","timeMs":1.5,"averageMs":0.5,"percentage":1}', "]"),
    ),
    (
        "results: profile",
        ".json",
        RESULT,
        KNOWN,
        repeated(
            "[",
            '{"cat":"Node","pid":1,"tid":1,"dur":5,"ts":{i},"ph":"X","name":"l{i}_kernel_time",'
            '"args":{"op_name":"Conv"}}',
            "]",
        ),
    ),
    ("results: a long record", ".json", RESULT, KNOWN, repeated('[{"cat":"Node","name":"', "n", '"}]', "")),
    (
        "calibration: keys",
        ".json",
        ["estimate", "resnet50", "--on", "zcu104_dpu", "--calibration"],
        [],
        repeated('{"format":', '"k{i}"', "}"),
    ),
]


def write(path: Path, make: Make, size: int) -> None:
    """In a process of its own, so that what it takes is not taken for what the program takes."""
    if child := os.fork():
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit(f"the file of {size} bytes could not be made")
        return
    path.write_bytes(make(size))
    os._exit(0)


def once(words: list[str]) -> tuple[float, float, int, bytes]:
    """Seconds of the processor, MB at most, exit status and the message of one run."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said, preexec_fn=limited)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, process.returncode, said.read(100_000)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def exponent(sizes: list[int], costs: list[float], floor: float) -> float:
    """Of the power law between the sizes whose cost is above the noise; 0 where fewer than two are."""
    points = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True) if cost > floor]
    if len(points) < 2:
        return 0.0
    (x0, y0), (x1, y1) = points[0], points[-1]
    return (y1 - y0) / (x1 - x0)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what_if")
    ask.add_argument("--largest", type=int, default=2_000_000)
    ask.add_argument("--only", default="")
    ask.add_argument("--exponent", type=float, default=1.1)
    how = ask.parse_args()
    sizes = [how.largest // 1000, how.largest // 100, how.largest // 10, how.largest]
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.json"
        empty.write_text("")
        base_s, base_mb, *_ = min(once([how.what_if, *DEVICE, str(empty)]) for _ in range(5))
        print(f"at start {base_s * 1e3:.0f} ms, {base_mb:.0f} MB; then ms and MB more at each of {sizes} bytes")
        for name, suffix, before, after, make in FAMILIES:
            if how.only not in name:
                continue
            path = Path(folder) / f"file{suffix}"
            seconds, memory = [math.inf] * len(sizes), [math.inf] * len(sizes)
            for _ in range(3):  # what a busy machine adds to a run is not taken for growth
                statuses, line = "", ""
                for i, size in enumerate(sizes):
                    write(path, make, size)
                    took, peak, status, said = once([how.what_if, *before, str(path), *after])
                    seconds[i] = min(seconds[i], max(0.0, took - base_s))
                    memory[i] = min(memory[i], max(0.0, peak - base_mb))
                    statuses += "x" if status else "."
                    line = said.decode(errors="replace").strip() if status else ""
                    if status not in (0, 1) or (status == 1 and (len(said) > 600 or "\n" in line)):
                        wrong.append(f"{name}, {size} bytes: exit status {status}, a message of {len(said)} bytes")
                in_time, in_memory = exponent(sizes, seconds, 0.03), exponent(sizes, memory, 20)
                if max(in_time, in_memory) <= how.exponent:
                    break
            else:
                wrong.append(f"{name}: time grows by {in_time:.2f}, memory by {in_memory:.2f}")
            costs = "  ".join(f"{s * 1e3:6.0f} {m:5.0f}" for s, m in zip(seconds, memory, strict=True))
            print(f"{name:34} {costs}   {in_time:5.2f} {in_memory:5.2f}  {statuses} {line[-90:]}", flush=True)
    for one in wrong:
        print("!", one)
    print(f"{len(FAMILIES)} families, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
