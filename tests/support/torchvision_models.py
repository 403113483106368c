# SPDX-License-Identifier: BSD-3-Clause
"""Compares torchvision's classification models, read by qb.load_torch, with their ONNX export.

usage: torchvision_models.py [NAME...]

Each model is built without weights, read, and exported by torch.onnx.export; multiply-accumulates must be equal, and so
must parameters, to those of the export and to those that torch counts. Prints one line for each model and ends with 1
where one differs. Needs torch, torchvision and onnxscript; without them it says so and ends with 77.
"""

import sys
import tempfile
import time
from pathlib import Path

import qutibench as qb


def exported(torch, model, inputs, folder):
    """The ONNX export of a module whose weights are of no interest."""
    path = folder / "model.onnx"
    if any(one.is_meta for one in model.parameters()):
        model.to_empty(device="cpu")
    with torch.no_grad():
        for one in [*model.parameters(), *model.buffers()]:  # values that differ, so that none are stored once
            one.uniform_(0.5, 1) if one.is_floating_point() else one.zero_()
    torch.onnx.export(model, inputs, path, dynamo=True, external_data=True, verbose=False)
    graph = qb.load_onnx(path)
    for one in folder.iterdir():
        one.unlink()
    return graph


def compared(torch, torchvision, name, folder):
    """(what differs, MACs, parameters) of one model."""
    size = 299 if name == "inception_v3" else 224
    more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    on = "cpu" if name.startswith("regnet") else "meta"  # whose widths are computed with tensors
    with torch.device(on):
        model = torchvision.models.get_model(name, weights=None, **more).eval()
    graph = qb.load_torch(model, (1, 3, size, size))
    read = qb.analyze(graph)
    counted = sum(one.numel() for one in model.parameters())
    if name in ("googlenet", "inception_v3"):  # auxiliary classifiers run in training alone
        counted -= sum(one.numel() for part, one in model.named_parameters() if part.lower().startswith("aux"))
    export = exported(torch, model, (torch.randn(1, 3, size, size),), folder)
    written = qb.analyze(export)
    wrong = []
    if read.macs != written.macs:
        wrong.append(f"{read.macs} MACs, not {written.macs}")
    if graph.parameters != counted:
        wrong.append(f"{graph.parameters} parameters, not {counted} as torch counts")
    folded = name.startswith("swin_v2")  # whose network of position biases is tables in the export
    if export.parameters != counted and not folded:
        wrong.append(f"{export.parameters} parameters in the export, not {counted}")
    wrong += [f"uncounted: {one}" for one in [*read.uncounted, *written.uncounted][:2]]
    return wrong, read.macs, graph.parameters


def main(names):
    try:
        import onnxscript  # noqa: F401
        import torch
        import torchvision
    except ImportError as missing:
        print(f"not run: {missing}; pip install torch torchvision onnxscript")
        return 77
    names = names or torchvision.models.list_models(module=torchvision.models)
    different = 0
    for name in names:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            wrong, macs, parameters = compared(torch, torchvision, name, Path(folder))
        different += bool(wrong)
        print(
            f"{name}: {macs} MACs, {parameters} parameters",
            *wrong,
            f"{time.monotonic() - start:.0f} s",
            sep="; ",
            flush=True,
        )
    print(f"{len(names) - different} of {len(names)} models equal their export")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
