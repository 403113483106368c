// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Variables of a TFLite model, which keep values from call to call (resource variables of schema.fbs).
#pragma once

#include <qutibench/io/tflite/write_movement.hpp>

#include <map>
#include <set>

namespace qutibench::tflite {

/// What a call finds in a variable enters the network, and what it leaves there is returned, as streaming models in
/// other formats have it.
class state_writer : public movement_writer {
public:
    using movement_writer::movement_writer;

protected:
    void write_handle(const operation& of) {
        const std::string_view shared = of.options.text(1);
        names_[result(of)] = shared.empty() ? tensors_.name(result(of)) : std::string(shared);
    }

    void write_recalled(const operation& of) {
        variable& one = variable_of(of);
        const std::int32_t to = result(of);
        if (one.holds < 0) {
            one.holds = one.entered = to;
            return tensors_.enter(to, layout::stored);
        }
        const layout order = tensors_.moved(one.holds) ? layout::channels_second : layout::stored;
        produce(of, "Identity", {tensors_.read(one.holds, order)}, {}, order);
    }

    void write_kept(const operation& of) {
        variable& one = variable_of(of);
        one.holds = needed(of, 1);
        one.is_set = true;
    }

    /// Writes the outputs that variables are, in the order in which they enter, but for those that the network returns
    /// anyway.
    void return_variables() {
        std::set<std::int32_t> returned(source_.outputs.begin(), source_.outputs.end());
        for (const auto& [name, one] : variables_) {
            const bool is_new = one.is_set && !tensors_.is_constant(one.holds) && tensors_.is_defined(one.holds);
            if (!is_new || !tensors_.of(one.holds).has_type || !returned.insert(one.holds).second) continue;
            const layout order = tensors_.layout_of(one.entered < 0 ? one.holds : one.entered);
            out_.output(tensors_.read(one.holds, order), tensors_.of(one.holds).type, tensors_.shape(one.holds, order));
        }
    }

private:
    struct variable {
        std::int32_t holds = -1, entered = -1;
        bool is_set = false;
    };

    [[nodiscard]] variable& variable_of(const operation& of) {
        const std::int32_t id = needed(of, 0);
        const auto at = names_.find(id);
        return variables_[at == names_.end() ? tensors_.name(id) : at->second];
    }

    std::map<std::int32_t, std::string> names_;
    std::map<std::string, variable> variables_;
};

}  // namespace qutibench::tflite
