# SPDX-License-Identifier: BSD-3-Clause
"""The light models of the onnx package: real exports of well-known networks, without their weights."""

from pathlib import Path

import onnx
import pytest
import qutibench as qb

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

# Multiply-accumulates and parameters of the same networks elsewhere: VGG-19, SqueezeNet 1.1, ResNet-50 with the stride
# in its 3x3 convolutions and DenseNet-121 as PyTorch counts torchvision's (torch.utils.flop_counter); AlexNet as Caffe
# trained it has 60,965,224 parameters (Krizhevsky et al. 2012 say 60 million).
KNOWN = {
    "vgg19": (19_632_062_464, 143_667_240),
    "squeezenet": (349_151_936, 1_235_496),
    "resnet50": (4_089_184_256, 25_557_032),
    "densenet121": (2_834_161_664, None),
    "bvlc_alexnet": (None, 60_965_224),
}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("light_*.onnx")), ids=lambda path: path.stem)
def test_loads_and_counts(path):
    graph = qb.load_onnx(path)
    work = qb.analyze(graph, strict=True)
    assert not work.uncounted
    ((result, shape),) = graph.outputs.items()
    assert result and shape[:2] == (1, 1000)
    macs, parameters = KNOWN.get(path.stem.removeprefix("light_"), (None, None))
    assert macs is None or work.macs == macs
    assert parameters is None or graph.parameters == parameters
    assert 1e8 < work.macs < 2e10


def test_there_are_some():
    assert len(list(FOLDER.glob("light_*.onnx"))) >= 9
