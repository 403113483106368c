// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Platforms, networks and graphs as JSON files. The catalogue of known ones: io/catalogue.hpp.
#pragma once

#include <qutibench/io/json/graph.hpp>
#include <qutibench/io/json/network.hpp>
#include <qutibench/io/json/platform.hpp>
