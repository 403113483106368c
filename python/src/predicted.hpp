// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A prediction as Python sees it: an answer, whose properties are the fields of answers.
#pragma once

#include "how.hpp"

namespace qutibench::python {

/// What Python holds is not const.
template <class Held>
[[nodiscard]] std::shared_ptr<Held> shown(const std::shared_ptr<const Held>& held) {
    return std::const_pointer_cast<Held>(held);
}

/// Of objects nobody knows which share of the channels pruning left.
[[nodiscard]] inline answer answer_of(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                      const deployment& how, const estimate& prediction) {
    return {net ? net->name() : std::string(), std::nan(""), net, device, how, prediction};
}

}  // namespace qutibench::python
