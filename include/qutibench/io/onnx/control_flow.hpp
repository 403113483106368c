// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// If, Loop, Scan and SequenceMap: operators that run sub-graphs.
#pragma once

#include <qutibench/io/onnx/engine.hpp>

#include <memory>

namespace qutibench::onnx::detail {

/// After this many rounds, what a loop carries and still changes is given up as unknown.
inline constexpr int settling_rounds = 4;

inline bool engine::run_control_flow(operation& made, scope& at) {
    if (!made.op->domain.empty()) return false;
    const std::string_view type = made.op->op_type;
    if (type != "If" && type != "Loop" && type != "Scan" && type != "SequenceMap") return false;
    if (at.depth >= nesting_limit) fail(describe(*made.op, at.frame), "sub-graphs are nested too deep");
    if (type == "If")
        run_if(made, at);
    else if (type == "Loop")
        run_loop(made, at);
    else if (type == "Scan")
        run_scan(made, at);
    else
        run_sequence_map(made, at);
    return true;
}

inline const graph& engine::body_of(const operation& made, std::string_view name) const {
    const attribute* found = made.find(name);
    if (found == nullptr || !found->graph)
        fail(describe(*made.op, made.frame), "it has no sub-graph '" + std::string(name) + "'");
    return *found->graph;
}

/// The single element of a value, unknown when it has none.
inline scalar engine::single(value_id id) const {
    if (id == absent) return {};
    const facts& known = result_.values[id].facts;
    const auto value =
        known.value || known.initialiser == nullptr ? known.value : decode(*known.initialiser, *shared_.file, 1);
    return value && value->size() == 1 ? value->front() : scalar();
}

inline std::vector<facts> engine::facts_of(const operation& made, std::size_t first, std::size_t count) {
    std::vector<facts> result;
    for (std::size_t i = first; i < first + count && i < made.inputs.size(); ++i)
        result.push_back(made.inputs[i] == absent ? facts() : result_.values[made.inputs[i]].facts);
    return result;
}

/// Runs `source` once with the given facts for its inputs; names outside are visible.
inline body engine::run_body(const graph& source, std::string_view role, const std::vector<facts>& inputs,
                             const operation& made, const scope& at) {
    body result;
    result.role = role;
    scope inside;
    inside.around = &at;
    inside.source = &source;
    inside.frame = at.frame;
    inside.depth = at.depth + 1;
    declare_initialisers(inside);
    for (std::size_t i = 0; i < source.inputs.size(); ++i) {
        const std::string_view name = source.inputs[i].name;
        if (i >= inputs.size() && inside.names.count(name) != 0) continue;
        facts known = i < inputs.size() ? inputs[i] : from_declared(source.inputs[i].type, names_);
        if (known.kind == type_kind::unknown) known.kind = source.inputs[i].type.kind;
        if (known.type == element_type::undefined) known.type = source.inputs[i].type.element;
        result.inputs.push_back(add_value(name, std::move(known)));
        define(inside, name, result.inputs.back());
    }
    charge(1 + source.inputs.size() + source.outputs.size() + source.initialisers.size(), *made.op, at.frame);
    run_nodes(source.nodes, inside, result.operations);
    for (const value_info& output : source.outputs) result.outputs.push_back(output_of(output, inside));
    return result;
}

/// If: a constant condition chooses a branch. Otherwise both run and the outputs are what they agree on; a branch that
/// contradicts its shapes cannot be the one that is taken.
inline void engine::run_if(operation& made, scope& at) {
    const scalar condition = made.inputs.empty() ? scalar() : single(made.inputs[0]);
    std::string contradiction;
    for (const std::string_view role : {"then_branch", "else_branch"}) {
        if (condition.is(role == "then_branch" ? 0 : 1)) continue;
        const std::size_t mark = result_.values.size();
        try {
            made.bodies.push_back(run_body(body_of(made, role), role, {}, made, at));
        } catch (const shape_error& broken) {
            if (condition.known() || !contradiction.empty()) throw;
            contradiction = broken.what();
            result_.values.resize(mark);
        }
    }
    if (made.bodies.empty()) throw shape_error(contradiction);
    for (std::size_t i = 0; i < made.op->outputs.size(); ++i) {
        std::optional<facts> merged;
        for (const body& branch : made.bodies) {
            if (i >= branch.outputs.size()) fail(describe(*made.op, at.frame), "a branch has too few outputs");
            const facts& found = result_.values[branch.outputs[i]].facts;
            merged = merged ? merge(*merged, found) : found;
        }
        add_output(made, at, i, std::move(*merged));
    }
}

/// Runs a loop's body until what it carries from one round to the next no longer changes; leaves the last run in
/// `made.bodies`. `fixed` are the facts of the body inputs before the carried ones; returns the settled carried facts.
inline std::vector<facts> engine::settle(const graph& source, std::vector<facts> fixed, std::vector<facts> carried,
                                         std::size_t first_carried_output, operation& made, const scope& at) {
    for (int round = 0;; ++round) {
        const std::size_t mark = result_.values.size();
        std::vector<facts> inputs = fixed;
        // Scan passes its slices after the state; `fixed` then holds them and the split lies at first_carried_output ==
        // 0.
        inputs.insert(first_carried_output == 0 ? inputs.begin() : inputs.end(), carried.begin(), carried.end());
        made.bodies.clear();
        made.bodies.push_back(run_body(source, "body", inputs, made, at));
        const body& run = made.bodies.back();
        if (run.outputs.size() < first_carried_output + carried.size() || run.inputs.size() < inputs.size())
            fail(describe(*made.op, at.frame), "the body does not have an input and an output for each carried value");
        bool changed = false;
        for (std::size_t i = 0; i < carried.size(); ++i) {
            facts next = merge(carried[i], result_.values[run.outputs[first_carried_output + i]].facts);
            if (settled(carried[i], next)) continue;
            changed = true;
            if (round >= settling_rounds) {
                const type_kind kind = next.kind;
                next = facts::of_tensor(next.type);
                next.kind = kind;
            }
            carried[i] = std::move(next);
        }
        if (!changed) return carried;
        result_.values.resize(mark);
    }
}

/// How often a Loop runs: its constant count, provided that the condition, true at the start, stays true.
inline dimension engine::trip_count(const operation& made, const body& iteration) const {
    const bool has_count = !made.inputs.empty() && made.inputs[0] != absent;
    const bool has_condition = made.inputs.size() > 1 && made.inputs[1] != absent;
    const scalar count = has_count ? single(made.inputs[0]) : scalar();
    const scalar start = has_condition ? single(made.inputs[1]) : scalar::integer(1);
    if (start.is(0) || (count.is_integer() && count.as_integer() <= 0)) return 0;
    const scalar next = single(iteration.outputs[0]);
    if (!start.is(1) || !has_count) return start.is(1) && next.is(0) ? dimension(1) : dimension();
    if (next.is(0)) return count.known() ? dimension(1) : dimension();
    return next.is(1) ? count.as_dimension() : dimension();
}

/// Loop: (count, condition, carried...) -> (carried..., stacked...).
inline void engine::run_loop(operation& made, scope& at) {
    const graph& source = body_of(made, "body");
    const std::size_t carried_count = made.inputs.size() < 2 ? 0 : made.inputs.size() - 2;
    facts always = facts::of_tensor(element_type::boolean, {});
    always.value = std::make_shared<const constant>(1, scalar::integer(1));  // inside the body the condition holds
    const std::vector<facts> initial = facts_of(made, 2, carried_count);
    const auto carried = settle(source, {facts::of_tensor(element_type::int64, {}), always}, initial, 1, made, at);
    body& iteration = made.bodies.back();
    const dimension trips = trip_count(made, iteration);
    iteration.repeats = trips;
    for (std::size_t i = 0; i < made.op->outputs.size(); ++i) {
        if (i + 1 >= iteration.outputs.size()) fail(describe(*made.op, at.frame), "the body has too few outputs");
        const facts& produced = result_.values[iteration.outputs[i + 1]].facts;
        if (i < carried_count) {
            add_output(made, at, i, trips.is(0) ? initial[i] : trips.known() ? produced : carried[i]);
            continue;
        }
        facts stacked = facts::of_tensor(produced.type);
        if (produced.kind == type_kind::tensor && produced.ranked) {
            stacked.ranked = true;
            stacked.dims = produced.dims;
            stacked.dims.insert(stacked.dims.begin(), trips);
        }
        add_output(made, at, i, std::move(stacked));
    }
}

/// Length of the scanned axes, which all inputs from `first` on share.
inline dimension engine::scan_length(const operation& made, std::size_t first,
                                     const std::vector<std::size_t>& axes) const {
    dimension length;
    for (std::size_t i = first; i < made.inputs.size(); ++i) {
        if (made.inputs[i] == absent) continue;
        const facts& scanned = result_.values[made.inputs[i]].facts;
        if (!scanned.ranked || axes[i - first] >= scanned.dims.size()) continue;
        const dimension found = scanned.dims[axes[i - first]];
        if (differ(length, found))
            throw shape_error(describe(*made.op, made.frame) + ": scanned inputs differ in length");
        if (!length.known()) length = found;
    }
    return length;
}

/// `axis` counted from the front; throws shape_error outside [-rank, rank).
[[nodiscard]] inline std::size_t scan_axis(const operation& made, std::int64_t axis, std::size_t rank) {
    const auto n = static_cast<std::int64_t>(rank);
    if (axis < -n || axis >= n)
        throw shape_error(describe(*made.op, made.frame) + ": axis " + std::to_string(axis) +
                          " is outside the scanned tensor");
    return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

/// Entry `i` of a list attribute, 0 when there is none.
[[nodiscard]] inline std::int64_t list_entry(const operation& made, std::string_view name, std::size_t i) {
    const attribute* found = made.find(name);
    return found != nullptr && i < found->integers.size() ? found->integers[i] : 0;
}

/// Scan: (state..., scanned...) -> (state..., stacked...). In opset 8 sequence lengths come first and every tensor has
/// a leading batch dimension that the body does not see.
inline void engine::run_scan(operation& made, scope& at) {
    const graph& source = body_of(made, "body");
    const bool batched = made.opset < 9;
    const std::size_t lead = batched ? 1 : 0;
    const attribute* given = made.find("num_scan_inputs");
    const std::size_t operands = made.inputs.size() - std::min(made.inputs.size(), lead);
    if (given == nullptr || given->integer < 0 || static_cast<std::size_t>(given->integer) > operands)
        fail(describe(*made.op, at.frame), "num_scan_inputs does not fit its inputs");
    const auto scanned_count = static_cast<std::size_t>(given->integer);
    const std::size_t states = operands - scanned_count;
    std::vector<facts> state = facts_of(made, lead, states);
    std::vector<facts> slices = facts_of(made, lead + states, scanned_count);
    std::vector<std::size_t> axes;
    dimension batch;
    for (std::size_t i = 0; i < slices.size(); ++i) {
        facts& slice = slices[i];
        const std::size_t axis = batched ? 1
                                 : slice.ranked
                                     ? scan_axis(made, list_entry(made, "scan_input_axes", i), slice.dims.size())
                                     : 0;
        axes.push_back(axis);
        slice.value = nullptr;
        slice.initialiser = nullptr;
        if (!slice.ranked || axis >= slice.dims.size()) continue;
        if (batched) batch = slice.dims[0];
        slice.dims.erase(slice.dims.begin() + static_cast<std::ptrdiff_t>(axis));
        if (batched) slice.dims.erase(slice.dims.begin());
    }
    for (facts& one : state) {
        if (!batched || !one.ranked || one.dims.empty()) continue;
        one.dims.erase(one.dims.begin());
        one.value = nullptr;
        one.initialiser = nullptr;
    }
    const auto settled_state = settle(source, slices, state, 0, made, at);
    body& iteration = made.bodies.back();
    const dimension trips = scan_length(made, lead + states, axes);
    iteration.repeats =
        batched && !batch.is(1) ? (batch.known() && trips.known() ? multiply(batch, trips) : dimension()) : trips;
    for (std::size_t i = 0; i < made.op->outputs.size(); ++i) {
        if (i >= iteration.outputs.size()) fail(describe(*made.op, at.frame), "the body has too few outputs");
        facts found =
            i < states ? (trips.known() && !trips.is(0) ? result_.values[iteration.outputs[i]].facts : settled_state[i])
                       : result_.values[iteration.outputs[i]].facts;
        found.value = nullptr;
        found.initialiser = nullptr;
        if (found.ranked && i >= states) {
            const std::size_t axis =
                batched ? 0 : scan_axis(made, list_entry(made, "scan_output_axes", i - states), found.dims.size() + 1);
            found.dims.insert(found.dims.begin() + static_cast<std::ptrdiff_t>(axis), trips);
        }
        if (found.ranked && batched) found.dims.insert(found.dims.begin(), batch);
        add_output(made, at, i, std::move(found));
    }
}

/// SequenceMap: the body runs for each element of the first sequence.
inline void engine::run_sequence_map(operation& made, scope& at) {
    const graph& source = body_of(made, "body");
    std::vector<facts> inputs = facts_of(made, 0, made.inputs.size());
    std::optional<std::size_t> length;
    if (!inputs.empty() && inputs[0].sequence && inputs[0].sequence->items) length = inputs[0].sequence->items->size();
    for (facts& one : inputs) {
        if (one.kind != type_kind::sequence) continue;
        const facts element = one.sequence ? one.sequence->element : facts::of_tensor(one.type);
        one = element;
    }
    made.bodies.push_back(run_body(source, "body", inputs, made, at));
    body& iteration = made.bodies.back();
    iteration.repeats = length ? dimension(static_cast<std::int64_t>(*length)) : dimension();
    for (std::size_t i = 0; i < made.op->outputs.size(); ++i) {
        if (i >= iteration.outputs.size()) fail(describe(*made.op, at.frame), "the body has too few outputs");
        const facts element = result_.values[iteration.outputs[i]].facts;
        std::optional<std::vector<facts>> all;
        if (length) all.emplace(*length, element);
        add_output(made, at, i, of_sequence(std::move(all), element));
    }
}

}  // namespace qutibench::onnx::detail
