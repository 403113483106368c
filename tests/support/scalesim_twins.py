# SPDX-License-Identifier: BSD-3-Clause
"""Compares the cycles of arrays with SCALE-Sim's: three topologies, three flows, two arrays.

usage: scalesim_twins.py [--record | --whole] [TOPOLOGY...]

Runs the compute system of the `scalesim` package (PyPI, 3.0.0, with numpy below 2.3) on each layer of
tests/data/arrays/topologies.csv, whose rows are those of its repository, and counts the cycles of its demand matrices;
what follows, the memory's simulation, adds none while nothing stalls. Compares them with
tests/data/arrays/scalesim_cycles.csv, which --record writes anew, and, where qutibench is installed beside it, with its
closed form. --whole runs the whole simulator instead: minutes to hours. Ends with 1 where a sum differs by more than
1 %. Without scalesim it says so and ends with 77.
"""

import csv
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "data" / "arrays"
FLOWS = {"output_stationary": "os", "weight_stationary": "ws", "input_stationary": "is"}
ARRAYS = ((32, 32), (128, 64))
SETTINGS = """[general]
run_name = run
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {columns}
ifmapsramszkB = 8192
filtersramszkB = 8192
ofmapsramszkB = 8192
IfmapOffset = 0
FilterOffset = 100000000
OfmapOffset = 200000000
Dataflow = {flow}
ReadRequestBuffer = 64
WriteRequestBuffer = 64
[layout]
IfmapCustomLayout = False
FilterCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = False
"""


def topologies() -> dict[str, list[list[str]]]:
    """Rows of layers by topology: name, height, width, kernel's height and width, channels, filters, stride."""
    found: dict[str, list[list[str]]] = {}
    with (DATA / "topologies.csv").open() as lines:
        for name, *layer in list(csv.reader(lines))[1:]:
            found.setdefault(name, []).append(layer)
    return found


def configured(folder: Path, layers: list[list[str]], flow: str, rows: int, columns: int):
    """SCALE-Sim's settings and topology for one run."""
    from scalesim.scale_config import scale_config
    from scalesim.topology_utils import topologies as of_simulator

    (folder / "run.cfg").write_text(SETTINGS.format(rows=rows, columns=columns, flow=FLOWS[flow]))
    heading = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
    (folder / "run.csv").write_text(heading + "".join(",".join(one) + ",\n" for one in layers))
    settings, network = scale_config(), of_simulator()
    settings.read_conf_file(str(folder / "run.cfg"))
    network.load_arrays(topofile=str(folder / "run.csv"))
    return settings, network


class ShapesOnly:
    """numpy whose concatenated matrices have a shape and no memory: a simulator appends to its own fold by fold."""

    def __getattr__(self, name: str):
        return getattr(np, name)

    @staticmethod
    def concatenate(parts, axis=0):
        extents = list(parts[0].shape)
        extents[axis] = sum(one.shape[axis] for one in parts)
        return np.broadcast_to(np.int8(0), extents)


def compute_cycles(folder: Path, layers: list[list[str]], flow: str, rows: int, columns: int) -> list[int]:
    """Cycles of each layer without stalls: the index of the last line of the demand matrices."""
    from scalesim.compute.operand_matrix import operand_matrix
    from scalesim.layout_utils import layouts
    from scalesim.single_layer_sim import single_layer_sim

    settings, network = configured(folder, layers, flow, rows, columns)
    cycles = []
    for index in range(len(layers)):
        one = single_layer_sim()
        one.set_params(layer_id=index, config_obj=settings, topology_obj=network, verbose=False)
        matrices = operand_matrix()
        matrices.set_params(layer_id=index, config_obj=settings, topoutil_obj=network, layoututil_obj=layouts())
        array = one.compute_system
        sys.modules[type(array).__module__].np = ShapesOnly()
        inputs, filters = matrices.get_ifmap_matrix()[1], matrices.get_filter_matrix()[1]
        more = {"ifmap_op_mat_original": inputs} if flow == "weight_stationary" else {}
        outputs = matrices.get_ofmap_matrix()[1]
        array.set_params(config_obj=settings, ifmap_op_mat=inputs, filter_op_mat=filters, ofmap_op_mat=outputs, **more)
        cycles.append(array.get_ofmap_demand_mat().shape[0] - 1)
    return cycles


def whole_cycles(folder: Path, layers: list[list[str]], flow: str, rows: int, columns: int) -> list[int]:
    """Cycles of each layer as the whole simulator reports them."""
    from scalesim.scale_sim import scalesim

    configured(folder, layers, flow, rows, columns)
    layout = folder / "layout.csv"
    layout.write_text("".join("\n" for _ in range(1)))
    one = scalesim(save_disk_space=True, verbose=False, config=str(folder / "run.cfg"),
                   topology=str(folder / "run.csv"), layout=str(layout))  # fmt: skip
    one.run_scale(top_path=str(folder))
    return [int(each.get_compute_report_items()[1]) for each in one.runner.single_layer_sim_object_list]


def recorded_cycles() -> dict[tuple[str, ...], int]:
    """Cycles by topology, flow, rows, columns and layer."""
    with (DATA / "scalesim_cycles.csv").open() as lines:
        return {tuple(row[:5]): int(row[5]) for row in list(csv.reader(lines))[1:]}


def closed_form(layers: list[list[str]], flow: str, rows: int, columns: int) -> float | None:
    """Cycles by qutibench; None where it is not installed."""
    if find_spec("qutibench") is None:
        return None
    import qutibench as qb

    array = qb.ProcessingArray(rows, columns, flow)
    cycles = 0.0
    for _, *sizes in layers:
        height, width, tall, wide, channels, filters, stride = (int(one) for one in sizes)
        positions = -(-(height - tall + stride) // stride) * -(-(width - wide + stride) // stride)
        cycles += array.cycles(positions, filters, tall * wide * channels)["cycles"]
    return cycles


def main(arguments: list[str]) -> int:
    if find_spec("scalesim") is None:
        print("scalesim is not installed: nothing is compared")
        return 77
    flags = {one for one in arguments if one.startswith("--")}
    wanted = [one for one in arguments if not one.startswith("--")]
    run = whole_cycles if "--whole" in flags else compute_cycles
    recorded, failed = [], False
    for name, layers in topologies().items():
        if wanted and name not in wanted:
            continue
        for rows, columns in ARRAYS:
            for flow in FLOWS:
                start = time.perf_counter()
                with tempfile.TemporaryDirectory() as folder:
                    found = run(Path(folder), layers, flow, rows, columns)
                took = time.perf_counter() - start
                print(f"{name:10} {rows:4} x {columns:<4} {flow:18} {sum(found):>12} cycles {took:8.1f} s", end="")
                start = time.perf_counter()
                ours = closed_form(layers, flow, rows, columns)
                if ours is not None:
                    print(f", here {ours:.0f} in {time.perf_counter() - start:.6f} s", end="")
                    failed |= abs(ours / sum(found) - 1) > 0.01
                print(flush=True)
                recorded += [
                    (name, flow, rows, columns, one[0], cycles) for one, cycles in zip(layers, found, strict=True)
                ]
    if "--record" not in flags:
        known = recorded_cycles()
        changed = [row for row in recorded if known.get(tuple(str(one) for one in row[:5])) != row[5]]
        failed |= bool(changed)
        print(f"{len(recorded) - len(changed)} of {len(recorded)} layers as recorded")
    else:
        with (DATA / "scalesim_cycles.csv").open("w", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(
                [("topology", "flow", "rows", "columns", "layer", "cycles"), *recorded])  # fmt: skip
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
