# SPDX-License-Identifier: BSD-3-Clause
"""What C++ can, Python can: every public function of the list in docs/api.md, with the exceptions named here."""

import re
from pathlib import Path

import pytest

qb = pytest.importorskip("qutibench")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"

ELSEWHERE = {
    "add_network": "NetworkSet.add",
    "add_networks": "NetworkSet.add",
    "arena_size": "plan_memory",
    "cycles_on": "ProcessingArray.cycles",
    "find_energy_table": "predict_energy",
    "fit": "plan_memory",
    "level_loads": "Breakdown.levels",
    "most_alive": "plan_memory",
    "plan_arena": "plan_memory",
    "attained_energy": "Measurement.attained_energy_j",
    "attained_throughput": "Measurement.attained_throughput_ips",
    "bootstrap": "bootstrap_pairs",
    "builtin_adapters": "measurement_formats",
    "errors_of": "prediction_errors",
    "frontier": "DesignSpace.frontier",
    "frontier_of": "DesignSpace.frontier",
    "import_onnx": "load_onnx",
    "load_network": "network",
    "marks_of": "Sweep.column",
    "memory_of_training": "training_memory",
    "load_network_file": "network",
    "load_platform": "platform",
    "check_platform": "Platform.from_json",
    "check_platform_file": "Platform.from_json",
    "graph_of": "LanguageModel.graph",
    "import_model_bytes": "load",
    "import_model_file": "load",
    "import_openvino": "load_openvino",
    "import_tflite": "load_tflite",
    "load_language_model": "language_model",
    "parse_gguf": "language_model",
    "parse_language_config": "language_model",
    "parse_safetensors": "language_model",
    "to_language_model": "language_model",
    "cache_bytes_per_token": "LanguageModel.kv_bytes_per_token",
    "held_bytes": "serve",
    "local_buffer": "serve",
    "parse_stored_format": "serve",
    "run_locally": "serve",
    "serving_frontier": "serve_frontier",
    "layouts_of": "serve_frontier",
    "parse_language_precisions": "serve_frontier",
    "select_platforms": "platforms",
    "load_platform_file": "platform",
    "network_ids": "networks",
    "networks_of": "calibrate",
    "orthogonality_of": "orthogonality",
    "pareto_mask": "pareto_front",
    "parse_calibration": "load_calibration",
    "parse_datatype": "Datatype",
    "parse_graph": "Graph.from_json",
    "parse_network": "network",
    "parse_platform": "Platform.from_json",
    "parse_precision": "Precision",
    "place": "Breakdown.tensors",
    "place_of": "Measurement.place",
    "platform_ids": "platforms",
    "points_of": "calibrate",
    "published_data": "catalogue_file",
    "published_heatmap": "heatmap",
    "read_measurements": "load_measurements",
    "reduce": "DesignSpace",
    "save_calibration": "Calibration.save",
    "save_platform": "Platform.save",
    "stages_of": "best_folding",
    "to_json": "Graph.to_json",
    "to_platform": "probe_host",
    "to_record": "table",
}
"""Functions that have another name in Python, where they belong to something."""

