// SPDX-License-Identifier: BSD-3-Clause
// Where the layers of a network stand in its drawing: in ranks from input to result, which dagre works out.
import { Graph, layout } from "@dagrejs/dagre";
import type { DrawnLayer } from "./types";

export const boxWidth = 190;
export const boxHeight = 40;
/// Beyond so many layers those without work are folded, and ranks are found the quick way.
const manyLayers = 400;

export interface Box {
    /// Place of the layer in the list.
    layer: number;
    /// The middle of its box.
    x: number;
    y: number;
}

export interface Placed {
    boxes: Box[];
    lines: { x: number; y: number }[][];
    width: number;
    height: number;
}

/// Whether a layer has no multiply-accumulates, and reads one other layer.
const isFoldable = (one: DrawnLayer): boolean =>
    one.operations === 0 && one.weights === 0 && one.reads.length === 1;

/// For each layer that is drawn, the drawn ones that it reads, through those that are folded away; stored operands are
/// no layers of a folded drawing.
export function edgesOf(layers: DrawnLayer[], folded: boolean): Map<number, number[]> {
    const stands = layers.map((_, i) => i);
    const edges = new Map<number, number[]>();
    const isStored = (one: DrawnLayer | undefined): boolean => folded && one?.type === "parameter";
    layers.forEach((one, i) => {
        const drawn = one.reads.filter((from) => !isStored(layers[from]));
        const reads = [...new Set(drawn.map((from) => stands[from] ?? from))];
        if (folded && isFoldable(one)) stands[i] = reads[0] ?? i;
        else if (!isStored(one)) edges.set(i, reads);
    });
    return edges;
}

/// Places every layer; without those that do not multiply where `folded`, or where there are many.
export function place(layers: DrawnLayer[], folded: boolean): Placed {
    if (!layers.length) return { boxes: [], lines: [], width: 1, height: 1 };
    const graph = new Graph();
    const isLarge = layers.length > manyLayers;
    graph.setGraph({
        rankdir: "TB",
        nodesep: 24,
        ranksep: 26,
        marginx: 20,
        marginy: 20,
        ranker: isLarge ? "longest-path" : "network-simplex",
    });
    graph.setDefaultEdgeLabel(() => ({}));
    const edges = edgesOf(layers, folded || isLarge);
    for (const i of edges.keys()) graph.setNode(String(i), { width: boxWidth, height: boxHeight });
    for (const [i, reads] of edges) for (const from of reads) graph.setEdge(String(from), String(i));
    layout(graph);
    const size = graph.graph() as { width?: number; height?: number };
    return {
        boxes: [...edges.keys()].map((layer) => {
            const { x, y } = graph.node(String(layer)) as { x: number; y: number };
            return { layer, x, y };
        }),
        lines: graph.edges().map((edge) => (graph.edge(edge) as { points: { x: number; y: number }[] }).points),
        width: size.width ?? 0,
        height: size.height ?? 0,
    };
}
