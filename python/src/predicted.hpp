// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A prediction as Python sees it: the figures, and what they are for.
#pragma once

#include "common.hpp"

#include <qutibench/hardware/platform.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/network/workload.hpp>

#include <memory>

namespace qutibench::python {

struct predicted {
    estimate figures{};
    precision datatype{};
    placement_kind placement = placement_kind::published;
    execution_kind execution = execution_kind::network;
    std::shared_ptr<workload> net{};
    std::shared_ptr<platform> device{};
};

}  // namespace qutibench::python
