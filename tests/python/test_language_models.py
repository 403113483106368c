# SPDX-License-Identifier: BSD-3-Clause
"""Language models and their servers, and the code of docs/language_models.md."""

import pytest

qb = pytest.importorskip("qutibench")


def test_the_page():
    # [serve]
    m = qb.language_model("llama_3_1_70b")
    print(m.parameters, m.kv_bytes_per_token("bf16"))  # 70553706496 327680.0
    s = qb.serve(m, "h200_sxm", precision="fp8", tensor_parallel=4, concurrency=16)
    print(s.time_per_output_token_s, s.low, s.high, s.bound.time_per_output_token_s, s.fits, s.warnings)
    g = m.graph(tokens=1, past=4096)  # an ordinary graph: predict, quantize and explain take it
    # [serve]
    assert m.parameters == 70553706496
    assert m.kv_bytes_per_token("bf16") == 327680
    assert s.fits
    assert s.bound.time_per_output_token_s <= s.low < s.time_per_output_token_s < s.high
    assert qb.analyze(g).parameters == m.parameters


def test_precision_by_part_and_a_layout():
    parts = {"attention": "bf16", "dense": "bf16", "experts": "mxfp4", "kv": "fp8"}
    narrow = qb.serve("gpt_oss_120b", "b200_sxm", precision=parts, concurrency=8)
    wide = qb.serve("gpt_oss_120b", "b200_sxm", precision="bf16", concurrency=8)
    assert narrow.time_per_output_token_s < wide.time_per_output_token_s
    assert narrow.fits and not wide.fits and wide.warnings


def test_mistakes_are_named():
    with pytest.raises(qb.UnknownName, match="llama_3_1_8b"):
        qb.language_model("llama_3_1_8c")
    with pytest.raises(qb.Error):
        qb.serve("llama_3_1_8b", "h100_sxm", concurrency=0)
    with pytest.raises(TypeError, match="wrong"):
        qb.serve("llama_3_1_8b", "h100_sxm", wrong=1)
