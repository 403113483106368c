# SPDX-License-Identifier: BSD-3-Clause
"""What a newcomer tries first, and what it says."""

import numpy as np
import pytest
import qutibench as qb


@pytest.fixture(scope="module")
def table():
    return qb.sweep(["resnet50", "vgg16"], ["a10"], ["fp16"], batches=[1, 8])


def test_rows_and_columns_of_tables(table):
    assert table[0] == next(iter(table))
    assert table[-1] == table[3] == list(table)[3]
    assert table[1:3] == list(table)[1:3]
    assert table["batch"].tolist() == [1, 8, 1, 8]
    with pytest.raises(IndexError, match="there is no row 4"):
        table[4]


def test_arrow_takes_tables_and_unknown_is_null():
    arrow = pytest.importorskip("pyarrow")
    unknown = qb.estimates(["resnet50"], ["hailo_8l", "a10"], ["int8"])
    taken = arrow.table(unknown)
    assert taken.num_rows == len(unknown) == 2
    assert taken["accuracy_top1"].null_count == sum(row["accuracy_top1"] is None for row in unknown)
    assert taken["price_usd"].null_count == sum(row["price_usd"] is None for row in unknown)


@pytest.mark.parametrize("asked", ["float16", np.float16, np.dtype("float16"), "torch.float16"])
def test_datatypes_as_other_packages_name_them(asked):
    assert qb.predict("resnet50", "a10", datatype=asked).datatype == "fp16"


def test_a_keyword_that_there_is_none_of():
    with pytest.raises(TypeError, match=r"there is no argument 'dtype'.*datatype"):
        qb.predict("resnet50", "a10", dtype="int8")


def test_a_peak_with_a_unit_in_it():
    with pytest.raises(TypeError, match=r"the peak in 'int8' is a number of operations per second.*1 TOPS"):
        qb.Platform("board", {"int8": "1 TOPS"})


def test_tables_that_no_memory_holds():
    with pytest.raises(qb.InvalidArgument, match="at most 10,000,000 values, not 999,999,999"):
        qb.sweep(["resnet50"], ["a10"], ["fp16"], batches=range(1, 10**9))
    scales = [1 + i / 1e6 for i in range(1000)]
    with pytest.raises(qb.InvalidArgument, match=r"a table of 10,000,000,000,000 points takes .* GB"):
        qb.sweep(
            ["resnet50"], ["a10"], ["fp16"], batches=range(1, 10_001), compute_scales=scales, bandwidth_scales=scales,
            on_chip_scales=scales,
        )  # fmt: skip