NOT_IN_PYTHON = {
    # of two sets of answers, as `what_if diff` and `check` print them; in Python, tables are compared with pandas
    **dict.fromkeys(("compare", "facts_of", "load_answers", "undescribed_board", "unmet_requirements")),
    **dict.fromkeys(
        (
            "added_by_prefill",
            "as_serving",
            "bytes_by_part",
            "bytes_per_token",
            "cache_bytes",
            "count",
            "decode_work",
            "engine_of",
            "find_ggml_type",
            "is_of_language",
            "largest_load",
            "load_tensor_list",
            "local_class_of",
            "local_constants_of",
            "local_of",
            "memory_of",
            "part_of",
            "prefill_work",
            "rank_of",
            "safetensors_header_size",
            "sense_of",
            "shard",
            "takes",
            "time_of",
            "value_of",
            "weight_bytes",
        ),
        "a step of language_model or serve",
    ),
    **dict.fromkeys(
        (
            "completed",
            "is_network_file",
            "kernels_of",
            "known_population",
            "known_populations",
            "model_as_onnx",
            "model_name",
            "openvino_ir_as_onnx",
            "recognise_model",
            "refuse_foreign_model",
            "tflite_as_onnx",
            "traits_of",
            "visit_layer",
            "caution_sentences",
            "standing_of",
        ),
        "a step of load, calibrate, expect or predict",
    ),
    **dict.fromkeys(
        (
            "compare_levels",
            "experiments",
            "fabric_designs",
            "measured_powers",
            "printed_efficiencies",
            "published_measurements",
            "requirements",
            "requirements_of",
            "summary_of",
        ),
        "what_if study prints them",
    ),
    **dict.fromkeys(
        ("maximize", "minimize", "subject_to", "query_of_metrics", "metric_names", "fill_columns"),
        "objectives and constraints are keyword arguments of frontiers",
    ),
    **dict.fromkeys(
        ("quantity_of", "is_known", "check", "dominates", "nan_rows"),
        "figures are floats with units in their names, None where nothing is known",
    ),
    **dict.fromkeys(
        ("processor_name", "host_caches", "host_threads", "host_memory_sizes"),
        "what the operating system says; platform and os have it",
    ),
    **dict.fromkeys(("for_each_json_record", "run_of", "load_model"), "a step of a function that Python has"),
    **dict.fromkeys(
        (
            "analysis_record",
            "beside_prediction",
            "card_record",
            "doubling_records",
            "energy_record",
            "explained",
            "fields_of",
            "frontier_records",
            "language_model_records",
            "level_record",
            "local_record",
            "measured_record",
            "network_record",
            "network_records",
            "platform_record",
            "platform_records",
            "records_of",
            "serving_records",
        ),
        "answers as JSON; Python has their rows as tables",
    ),
    **dict.fromkeys(
        (
            "parse_counts",
            "parse_override",
            "question_of",
            "read_text",
            "set_by_text",
            "setting_names",
            "visit_setting",
        ),
        "questions from texts; Python has keyword arguments",
    ),
    "sentences_of": "Estimate.assumptions and Measurement.cautions have them",
    **dict.fromkeys(
        ("summarize", "summarize_by_platform", "summarize_by_network"),
        "qb.table(rows).to_pandas().groupby(...) groups by anything",
    ),
    **dict.fromkeys(("cost_of", "fold"), "a folding by hand; Python has the best one"),
    **dict.fromkeys(
        ("scaled", "mac_joules", "on_chip_joules_per_bit", "off_chip_joules_per_bit", "average_power_energy"),
        "a step of predict_energy; by average power there is Estimate.energy_j",
    ),
    **dict.fromkeys(
        ("peak_memory", "model_size", "fits"), "budgets that the compiler checks; plan_memory has the figures"
    ),
    **dict.fromkeys(("least_traffic", "traffic_lower_bound"), "a step of execution='tiled'"),
    **dict.fromkeys(("totals_of_part", "density_of"), "a step of efficiency and operations_by_sparsity"),
    **dict.fromkeys(("load_platform_details", "parse_platform_details"), "beside the model: what_if platforms has it"),
    "pays_up_to": "one line over the rows of scaling_curve",
    "to_csv": "Table.to_pandas().to_csv()",
    "evaluate_choices": "of combinations that are given; choose_for_layers finds the best of all",
    "precision_objectives": "the defaults of choose_for_layers",
}
"""Functions that Python does without, and why."""


ENUMERATORS = {"to_string", "parse_name"}
"""In Python these are strings."""


def functions() -> list[str]:
    """Free functions of the library's own namespace, without what reads and writes names of enumerators."""
    names: set[str] = set()
    for row in re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        names.update(re.findall(r"`(\w+)\(\)`", row))
    return sorted(names - ENUMERATORS)


def found(path: str) -> object:
    """An attribute of the package, of its extension module or of a class of either."""
    first, *rest = path.split(".")
    value = getattr(qb, first, None) or getattr(qb._core, first)
    for name in rest:
        value = getattr(value, name)
    return value


def test_the_list_is_not_empty():
    assert len(functions()) > 80


@pytest.mark.parametrize("name", functions())
def test_function_is_reachable(name):
    if name in NOT_IN_PYTHON:
        assert not hasattr(qb, name), f"{name} is there after all: take it off the list of exceptions"
    else:
        assert found(ELSEWHERE.get(name, name)) is not None


def test_exceptions_are_still_there():
    known = set(functions())
    assert sorted(set(ELSEWHERE) - known) == []
    assert sorted(set(NOT_IN_PYTHON) - known) == []


def test_every_network_layer_error_and_format_is_there():
    text = PAGE.read_text(encoding="utf-8")
    networks = set(re.findall(r"`zoo::(\w+)\(\)`", text))
    helpers = {
        "build",
        "build_language",
        "find_language",
        "language_entries",
        "language_names",
        "checked_keep",
        "entries",
        "find",
        "names",
        "rounded_to_eight",
        "scaled",
    }
    assert networks - helpers <= set(qb.zoo.names())
    formats = set(re.findall(r"`adapters::(\w+)`", text))
    other_names = {"qutibench_table": "qutibench"}
    known = {name for name, _ in qb.measurement_formats()}
    missing = {other_names.get(one, one) for one in formats} - known
    assert missing <= {"endless_stream"}
    leaves = re.search(r"error\.hpp\).*?\n\n(.*?)\n\n", text, re.DOTALL)
    raised = {"overflow_error": "CountOverflow"}
    for name in re.findall(r"^\| `(\w+)` \|", leaves[1], re.MULTILINE):
        assert issubclass(getattr(qb, raised.get(name, name.title().replace("_", ""))), Exception)
