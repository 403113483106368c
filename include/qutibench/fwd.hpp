// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The classes of the core by name, for headers that only pass them on.
#pragma once

namespace qutibench {

// network/
class any_layer;
class graph;
class graph_source;
class shape;
class workload;
struct layer_workload;
struct node;
struct tensor;
struct workload_totals;

// hardware/
class platform;
struct operating_mode;

// model/
struct breakdown;
struct deployment;
struct estimate;
struct placement;

}  // namespace qutibench
