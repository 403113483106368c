# SPDX-License-Identifier: BSD-3-Clause
"""Language models and their servers, and the code of docs/language_models.md."""

import copy
import json
import pickle

import numpy as np
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
    assert narrow.precision == "bf16 experts=mxfp4 kv=fp8"
    assert qb.serve("gpt_oss_120b", "b200_sxm", precision=narrow.precision, concurrency=8) == narrow
    with pytest.raises(qb.InvalidArgument, match="more than one"):
        qb.serve("gpt_oss_120b", "b200_sxm", precision="fp8 bf16 kv=fp8")


def test_mistakes_are_named():
    with pytest.raises(qb.UnknownName, match="llama_3_1_8b"):
        qb.language_model("llama_3_1_8c")
    with pytest.raises(qb.Error):
        qb.serve("llama_3_1_8b", "h100_sxm", concurrency=0)
    with pytest.raises(TypeError, match="wrong"):
        qb.serve("llama_3_1_8b", "h100_sxm", wrong=1)


def test_a_frontier_of_servers():
    # [frontier]
    front = qb.serve_frontier(
        "llama_3_1_70b",
        ["h100_sxm", "h200_sxm", "b200_sxm"],
        precision=["bf16", "fp8"],
        tensor_parallel=[1, 2, 4, 8],
        concurrency=[1, 4, 16, 64, 256],
        time_per_output_token_s=0.03,
    )
    for s in front:
        print(s.platform, s.precision, s.concurrency, s.tokens_per_s_per_user, s.tokens_per_s_per_device)
    # [frontier]
    assert 3 < len(front) < 3 * 2 * 4 * 5
    assert all(s.fits and s.time_per_output_token_s <= 0.03 for s in front)
    by_user = sorted(front, key=lambda s: s.tokens_per_s_per_user)
    devices = [s.tokens_per_s_per_device for s in by_user]
    assert devices == sorted(devices, reverse=True)
    one = front[0]
    again = qb.serve(
        one.model,
        one.platform,
        precision=one.precision,
        tensor_parallel=one.tensor_parallel,
        concurrency=one.concurrency,
    )
    assert again.time_per_output_token_s == one.time_per_output_token_s


def test_mistakes_of_a_frontier_are_named():
    with pytest.raises(qb.UnknownName, match="tokens_per_s"):
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", maximize="token_per_s")
    with pytest.raises(qb.InvalidArgument, match="small"):
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", maximize="request_s")
    with pytest.raises(qb.InvalidArgument, match="none of these layouts"):
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", expert_parallel=2, tensor_parallel=3)
    with pytest.raises(TypeError, match="offloaded_layers"):
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", offloaded_layers=3)


def test_an_option_without_an_effect_is_refused():
    local = {"framework": "llama.cpp"}
    for wrong in (
        {"draft_acceptance": 0.8},
        {"offloaded_layers": 3},
        {"host_bandwidth": 1e11},
        {"concurrency": 4, **local},
        {"chunk": 512, **local},
        {"data_parallel": 2, **local},
        {"calibration": qb.ServingCalibration(), **local},
    ):
        with pytest.raises(qb.InvalidArgument):
            qb.serve("llama_3_1_8b", "rtx_4090", **wrong)
    with pytest.raises(TypeError, match="did you mean 'precision'"):
        qb.serve("llama_3_1_8b", "rtx_4090", precison="fp8")
    with pytest.raises(TypeError, match="did you mean 'tensor_parallel'"):
        qb.serve_frontier("llama_3_1_8b", "rtx_4090", tensor_paralel=2)


WRONG_TYPES = [
    ({"chunk": "x"}, "'chunk' cannot be 'x', a str"),
    ({"separate_prefill": "no"}, "'separate_prefill' cannot be 'no', a str"),
    ({"precision": 3}, "'precision' cannot be 3, an int"),
    ({"precision": ["fp8", "bf16"]}, "'precision' cannot be"),
    ({"platform": None}, "'platform' cannot be None, a NoneType"),
    ({"model": 3}, "'model' cannot be 3, an int"),
]


