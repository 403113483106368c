// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The core: layers, networks, workloads, platforms and predictions. Left out, because they bring other libraries or
/// cost compile time; include them by name:
///   <qutibench/io/...>               files: JSON, CSV, ONNX, the catalogue, measured results
///   <qutibench/network/zoo/registry.hpp>  networks by name
///   <qutibench/transform/...>        pruning, quantisation, fusion
///   <qutibench/measure/...>          measurements, efficiency, statistics
///   <qutibench/model/calibration.hpp>     fits to measurements
///   <qutibench/explore/...>          design spaces, Pareto frontiers, scorecards
/// What a `static_assert` needs of it, static graphs, static platforms and predictions of them, compiles without
/// exceptions and run-time type information too (`-fno-exceptions -fno-rtti`), and leaves nothing in the program.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/error.hpp>
#include <qutibench/hardware/platform.hpp>
#include <qutibench/hardware/static_platform.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/model/roofline.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>
#include <qutibench/network/static_graph.hpp>
#include <qutibench/network/training.hpp>
#include <qutibench/network/workload.hpp>
#include <qutibench/network/zoo.hpp>
#include <qutibench/units.hpp>
#include <qutibench/version.hpp>
