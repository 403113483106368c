// SPDX-License-Identifier: BSD-3-Clause
// The catalogue, its files, tables and searches, which the other files of what_if and of the Python module declare
// only.
// predictions.cpp has the bodies of the first four, readers.cpp those of the next two.
#include <qutibench/explore/serving_space.hpp>
#include <qutibench/model/calibration.hpp>
#include <qutibench/pareto/front.hpp>
#include <qutibench/qutibench.hpp>

#include <qutibench/io/model_file.hpp>
#include <qutibench/io/save_onnx.hpp>

#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/io/adapters.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/language/load.hpp>
#include <qutibench/io/populations.hpp>
#include <qutibench/model/fold_search.hpp>
#include <qutibench/model/memory_plan.hpp>
#include <qutibench/study/published_frontier.hpp>
#include <qutibench/study/published_tables.hpp>
#include <qutibench/transform/prune.hpp>