@pytest.mark.parametrize(("wrong", "told"), WRONG_TYPES)
def test_an_argument_of_another_type_is_named(wrong, told):
    with pytest.raises(TypeError, match=told):
        qb.serve(**({"model": "llama_3_1_8b", "platform": "rtx_4090"} | wrong))


def test_a_frontier_takes_any_sequence_of_numbers():
    front = [
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", concurrency=loads)
        for loads in ([1, 2, 3], range(1, 4), np.arange(1, 4))
    ]
    assert front[0] == front[1] == front[2]
    for wrong in ({"concurrency": "x"}, {"tensor_parallel": [1.5]}, {"maximize": 3}):
        with pytest.raises(TypeError, match=f"'{next(iter(wrong))}' cannot be"):
            qb.serve_frontier("llama_3_1_8b", "h100_sxm", **wrong)
    with pytest.raises(qb.InvalidArgument, match="positive seconds"):
        qb.serve_frontier("llama_3_1_8b", "h100_sxm", time_per_output_token_s=-1)


def test_what_one_machine_holds_adds_up():
    served = qb.serve("llama_3_1_8b", "rtx_4090", precision="fp16", framework="llama.cpp")
    assert served.memory_bytes == served.weight_bytes + served.cache_bytes + served.activation_bytes
    assert served.energy_per_token_j > 0


def objects():
    calibration = qb.ServingCalibration()
    calibration.add(0.010, 0.012)
    served = qb.serve("gpt_oss_20b", "rtx_4090", concurrency=4)
    return [
        qb.language_model("gpt_oss_120b"),
        qb.language_model("deepseek_v3"),
        served,
        served.bound,
        qb.serve("llama_3_1_8b", "rtx_4090", framework="llama.cpp"),
        calibration,
    ]


@pytest.mark.parametrize("index", range(6))
def test_pickled_copied_compared_and_shown(index):
    one = objects()[index]
    for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one), objects()[index]):
        assert other == one and repr(other) == repr(one)
    assert one != objects()[index - 1]
    assert repr(one).startswith("<")
    if hasattr(one, "to_dict"):
        assert json.loads(json.dumps(one.to_dict())) == one.to_dict()


def test_a_stack_is_calibrated_by_three_of_its_rows():
    calibration = qb.ServingCalibration()
    for load in (1, 8, 64):
        predicted = qb.serve("llama_3_1_8b", "h100_sxm", concurrency=load).time_per_output_token_s
        calibration.add(predicted, 1.2 * predicted)
    plain = qb.serve("llama_3_1_8b", "h100_sxm", concurrency=16)
    fitted = qb.serve("llama_3_1_8b", "h100_sxm", concurrency=16, calibration=calibration)
    # three quarters of the logarithm of 1.2, since three rows are shrunk by 3 / 4
    assert fitted.time_per_output_token_s == pytest.approx(1.2**0.75 * plain.time_per_output_token_s)


def test_a_card_holds_every_expert():
    # 29.9e9 weights in q4_k's 0.5625 bytes, the head in 16 bit, the cache and llama.cpp's buffer; a token reads a tenth
    served = qb.serve("qwen3_30b_a3b", "rtx_4090", precision="q4_k", framework="llama.cpp")
    assert 17.5e9 < served.memory_bytes < 18.5e9
    assert served.fits
    assert not qb.serve("qwen3_30b_a3b", "rtx_4090", precision="bf16", framework="llama.cpp").fits
    parts = {"attention": "q4_k", "dense": "q4_k", "experts": "q4_k", "head": "q6_k", "kv": "q8_0"}
    assert (
        qb.serve("qwen3_30b_a3b", "rtx_4090", precision=parts, framework="llama.cpp").memory_bytes < served.memory_bytes
    )
