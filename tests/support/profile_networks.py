#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes what learn_calibrations.py reads of networks: name, structure, work of a call, work of an input, likeness.

profile_networks.py ROWS.csv GRAPHS_DIRECTORY > profiles.txt        networks are GRAPHS_DIRECTORY/NAME.onnx or zoo:ID
"""

import csv
import sys
from pathlib import Path

import qutibench as qb
from qutibench import _core


def main() -> None:
    rows, graphs = Path(sys.argv[1]), Path(sys.argv[2])
    with rows.open() as text:
        wanted = sorted({(row["network"], row["input_shape"]) for row in csv.DictReader(text)})
    for name, extents in wanted:
        graph = getattr(qb.zoo, name[4:])() if name.startswith("zoo:") else qb.load_onnx(str(graphs / f"{name}.onnx"))
        if extents:
            graph = qb.with_input_shape(graph, (1, *(int(x) for x in extents.split("x"))))
        structure, *numbers = _core._work_profile(qb.analyze(graph))
        print(name + ("@" + extents if extents else ""), structure, *(f"{x:.6g}" for some in numbers for x in some))


if __name__ == "__main__":
    main()
