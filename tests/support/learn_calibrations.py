#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Learns what devices of a class have in common from tables of measured latencies, and writes data/calibrations.

    profile_networks.py networks.csv GRAPHS > profiles.txt
    learn_calibrations.py --rows networks.csv --profiles profiles.txt --cells cells.json

networks.csv: set, device, network, input_shape, datatype, deployment, value, throughput_ips or latency_s per input,
source. The method is docs/calibration.md, "Learning across devices": expectation maximisation of a normal distribution
over the logarithms of devices' rates, with effects of networks that devices of a class share. The raw rows are not
written. Needs numpy.
"""

from __future__ import annotations

import argparse
import collections
import csv
import datetime
import hashlib
import json
import re
import sys
from pathlib import Path

import numpy as np

WORKS = [
    "call",
    "launch",
    "convolution",
    "winograd",
    "pointwise",
    "depthwise",
    "grouped",
    "dense",
    "product",
    "weights",
    "activations",
    "pooling",
    "elementwise",
    "movement",
    "channels",
    "columns",
    "input",
    "classifier",
    "arithmetic",
    "weights_4m",
    "weights_16m",
    "large",
]
COUNT = len(WORKS)
RATES = COUNT + 3
ARITHMETIC, TRAFFIC, FIXED = range(3)
TRAFFICS = [
    "weights",
    "activations",
    "pooling",
    "elementwise",
    "movement",
    "classifier",
    "weights_4m",
    "weights_16m",
    "large",
]
GROUP = np.array(
    [FIXED if w in ("call", "launch", "input") else TRAFFIC if w in TRAFFICS else ARITHMETIC for w in WORKS]
)
SPILLS = [WORKS.index(w) for w in ("weights_4m", "weights_16m", "large")]
COMMON = np.r_[np.ones(COUNT), np.zeros(3)]
FREE_SCALE = 4.0
REGIMES_APART = 0.1
FREEDOM = 4.0


def structured(common: float, own: float, fixed: float, threads: float) -> np.ndarray:
    """Covariance of log rates: as population.hpp's structured_covariance."""
    out = np.zeros((RATES, RATES))
    for group in (ARITHMETIC, TRAFFIC):
        member = np.r_[group == GROUP, np.zeros(3, bool)]
        out += common**2 * np.outer(member, member)
    apart = np.where(GROUP == FIXED, fixed**2, own**2)
    apart[SPILLS] = (2 * own) ** 2
    out[np.diag_indices(RATES)] += np.r_[apart, np.full(3, threads**2)]
    return out


def prior() -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of a device of no known class: as population.hpp's any_device."""
    mean = np.zeros(RATES)
    for name, value in {"channels": -1.5, "columns": -1.5, "arithmetic": -1, "winograd": -0.7}.items():
        mean[WORKS.index(name)] = value
    mean[SPILLS] = -1
    mean[COUNT:] = -0.7
    return mean, structured(1.5, 0.7, 2.0, 1.0)


def likeness(a: np.ndarray, b: np.ndarray, length: float) -> np.ndarray:
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / (2 * length * length))


def seconds(device: dict, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the times of a device's rows, and the share of each rate in them."""
    logs = rates[:COUNT][None] + device["several"][:, None] * rates[COUNT:][GROUP][None]
    parts = device["work"] * np.exp(logs)
    total = parts.sum(1)
    shares = np.zeros((len(total), RATES))
    shares[:, :COUNT] = parts / total[:, None]
    for group in range(3):
        shares[:, COUNT + group] = device["several"] * shares[:, :COUNT][:, group == GROUP].sum(1)
    return np.log(total), shares


def fit(device, times, spread, mean, precision, start=None, steps=25):
    """Maximum a posteriori of the rates; returns them, the normal matrix, residuals and cost."""
    at = mean.copy() if start is None else start.copy()
    if start is None:
        at[:COUNT] += np.median(times - seconds(device, at)[0])

    def evaluate(rates):
        logs, shares = seconds(device, rates)
        left = times - logs
        square = (left / spread) ** 2
        away = rates - mean
        cost = (FREEDOM + 1) * np.log1p(square / FREEDOM).sum() + away @ precision @ away
        return cost, left, shares, (FREEDOM + 1) / (FREEDOM + square) / spread**2

    cost, left, shares, weight = evaluate(at)
    damping = 1e-3
    for _ in range(steps):
        normal = (shares.T * weight) @ shares + precision
        gradient = (shares.T * weight) @ left - precision @ (at - mean)
        for _ in range(6):
            step = np.clip(np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient), -2, 2)
            trial = evaluate(at + step)
            if trial[0] < cost:
                break
            damping *= 5
        else:
            break
        settled = cost - trial[0] < 1e-5 * max(cost, 1)
        at = at + step
        cost, left, shares, weight = trial
        damping = max(damping / 5, 1e-6)
        if settled:
            break
    return at, (shares.T * weight) @ shares + precision, left, cost


