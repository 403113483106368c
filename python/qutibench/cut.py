# SPDX-License-Identifier: BSD-3-Clause
"""A network cut into blocks where a single tensor passes: residual blocks, modules, stages of a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import takewhile

from . import _core
from .errors import InvalidArgument
from .tables import Network


def _is_cut_after(network: _core.Graph) -> list[bool]:
    """For each layer, whether one tensor is all that later layers and the results read of it and those before."""
    nodes = network.nodes
    last_use: dict[tuple[int, int], int] = {(one.node, one.port): len(nodes) for one in network.results}
    for place, node in enumerate(nodes):
        for one in node.inputs:
            last_use[one.node, one.port] = max(place, last_use.get((one.node, one.port), 0))
    open_at = [0] * (len(nodes) + 1)
    for (written, _), last in last_use.items():
        open_at[written] += 1
        open_at[last] -= 1
    open_now, cuts = 0, []
    for change in open_at[:-1]:
        open_now += change
        cuts.append(open_now == 1)
    return cuts


def _shrinks(network: _core.Graph, places: Sequence[int]) -> bool:
    """Whether the image leaves these layers smaller than it came."""
    first, last = network.nodes[places[0]], network.nodes[places[-1]]
    before, after = first.input_shapes[0][2:], last.output_shapes[0][2:]
    return len(after) < len(before) or any(a < b for a, b in zip(after, before, strict=False) if a and b)


def _places(network: _core.Graph) -> list[list[int]]:
    """Indices of the layers of each block."""
    nodes, blocks, segment = network.nodes, list[list[int]](), list[int]()
    branches = False  # whether the block that is being made has any
    for place, is_cut in enumerate(_is_cut_after(network)):
        if nodes[place].type != "input":
            segment.append(place)
        if not segment or not (is_cut or place + 1 == len(nodes)):
            continue
        is_chain = len(segment) == 1
        has_work = any(nodes[one].cost.macs for one in segment)
        if blocks and (not has_work or (is_chain and not branches and not _shrinks(network, blocks[-1]))):
            blocks[-1] += segment
        else:
            blocks.append(segment)
            branches = not is_chain
        segment = []
    return blocks


def _stacks(network: _core.Graph, layers: int) -> list[list[int]]:
    """Indices of the layers of stacks with that many layers of multiply-accumulates, more where branches ask for it."""
    nodes, stacks, segment = network.nodes, list[list[int]](), list[int]()

    def work(places: Sequence[int]) -> int:
        return sum(nodes[one].cost.macs > 0 for one in places)

    for place, is_cut in enumerate(_is_cut_after(network)):
        if nodes[place].type != "input":
            segment.append(place)
        if not segment or not (is_cut or place + 1 == len(nodes)):
            continue
        if stacks and (not work(segment) or work(stacks[-1]) < layers):
            stacks[-1] += segment
        else:
            stacks.append(segment)
        segment = []
    return stacks


def _name(network: _core.Graph, places: Sequence[int]) -> str:
    """What the names of its layers and of no others begin with, or else the first and the last."""
    nodes = network.nodes
    names = [nodes[one].name for one in places if nodes[one].cost.macs] or [nodes[one].name for one in places]
    words = zip(*(name.split("_") for name in names), strict=False)
    common = "_".join(one[0] for one in takewhile(lambda one: len(set(one)) == 1, words))
    others = {node.name for place, node in enumerate(nodes) if place not in places}
    if common and not any(f"{name}_".startswith(f"{common}_") for name in others):
        return common
    return names[0] if len(names) == 1 else f"{names[0]}..{names[-1]}"


def _annotated(block: _core.Graph, whole: Sequence[dict[str, object]], places: dict[int, int]) -> _core.Graph:
    """The block with the datatypes and sparsities that its layers have in the whole network's file."""
    text = json.loads(block.to_json())
    for place, index in places.items():
        for key in ("datatype", "sparsity"):
            if key in whole[place]:
                text["layers"][index][key] = whole[place][key]
    return _core.Graph.from_json(json.dumps(text))


def blocks(network: Network, layers: int | None = None) -> list[_core.Graph]:
    """The network as blocks, each a Graph that reads what the block before it writes; their names are in .name.

    A cut is where one tensor is all that passes. What branches and joins between two cuts is a block (a residual block,
    an inception module); layers that follow each other are one block until the image becomes smaller. Layers without
    multiply-accumulates belong to the block before them. With ``layers``, a block is instead a stack of that many
    layers with multiply-accumulates, such as two or four, and of more where a branch holds more. Datatypes and
    sparsities of layers stay with them, so that a network of mixed precision has blocks of mixed precision.

    Raises InvalidArgument for a network whose layers share weights, and for fewer than one layer.
    """
    network = _core.as_graph(network)
    if layers is not None and layers < 1:
        raise InvalidArgument(f"a stack has at least one layer, not {layers}")
    nodes = network.nodes
    for node in nodes:
        if node.shares_weights_with >= 0:
            raise InvalidArgument(f"layer '{node.name}' of '{network.name}' shares weights, which blocks cannot")
    is_annotated = any(node.datatype is not None or node.density != 1 for node in nodes)
    whole = json.loads(network.to_json())["layers"] if is_annotated else None
    made = []
    for places in _places(network) if layers is None else _stacks(network, layers):
        block = _core.Graph(_name(network, places))
        here: dict[tuple[int, int], _core.Tensor] = {}
        indices = {}
        for place in places:
            node = nodes[place]
            for one in node.inputs:
                if (one.node, one.port) not in here:
                    here[one.node, one.port] = block.input(network.shape_of(one))
            written = block.add(node.layer, [here[one.node, one.port] for one in node.inputs], node.name)
            indices[place] = written.node
            for port in range(len(node.output_shapes)):
                here[place, port] = _core.Tensor(written.node, port)
        made.append(block if whole is None else _annotated(block, whole, indices))
    return made
