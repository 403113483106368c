// SPDX-License-Identifier: BSD-3-Clause
// A model of one matrix product whose weights can be any size: the bytes before and after them.

const varint = (value) => {
    const bytes = [];
    for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    return Buffer.from([...bytes, value]);
};
const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, content) => Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const text = (field, content) => bytes(field, Buffer.from(content));
const join = (...parts) => Buffer.concat(parts);

const tensorType = (...dims) =>
    bytes(2, bytes(1, join(integer(1, 1), bytes(2, join(...dims.map((one) => bytes(1, integer(1, one))))))));

/// A chain of so many activations, which takes as long to read as one likes.
export function longChain(count) {
    const name = (i) => (i === 0 ? "x" : `v${i}`);
    const nodes = Array.from({ length: count }, (_, i) =>
        bytes(1, join(text(1, name(i)), text(2, name(i + 1)), text(4, "Relu"))),
    );
    const ends = [bytes(11, join(text(1, "x"), tensorType(1, 4))), bytes(12, text(1, name(count)))];
    return join(integer(1, 8), bytes(7, Buffer.concat([...nodes, ...ends])), bytes(8, integer(2, 17)));
}

/// [head, tail, size] in base 64: the file is head, `size` bytes of weights, tail.
export function onnxWithWeights(rows, columns) {
    const size = rows * columns * 4;
    const node = bytes(1, join(text(1, "x"), text(1, "w"), text(2, "y"), text(4, "MatMul")));
    const input = bytes(11, join(text(1, "x"), tensorType(1, rows)));
    const output = bytes(12, join(text(1, "y"), tensorType(1, columns)));
    const tensor = join(
        integer(1, rows),
        integer(1, columns),
        integer(2, 1),
        text(8, "w"),
        varint((9 << 3) | 2),
        varint(size),
    );
    const graphHead = join(node, text(2, "g"), varint((5 << 3) | 2), varint(tensor.length + size), tensor);
    const graphTail = join(input, output);
    const head = join(
        integer(1, 8),
        varint((7 << 3) | 2),
        varint(graphHead.length + size + graphTail.length),
        graphHead,
    );
    const tail = join(graphTail, bytes(8, integer(2, 17)));
    return [head.toString("base64"), tail.toString("base64"), size];
}