class Population:
    """A class of devices, learned."""

    def __init__(self, devices: list[dict], profiles: dict, rounds: int = 7, most: int = 40):
        devices = devices[:: len(devices) // most + 1] if len(devices) > most else devices
        self.profiles = profiles
        self.residence = self._residence_of_all(devices) if devices[0]["contexts"] else None
        devices = [self.in_regimes(d, self.residence_on(d)) for d in devices]
        self.mean, self.covariance = prior()
        self.noise = 0.2
        self.names = sorted({n for d in devices for n in d["network"]})
        self.number = {n: i for i, n in enumerate(self.names)}
        self.like = np.array([profiles[n]["likeness"] for n in self.names])
        self.effect = np.zeros(len(self.names))
        self.variance = np.full(len(self.names), 0.02)
        self.spread, self.shared, self.length = 0.15, 0.5, 1.2
        base = structured(0.42, 0.6, 0.9, 0.3)
        free = FREE_SCALE * np.outer(COMMON, COMMON)
        starts: list = [None] * len(devices)
        where = [np.array([self.number[n] for n in d["network"]]) for d in devices]
        for turn in range(rounds):
            precision = np.linalg.inv(self.covariance + free)
            lefts, spreads = [], []
            for i, one in enumerate(devices):
                starts[i], normal, left, _ = fit(
                    one,
                    one["log"] - self.effect[where[i]],
                    np.full(len(one["log"]), self.noise),
                    self.mean,
                    precision,
                    starts[i],
                    6 if turn else 25,
                )
                lefts.append(left)
                spreads.append(np.linalg.inv(normal))
            self._move(np.array(starts), spreads, base)
            self._network_effects(lefts, where, turn > 0)
            self.noise = max(0.04, 1.4 * np.median(np.abs(np.concatenate(lefts))))
        self.precision = np.linalg.inv(self.covariance + free)
        self.rates = starts

    def _residence_of_all(self, devices):
        features, stays = [], []
        for one in devices:
            for name, at in seen_regimes(one).items():
                features.append(residence_features(self.profiles[name]))
                stays.append(at)
        return residence(features, stays, np.zeros(5), np.r_[0.05, 0.3 * np.ones(4)])

    def residence_on(self, device):
        """What tells on a device which networks stay on chip."""
        if self.residence is None:
            return None
        seen = seen_regimes(device)
        return residence([residence_features(self.profiles[n]) for n in seen], list(seen.values()), self.residence, 1.0)

    def in_regimes(self, device, weights, seen=None):
        """The device with `several` set where a network stays on chip: as measured where it was, else as told."""
        if weights is None:
            return device
        seen = seen_regimes(device) if seen is None else seen
        told = [seen.get(n, residence_features(self.profiles[n]) @ weights > 0) for n in device["network"]]
        return device | {"several": np.array(told, float)}

    def _move(self, rates, spreads, base, degrees=8):
        inverse = np.linalg.inv(self.covariance)
        weight = COMMON @ inverse @ COMMON
        scale = (rates - self.mean) @ inverse @ COMMON / weight
        level = rates - np.outer(scale, COMMON)
        self.mean = level.mean(0)
        away = level - self.mean
        without = np.eye(RATES) - np.outer(COMMON, COMMON @ inverse) / weight
        total = sum(without @ one @ without.T for one in spreads) + away.T @ away + degrees * base
        self.covariance = total / (len(rates) + degrees)

    def _network_effects(self, lefts, where, search):
        total = np.zeros(len(self.names))
        count = np.zeros(len(self.names))
        for left, at in zip(lefts, where, strict=False):
            weight = 5 / (4 + (left / self.noise) ** 2)
            np.add.at(total, at, (left + self.effect[at]) * weight)
            np.add.at(count, at, weight)
        seen = total / np.maximum(count, 1e-9)
        noise = np.diag(self.noise**2 / np.maximum(count, 1e-9) + 0.03**2)
        one = np.eye(len(self.names))
        if search:
            best = None
            for length in (0.6, 1.2):
                near = likeness(self.like, self.like, length)
                for shared in (0.0, 0.5, 0.9):
                    for spread in (0.08, 0.15, 0.3, 0.5):
                        factor = np.linalg.cholesky(spread**2 * (shared * near + (1 - shared) * one) + noise)
                        half = np.linalg.solve(factor, seen)
                        score = -0.5 * half @ half - np.log(np.diag(factor)).sum()
                        if best is None or score > best[0]:
                            best = (score, spread, shared, length)
            _, self.spread, self.shared, self.length = best
            near = likeness(self.like, self.like, self.length)
            prior_cov = self.spread**2 * (self.shared * near + (1 - self.shared) * one)
            inverse = np.linalg.inv(prior_cov + noise)
            self.weight = inverse @ seen
            self.effect = prior_cov @ self.weight
            self.variance = np.maximum(np.diag(prior_cov - prior_cov @ inverse @ prior_cov), 1e-6)

    def effect_of(self, name):
        if name in self.number:
            i = self.number[name]
            return self.effect[i], self.variance[i]
        near = likeness(self.profiles[name]["likeness"][None], self.like, self.length)[0]
        return (self.spread**2 * self.shared * near @ self.weight, self.spread**2 * (1 - self.shared * near.max() ** 2))

    def predict(self, device, train, test):
        """Logarithms of time on the rows `test` from those of `train`, and their spread; the likeness of residuals is
        left to the library."""
        known = rows(device, train)
        weights = self.residence_on(known)
        known = self.in_regimes(known, weights)
        effects = np.array([self.effect_of(n) for n in known["network"]])
        best = None
        for times in (1.0, 2.0, 4.0):
            spread = np.sqrt((self.noise * times) ** 2 + effects[:, 1])
            at, normal, _, cost = fit(known, known["log"] - effects[:, 0], spread, self.mean, self.precision)
            score = -0.5 * (cost + np.linalg.slogdet(normal)[1]) - np.log(spread).sum() - 0.5 * np.log(times) ** 2
            if best is None or score > best[0]:
                best = (score, at, np.linalg.inv(normal), self.noise * times)
        return self.at(device, test, *best[1:], weights)

    def at(self, device, test, rates, covariance, noise, weights=None):
        asked = self.in_regimes(rows(device, test), self.residence if weights is None else weights, {})
        logs, shares = seconds(asked, rates)
        effects = np.array([self.effect_of(n) for n in asked["network"]])
        variance = np.einsum("ij,jk,ik->i", shares, covariance, shares) + effects[:, 1] + noise**2
        return logs + effects[:, 0], np.sqrt(variance)


def residence_features(profile: dict) -> np.ndarray:
    """As residence.hpp's residence_of."""
    call, each = profile["call"], profile["input"]
    products = each[WORKS.index("convolution") : WORKS.index("product") + 1].sum()
    weights = (call[WORKS.index("weights")] + call[WORKS.index("classifier")]) * 1e10 / 4
    return np.array(
        [
            1.0,
            np.log(max(weights, 1.0) / 5e6),
            np.log(max(call[WORKS.index("launch")] * 1e5, 1.0) / 60),
            2 * np.sqrt(each[WORKS.index("product")] / products),
            0.5 * np.log(products * 1e11 / 4e9),
        ]
    )


def seen_regimes(device: dict) -> dict:
    """Networks run at batches four times apart: whether an input takes equally long in both."""
    per_input = collections.defaultdict(dict)
    for name, batch, log in zip(device["network"], device["batch"], device["log"], strict=True):
        per_input[name][batch] = log - np.log(batch)
    out = {}
    for name, at in per_input.items():
        least, most = min(at), max(at)
        if most >= 4 * least:
            out[name] = at[least] - at[most] < REGIMES_APART
    return out


def residence(features: list, stays: list, prior: np.ndarray, weight) -> np.ndarray:
    """Logistic regression with a normal prior, by Newton's method."""
    at = prior.copy()
    if not stays:
        return at
    given, said = np.array(features), np.array(stays, float)
    for _ in range(30):
        share = 1 / (1 + np.exp(-np.clip(given @ at, -30, 30)))
        gradient = given.T @ (share - said) + weight * (at - prior)
        normal = (given.T * (share * (1 - share))) @ given + np.diag(weight * np.ones(len(at)))
        at = at - np.linalg.solve(normal, gradient)
    return at


def rows(device: dict, keep: np.ndarray) -> dict:
    return {k: v[keep] if isinstance(v, np.ndarray) else v for k, v in device.items()}


def fold(network: str, count: int = 5) -> int:
    return int(hashlib.sha256(network.encode()).hexdigest(), 16) % count


# --- the rows ---------------------------------------------------------------------------------------------------------


def class_of(kind: str, device: str) -> str:
    if kind == "gpu_cpu":
        return "cpu_torch_compile" if "cpu" in device else "gpu_torch_compile" if "dynamo" in device else "gpu_pytorch"
    if kind == "ncnn":
        return "gpu_ncnn" if "gpu_device" in device else "cpu_ncnn" if "threads=1;" in device else "cpu_ncnn_threads"
    if kind == "phone":
        runtime, datatype = device.split("  ")[1].split()
        return f"npu_{runtime}_" + ("fp16" if datatype == "fp16" else "int8")
    if kind == "vitis":
        zynq = "ZCU" in device or "Ultra" in device
        versal = "Versal board" in device or "VCK190" in device
        return "dpu_zynq" if zynq else "dpu_versal" if versal else "dpu_alveo_8l" if "8L" in device else "dpu_alveo"
    return kind


# Devices with the same chip under another name: AI Hub's perf.yaml gives both the same measurements.
CHIPS = {"SA7255P": "QCS8275 (Proxy)", "SA8775P": "Dragonwing IQ-9075 EVK"}


def board_of(kind: str, device: str) -> str:
    """What is left out together: every set-up of one board."""
    if kind == "ncnn":
        return device.split("[")[0]
    for name, chip in CHIPS.items():
        if name in device:
            return chip
    for name in (
        "i9_10940x",
        "3090",
        "4090",
        "5090",
        "ZCU102",
        "ZCU104",
        "U280",
        "U50lv",
        "U50",
        "VCK5000",
        "Versal",
        "Ultra96",
    ):
        if name in device:
            return name
    return device.split("  ")[0]


PLATFORMS = [
    ("gpu_cpu", "rtx3090", "rtx_3090"),
    ("gpu_cpu", "4090", "rtx_4090"),
    ("gpu_cpu", "5090", "rtx_5090"),
    ("gpu_cpu", "i9_10940x", "core_i9_10940x"),
    ("hailo", "Hailo-8L", "hailo_8l"),
    ("hailo", "Hailo-8", "hailo_8"),
    ("hailo", "Hailo-10H", "hailo_10h"),
    ("hailo", "Hailo-15H", "hailo_15h"),
    ("vitis", "ZCU102", "zcu102_dpu_b4096"),
    ("vitis", "ZCU104", "zcu104_dpu_b4096"),
    ("vitis", "Ultra96", "ultra96_dpu_b1600"),
    ("phone", "Samsung Galaxy S25", "snapdragon_8_elite_npu"),
    ("phone", "QCS8550", "qcs8550_npu"),
    ("phone", "IQ-9075", "dragonwing_iq_9075_npu"),
    ("phone", "QCS8275", "dragonwing_iq_8275_npu"),
    ("phone", "Snapdragon X Elite", "snapdragon_x_elite_npu"),
    ("ncnn", "Raspberry Pi 5 ", "raspberry_pi_5"),
    ("ncnn", "Raspberry Pi 4", "raspberry_pi_4"),
    ("ncnn", "Raspberry Pi Zero 2", "raspberry_pi_zero_2"),
    ("ncnn", "Rockchip RK3588 ", "rk3588_cpu"),
]
RUNTIMES = {
    "gpu_pytorch": "PyTorch",
    "gpu_torch_compile": "PyTorch, torch.compile",
    "cpu_torch_compile": "PyTorch, torch.compile",
    "hailo": "HailoRT",
    "cells": "as in HELP",
}
SOURCES = {
    "gpu_cpu": "timm results (Apache-2.0)",
    "hailo": "Hailo model zoo c83fc030 (MIT)",
    "vitis": "Vitis AI model zoo 1.0 to 3.5 (Apache-2.0)",
    "ncnn": "ncnn benchmark a4d2ea1d (BSD-3)",
    "phone": "AI Hub models (BSD-3)",
    "cells": "NAS-Bench-201 latencies of HELP (MIT)",
}
CLASSES = {
    "gpu": "GPU",
    "cpu": "CPU",
    "npu": "neural processing unit",
    "dpu": "matrix of processing elements on FPGA",
    "hailo": "matrix of processing elements",
    "cells": "any device",
}


def platform_of(kind: str, device: str) -> str:
    if kind == "ncnn" and any(text in device for text in ("gpu_device", "threads=1;", "powersave=1")):
        return ""  # the catalogue describes processors with all their cores, not with one or the slow ones
    return next((p for s, text, p in PLATFORMS if s == kind and text in device), "")


def chips_of(name: str) -> str:
    """What classes of the same chips under several runtimes or datatypes have in common."""
    return "npu" if name.startswith("npu_") else "gpu_torch" if name in ("gpu_pytorch", "gpu_torch_compile") else name


def runtime_of(name: str) -> str:
    if name in RUNTIMES:
        return RUNTIMES[name]
    if name.startswith("dpu"):
        return "Vitis AI"
    if name.startswith("npu"):
        return {"onnx": "ONNX Runtime", "qnn": "QNN", "tflite": "TensorFlow Lite"}[name.split("_")[1]]
    return "ncnn"


def device_rows(lines: list, profiles: dict) -> dict:
    work = np.array([profiles[n]["call"] + profiles[n]["input"] * batch for n, batch, _, _ in lines])
    return {
        "work": work,
        "log": np.log([s * batch for _, batch, _, s in lines]),
        "network": np.array([n for n, *_ in lines]),
        "batch": np.array([b for _, b, _, _ in lines]),
        "several": np.array([float(threads > 1) for _, _, threads, _ in lines]),
    }


def read_networks(path: Path, profiles: dict) -> dict:
    found = collections.defaultdict(list)
    datatypes = {}
    for row in csv.DictReader(path.open()):
        name = row["network"] + ("@" + row["input_shape"] if row["input_shape"] else "")
        device, threads, batch = row["device"], 0, 1
        if row["deployment"] == "threads":
            engines = re.search(r"(\d+) \* B\d+", device)
            threads = 1 if row["value"] == "1" else 2 * int(engines[1]) if engines else 8
        else:
            batch = int(float(row["value"]))
        per_input = float(row["latency_s"]) / batch if row["latency_s"] else 1 / float(row["throughput_ips"])
        if row["set"] == "phone":
            device += " " + row["source"].split(",")[1].split(" (")[0] + " " + row["datatype"]
        found[row["set"], device].append((name, batch, threads, per_input))
        datatypes[row["set"], device] = row["datatype"]
    out = {}
    for (kind, device), lines in found.items():
        if len(lines) < 4:
            continue
        out[kind, device] = device_rows(lines, profiles) | {
            "contexts": kind == "hailo",  # networks that do not fit run in several contexts, loaded at every call
            "datatype": datatypes[kind, device],
            "class": class_of(kind, device),
            "board": board_of(kind, device),
            "platform": platform_of(kind, device),
        }
    return out


def read_cells(cells: list[dict], profiles: dict) -> dict:
    out = {}
    for column in [c for c in cells[0] if c.endswith("_ms")]:
        size = re.search(r"_(\d+)_ms$", column)
        batch = int(size[1]) if size and size[1] in ("1", "32", "256") else 1
        times = [float(r[column]) for r in cells]
        least = 0.05 * np.median(times)
        lines = [
            (r["architecture"], batch, 0, t / 1e3 / batch) for r, t in zip(cells, times, strict=False) if t > least
        ]
        out["cells", column[:-3]] = device_rows(lines, profiles) | {
            "contexts": False,
            "datatype": "fp32",
            "class": "cells",
            "board": column,
            "platform": "",
        }
    return out


# Devices whose file describes several engines, of which a call takes one.
UNITS = {"dragonwing_iq_9075_npu": 2}
# What the catalogue calls a measured device besides: the ceiling of the board that an overlay runs on.
BESIDES = {
    "zcu102_dpu_b4096": ["zcu102_dpu"],
    "zcu104_dpu_b4096": ["zcu104_dpu"],
    "ultra96_dpu_b1600": ["ultra96_dpu"],
}
# As the library spells what sources spell otherwise.
DATATYPES = {"w8a16": "int8xint16"}


def is_one_unit_a_call(name: str) -> bool:
    """Whether the units of a device of the class work at one call each."""
    return name.startswith("dpu")


def peaks(folder: Path, device: dict) -> tuple[float, float, float] | None:
    """Peak, bandwidth and how many units share the peak, each at a call of its own."""
    platform, datatype = device["platform"], device["datatype"]
    path = folder / (platform + ".json")
    if not platform or not path.exists():
        return None
    described = json.loads(path.read_text())
    mode = described["modes"][0] if "modes" in described else described
    mode = {**described, **mode}

    def figure(x):
        return x["value"] if isinstance(x, dict) else x

    rates = {p["datatype"]: figure(p["operations_per_second"]) for p in mode["peaks"]}
    off_chip = [m for m in mode["memories"] if not m.get("on_chip") and figure(m.get("bandwidth_bytes_per_s"))]
    if not off_chip:
        return None
    units = UNITS.get(platform) or (figure(mode["compute_units"]) if is_one_unit_a_call(device["class"]) else 1)
    return rates.get(datatype, max(rates.values())), figure(off_chip[0]["bandwidth_bytes_per_s"]), units


# --- what is written --------------------------------------------------------------------------------------------------


def held_out(name: str, family: Family) -> dict:
    """Errors and their spreads: a board's networks left out with the board (known) or everywhere (new), and the board
    left out of everything with its datasheet alone (unseen)."""
    out = collections.defaultdict(list)
    devices, profiles, figures = family.classes[name], family.profiles, family.figures
    boards = sorted({d["board"] for d in devices.values()})
    chosen = set(boards[:: max(1, len(boards) // 8)]) | {d["board"] for k, d in devices.items() if figures.get(k)}
    if len(boards) == 1:
        return alone(devices, profiles)
    for board in sorted(chosen):
        others = [d for d in devices.values() if d["board"] != board]
        of_class = family.population(name, board)
        has_sheet = any(figures[k] for k, d in devices.items() if d["board"] == board)
        sheet = family.datasheet(name, board) if has_sheet else None
        for key, one in devices.items():
            if one["board"] != board:
                continue
            where = np.array([fold(n) for n in one["network"]])
            for part in range(5):
                train, test = where != part, where == part
                if train.sum() < 3 or not test.any():
                    continue
                logs, spread = of_class.predict(one, train, test)
                error = one["log"][test] - logs
                out["known"] += list(zip(error, spread, strict=False))
                out[key] += list(np.abs(np.expm1(error)))
            if figures[key] and sheet is not None and one["datatype"] in sheet.levels:
                from_sheet = unseen(of_class, sheet, figures[key], one["datatype"])
                logs, spread = of_class.at(one, np.ones(len(one["log"]), bool), *from_sheet)
                out["unseen"] += list(zip(one["log"] - logs, spread, [board] * len(logs), strict=False))
        keep = [rows(d, np.array([fold(n) not in (0, 1) for n in d["network"]])) for d in others]
        keep = [d for d in keep if len(d["log"]) >= 3]
        if keep:
            without = Population(keep, profiles, rounds=5, most=20)
            for one in devices.values():
                test = np.array([fold(n) in (0, 1) for n in one["network"]])
                if one["board"] == board and test.any() and (~test).sum() >= 3:
                    logs, spread = without.predict(one, ~test, test)
                    out["new"] += list(zip(one["log"][test] - logs, spread, strict=False))
    return out


def alone(devices: dict, profiles: dict) -> dict:
    """Errors of the only board of a class on a fifth of its networks at a time."""
    out = collections.defaultdict(list)
    for part in range(5):
        kept = [rows(d, np.array([fold(n) != part for n in d["network"]])) for d in devices.values()]
        of_class = Population(kept, profiles, rounds=5)
        for key, one in devices.items():
            test = np.array([fold(n) == part for n in one["network"]])
            if test.any():
                logs, spread = of_class.predict(one, ~test, test)
                error = one["log"][test] - logs
                out["new"] += list(zip(error, spread, strict=False))
                out[key] += list(np.abs(np.expm1(error)))
    return out


# Residuals of scales over datasheets: as datasheet.hpp's kriging.
AMPLITUDE, LENGTH, NUGGET, MEAN_VARIANCE = 0.8, 0.5, 0.1, 4.0


def kriging(points: np.ndarray, at: np.ndarray) -> tuple[float, float]:
    """Scale of a device with the logarithms `at` of peak and bandwidth, and its standard deviation, from rows of
    (logarithm of peak, of bandwidth, scale)."""
    places, scales = points[:, :2], points[:, 2]
    between = MEAN_VARIANCE + AMPLITUDE**2 * likeness(places, places, LENGTH)
    there = MEAN_VARIANCE + AMPLITUDE**2 * likeness(places, at[None], LENGTH)[:, 0]
    weights = np.linalg.solve(between + NUGGET**2 * np.eye(len(places)), there)
    return float(weights @ scales), float(np.sqrt(MEAN_VARIANCE + AMPLITUDE**2 + NUGGET**2 - weights @ there))


class Datasheet:
    """What measured devices of a class reach of their datasheets: level rates for each datatype, and the boards' scales
    around them, over all classes of the same chips."""

    def __init__(self, entries: list[dict], name: str):
        self.boards = sorted({e["board"] for e in entries})
        kinds = sorted({e["kind"] for e in entries})
        self.power = min((1.0, 0.5, 0.0), key=lambda power: self._cost(entries, kinds, power))
        level = self._place(entries, kinds, self.power)
        over = {id(e): e["rates"] + powers(self.power) * e["sheet"] for e in entries}
        self.levels = {
            kind[1]: np.mean(
                [
                    over[id(e)] + (level[kind] - common_scale(over[id(e)])) * COMMON
                    for e in entries
                    if e["kind"] == kind
                ],
                0,
            )
            for kind in kinds
            if kind[0] == name
        }

    def _place(self, entries, kinds, power) -> dict:
        """Sets the boards' points; returns the scale of each kind of entry. Both by alternating means."""
        scales = np.array([common_scale(e["rates"] + powers(power) * e["sheet"]) for e in entries])
        of_kind = np.array([kinds.index(e["kind"]) for e in entries])
        of_board = np.array([self.boards.index(e["board"]) for e in entries])
        level, scale = np.zeros(len(kinds)), np.zeros(len(self.boards))
        for _ in range(60):
            level = np.array([np.mean((scales - scale[of_board])[of_kind == i]) for i in range(len(kinds))])
            left = scales - level[of_kind]
            scale = np.array([left[of_board == i].sum() / ((of_board == i).sum() + 0.3) for i in range(len(scale))])
        places = np.array([sheet_place(e["sheet"]) for e in entries])
        self.points = np.array([[*places[of_board == i].mean(0), scale[i]] for i in range(len(scale))])
        return dict(zip(kinds, level, strict=True))

    def _cost(self, entries, kinds, power) -> float:
        """How unlikely the boards' scales are over a power of their datasheets, which is near one."""
        self._place(entries, kinds, power)
        places, scales = self.points[:, :2], self.points[:, 2]
        between = MEAN_VARIANCE + AMPLITUDE**2 * likeness(places, places, LENGTH) + NUGGET**2 * np.eye(len(places))
        return float(
            np.linalg.slogdet(between)[1] + scales @ np.linalg.solve(between, scales) + ((power - 1) / 0.35) ** 2
        )

    def rates(self, figures, datatype: str) -> tuple[np.ndarray, float]:
        """Logarithms of rates of a device that nobody measured, and the standard deviation of their common scale."""
        sheet = sheet_logs(figures)
        scale, spread = kriging(self.points, sheet_place(sheet))
        return self.levels[datatype] + scale * COMMON - powers(self.power) * sheet, spread


def common_scale(rates: np.ndarray) -> float:
    return float(rates @ COMMON) / COUNT


def powers(power: float) -> np.ndarray:
    """Of what a datasheet says of each rate; what several calls side by side bring is not raised."""
    return np.r_[np.full(COUNT, power), np.ones(3)]


def sheet_logs(figures) -> np.ndarray:
    """Of the peak of what one call runs on, of the bandwidth, and of how many of them run side by side."""
    peak, bandwidth, units = figures
    of_call = np.log(peak / units / 1e11)
    logs = np.where(GROUP == ARITHMETIC, of_call, np.where(GROUP == TRAFFIC, np.log(bandwidth / 1e10), 0))
    return np.r_[logs, np.log(units), 0, 0]


def sheet_place(sheet: np.ndarray) -> np.ndarray:
    return sheet[[WORKS.index("convolution"), WORKS.index("activations")]]


class Family:
    """Classes of the same chips under several runtimes, with their populations, each learned once."""

    def __init__(self, classes: dict, profiles: dict, platforms: Path):
        self.classes, self.profiles = classes, profiles
        self.figures = {k: peaks(platforms, d) for some in classes.values() for k, d in some.items()}
        self.known: dict = {}

    def population(self, name: str, board: str | None):
        """Of a class without a board; None where no other is left."""
        if (name, board) not in self.known:
            others = [d for d in self.classes[name].values() if d["board"] != board]
            settings = {} if board is None else {"rounds": 5, "most": 20}
            self.known[name, board] = Population(others, self.profiles, **settings) if others else None
        return self.known[name, board]

    def datasheet(self, name: str, board: str | None) -> Datasheet | None:
        """What datasheets tell of a class without a board; None where no device has one."""
        found = collections.defaultdict(list)
        for of_class, some in self.classes.items():
            for key, one in some.items():
                if self.figures[key] is None or one["board"] == board:
                    continue
                rates = fitted_rates(self.population(of_class, board), one)
                found[(of_class, one["datatype"]), one["board"]].append((rates, sheet_logs(self.figures[key])))
        entries = [
            {"kind": k, "board": b, "rates": np.mean([r for r, _ in v], 0), "sheet": np.mean([s for _, s in v], 0)}
            for (k, b), v in found.items()
        ]
        return Datasheet(entries, name) if any(e["kind"][0] == name for e in entries) else None


def fitted_rates(population, device: dict) -> np.ndarray:
    """Of one of the devices that a population was learned from."""
    one = population.in_regimes(device, population.residence_on(device))
    effects = np.array([population.effect_of(n) for n in one["network"]])
    spread = np.sqrt(population.noise**2 + effects[:, 1])
    return fit(one, one["log"] - effects[:, 0], spread, population.mean, population.precision)[0]


def unseen(population, sheet: Datasheet, figures, datatype: str):
    rates, spread = sheet.rates(figures, datatype)
    return rates, population.covariance + spread**2 * np.outer(COMMON, COMMON), population.noise


def quantile(pairs, fallback: float) -> float:
    if len(pairs) < 20:
        return fallback
    pairs = np.array(pairs)
    return float(np.clip(np.quantile(np.abs(pairs[:, 0]) / pairs[:, 1], 0.9), 1.2, 6))


def unseen_quantile(by_board: dict, usual: float = 1.645) -> float:
    """As quantile, of boards left out; few boards say little of it, so that as many as one stand for the usual one."""
    if not by_board:
        return usual
    off = np.concatenate([np.abs(e) / s for e, s in by_board.values()])
    return float((len(by_board) * np.quantile(off, 0.9) + usual) / (len(by_board) + 1))


def coverage(by_board: dict) -> float:
    """Share of the errors of boards that lie inside of what the other boards say of the interval."""
    inside = []
    for board, (error, spread) in by_board.items():
        reach = unseen_quantile({b: v for b, v in by_board.items() if b != board})
        inside += list(np.abs(error) <= reach * spread)
    return float(np.mean(inside))


def age(setup: str) -> tuple:
    """Sorts set-ups of one device so that the usual and newest comes last."""
    version = re.match(r"v?(\d*)\.(\d+)", setup)
    torch = re.search(r"pt(\d+)", setup)
    return (
        int(torch[1]) if torch else 0,
        "nchw" in setup,
        int(version[1] or 1) if version else 0,
        int(version[2]) if version else 0,
        setup,
    )


def short(value: float) -> float:
    return float(f"{value:.4g}")


def described(name: str, family: Family, source: str) -> dict:
    devices, profiles, figures = family.classes[name], family.profiles, family.figures
    whole = family.population(name, None)
    errors = held_out(name, family)
    sheet = family.datasheet(name, None)
    newest = {(d["platform"], d["datatype"]): k for k, d in sorted(devices.items(), key=lambda x: age(x[0][1]))}
    known_devices = []
    for key, one in devices.items():
        if not figures[key] or key not in newest.values():
            continue
        stays = whole.residence_on(one)
        rates = fitted_rates(whole, one)
        apart = errors.get(key) or [float("nan")]
        known_devices += [
            {
                "platform": platform,
                "setup": key[1],
                "runtime": runtime_of(name),
                "datatype": DATATYPES.get(one["datatype"], one["datatype"]),
                "peak_ops_per_s": figures[key][0],
                "rates": [short(x) for x in rates],
                "residence": [] if stays is None else [short(x) for x in stays],
                "rows": len(one["log"]),
                "networks": len(set(one["network"])),
                "held_out_mean": short(float(np.mean(apart))),
                "held_out_median": short(float(np.median(apart))),
            }
            for platform in [one["platform"], *BESIDES.get(one["platform"], [])]
        ]
    networks = (
        []
        if name == "cells"
        else [
            {
                "structure": profiles[n]["structure"],
                "effect": short(whole.effect[i]),
                "variance": short(whole.variance[i]),
                "weight": short(whole.weight[i]),
                "likeness": [round(float(x), 3) for x in whole.like[i]],
            }
            for i, n in enumerate(whole.names)
        ]
    )
    networks = list({n["structure"]: n for n in networks}.values())
    known = quantile(errors["known"] or errors["new"], 2.0)
    new = max(known, quantile(errors["new"], known * 1.3))
    off = [abs(np.expm1(e)) for e, *_ in errors["unseen"]]
    by_board = {
        board: tuple(np.array([r[:2] for r in errors["unseen"] if r[2] == board]).T)
        for board in {r[2] for r in errors["unseen"]}
    }
    summary = {
        k: (
            f"{np.mean(np.abs(np.expm1([e for e, *_ in errors[k]]))):.1%} / "
            f"{np.median(np.abs(np.expm1([e for e, *_ in errors[k]]))):.1%}"
        )
        for k in ("known", "new", "unseen")
        if errors[k]
    }
    for board, (error, _) in sorted(by_board.items()):
        print(f"    {board}: {np.median(np.abs(np.expm1(error))):.1%}", file=sys.stderr)
    if by_board:
        summary["inside"] = f"{coverage(by_board):.0%}, quantile {unseen_quantile(by_board):.2f}, power {sheet.power}"
    print(
        f"{name}: {len(devices)} set-ups, {len(whole.names)} networks, held out {summary}", file=sys.stderr, flush=True
    )
    lower = [short(whole.covariance[i, j]) for i in range(RATES) for j in range(i + 1)]
    return {
        "name": name,
        "class": CLASSES[name.split("_")[0]],
        "source": source,
        "date": datetime.date.today().isoformat(),
        "rows": sum(len(d["log"]) for d in devices.values()),
        "mean": [short(x) for x in whole.mean],
        "covariance": lower,
        "noise": short(whole.noise),
        "effect_spread": whole.spread,
        "effect_shared": whole.shared,
        "effect_length": whole.length,
        "quantile_known": short(known),
        "quantile_new": short(new),
        "quantile_unseen": short(unseen_quantile(by_board)),
        **({} if sheet is None else {"datasheet": datasheet_json(sheet, name)}),
        "batches": [
            float(min(d["batch"].min() for d in devices.values())),
            float(max(d["batch"].max() for d in devices.values())),
        ],
        "weight_bytes": {"fp32": 4, "fp16": 2}.get(next(iter(devices.values()))["datatype"], 1),
        "unseen_median": short(float(np.median(off))) if off else 0,
        "residence": [] if whole.residence is None else [short(x) for x in whole.residence],
        "networks": networks,
        "devices": known_devices,
    }


def datasheet_json(sheet: Datasheet, name: str) -> dict:
    return {
        "power": sheet.power,
        "one_unit_a_call": is_one_unit_a_call(name),
        "levels": [
            {"datatype": DATATYPES.get(datatype, datatype), "rates": [short(x) for x in rates]}
            for datatype, rates in sheet.levels.items()
        ],
        "devices": [
            {
                "peak_ops_per_s": short(1e11 * np.exp(peak)),
                "bandwidth_bytes_per_s": short(1e10 * np.exp(bandwidth)),
                "scale": short(scale),
            }
            for peak, bandwidth, scale in sheet.points
        ],
    }


def read_profiles(path: Path) -> dict:
    """Lines of a name, its structure, and the work of a call, of an input, and the likeness."""
    out = {}
    for line in path.open():
        name, structure, *numbers = line.split()
        values = np.array([float(x) for x in numbers])
        out[name] = {
            "structure": structure,
            "call": values[:COUNT],
            "input": values[COUNT : 2 * COUNT],
            "likeness": values[2 * COUNT :],
        }
    return out


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=Path, required=True)
    ask.add_argument("--profiles", type=Path, required=True, help="written by profile_networks.py")
    ask.add_argument("--cells", type=Path, help="JSON list of rows of NAS-Bench-201 with latencies")
    ask.add_argument("--platforms", type=Path, default=Path("data/platforms"))
    ask.add_argument("--out", type=Path, default=Path("data/calibrations"))
    ask.add_argument("--only", nargs="*")
    given = ask.parse_args()
    profiles = read_profiles(given.profiles)
    devices = read_networks(given.rows, profiles)
    if given.cells:
        devices |= read_cells(json.loads(given.cells.read_text()), profiles)
    by_class = collections.defaultdict(dict)
    for key, one in devices.items():
        by_class[one["class"]][key] = one
    families: dict[str, Family] = {}
    for name, some in sorted(by_class.items()):
        if given.only and name not in given.only:
            continue
        alike = {n: d for n, d in by_class.items() if chips_of(n) == chips_of(name)}
        families.setdefault(chips_of(name), Family(alike, profiles, given.platforms))
        text = json.dumps(described(name, families[chips_of(name)], SOURCES[next(iter(some))[0]]))
        text = re.sub(
            r'("networks": \[|"devices": \[|\}, (?=\{)|, (?="(?:mean|covariance|noise|datasheet|networks|devices)"))',
            r"\1\n ",
            text,
        )
        (given.out / (name + ".json")).write_text(text + "\n")


if __name__ == "__main__":
    main()
