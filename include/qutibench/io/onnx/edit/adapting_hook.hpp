// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/edit/file_edits.hpp>
#include <qutibench/io/onnx/shapes.hpp>

#include <deque>
#include <memory>

namespace qutibench::onnx::detail {

using extents_list = std::vector<std::int64_t>;

/// The numbers of known dimensions; nothing while one is open.
[[nodiscard]] inline std::optional<extents_list> numbers_of(const facts& of) {
    if (of.kind != type_kind::tensor || !of.fully_known()) return {};
    extents_list all;
    for (const dimension dim : of.dims) all.push_back(dim.value());
    return all;
}

/// Infers an edited model beside the inference of the model as it was, and rewrites the shapes that the file states as
/// constants. Which shape an output should have is what the derived classes know.
class adapting_hook : public inference_hook {
public:
    /// All must outlive this object; `edits` grows by what is rewritten.
    adapting_hook(const inferred& old, const model& source, file_edits& edits)
        : old_(old), source_(source), edits_(edits) {}

    void before(std::size_t place, const operation& made, const inferred& so_far,
                std::vector<const facts*>& inputs) override {
        inputs_ = &inputs;
        now_ = &so_far;
        if (place >= old_.operations.size()) return;
        const operation& then = old_.operations[place];
        if (then.op->op_type != made.op->op_type) return;
        adapt(place, then, made);
    }

protected:
    /// What the node would read wrongly is replaced here.
    virtual void adapt(std::size_t place, const operation& then, const operation& made) = 0;

    [[nodiscard]] const inferred& old() const { return old_; }
    [[nodiscard]] const inferred& now() const { return *now_; }
    [[nodiscard]] file_edits& edits() { return edits_; }
    [[nodiscard]] const model& source() const { return source_; }

    [[nodiscard]] bool reads(const operation& one, std::size_t k) const {
        return k < one.inputs.size() && one.inputs[k] != absent && (*inputs_)[k] != nullptr;
    }
    [[nodiscard]] std::optional<extents_list> in_now(std::size_t k) const {
        return k < inputs_->size() && (*inputs_)[k] != nullptr ? numbers_of(*(*inputs_)[k]) : std::nullopt;
    }
    [[nodiscard]] std::optional<extents_list> in_old(const operation& then, std::size_t k) const {
        return k < then.inputs.size() && then.inputs[k] != absent ? numbers_of(old_.of(then.inputs[k])) : std::nullopt;
    }
    [[nodiscard]] std::optional<extents_list> out_old(const operation& then, std::size_t k = 0) const {
        return k < then.outputs.size() && then.outputs[k] != absent ? numbers_of(old_.of(then.outputs[k]))
                                                                    : std::nullopt;
    }

    [[nodiscard]] static std::optional<extents_list> integers(const facts& of, const model& source) {
        const auto value = of.value || of.initialiser == nullptr
                               ? of.value
                               : decode(*of.initialiser, *source.source, integer_value_limit);
        if (!value) return {};
        extents_list all;
        for (const scalar one : *value) {
            if (!one.is_integer()) return {};
            all.push_back(one.as_integer());
        }
        return all;
    }
    [[nodiscard]] std::optional<extents_list> values_now(std::size_t k) const {
        return k < inputs_->size() && (*inputs_)[k] != nullptr ? integers(*(*inputs_)[k], source_) : std::nullopt;
    }
    [[nodiscard]] std::optional<extents_list> values_old(const operation& then, std::size_t k) const {
        return k < then.inputs.size() && then.inputs[k] != absent ? integers(old_.of(then.inputs[k]), *old_.source)
                                                                  : std::nullopt;
    }
    /// Whether what input `k` states is as it was: written into the file, or computed from nothing that changed.
    [[nodiscard]] bool is_literal(const operation& then, std::size_t k) const {
        return values_now(k) == values_old(then, k);
    }

    /// Lets the node read `values` as input `k`. Throws shape_error where the node stands in a function or sub-graph.
    void replace(const operation& made, std::size_t k, const extents_list& values) {
        const auto at = place_of(*made.op, source_);
        if (!at || made.frame != nullptr)
            throw shape_error(describe(*made.op, made.frame) + " states a shape inside a function");
        facts& stated = replaced_.emplace_back(
            facts::of_tensor(element_type::int64, dimensions{static_cast<std::int64_t>(values.size())}));
        constant value;
        for (const std::int64_t one : values) value.push_back(scalar::integer(one));
        stated.value = std::make_shared<const constant>(std::move(value));
        if (k >= inputs_->size()) inputs_->resize(k + 1, nullptr);
        (*inputs_)[k] = &stated;
        edits_.operands[{*at, k}] = values;
    }

    void set_attribute(const operation& made, edited_attribute one) {
        const auto at = place_of(*made.op, source_);
        if (!at) throw shape_error(describe(*made.op, made.frame) + " states a size inside a function");
        edits_.attributes[*at].push_back(std::move(one));
    }

    /// The input `k` as one of other dimensions, for this inference alone.
    void pretend(std::size_t k, const extents_list& dims) {
        facts& changed = replaced_.emplace_back(*(*inputs_)[k]);
        changed.value = nullptr;
        changed.initialiser = nullptr;
        changed.dims = to_dimensions(dims);
        (*inputs_)[k] = &changed;
    }

    /// Gives a Reshape the shape `wanted` unless it computes that, or any that fits where `computed_stays`.
    void adapt_reshape(const operation& then, const operation& made, const extents_list& wanted, bool computed_stays) {
        const auto stated = values_now(1);
        const auto in = in_now(0);
        if (!in || !reads(made, 1)) return;
        if (stated) {
            const attribute* zeros = made.find("allowzero");
            const auto computed = resolved(*stated, *in, zeros != nullptr && zeros->integer != 0);
            if (computed == wanted || (computed_stays && computed && !is_literal(then, 1))) return;
        }
        replace(made, 1, wanted);
    }

    /// Gives an Expand the shape `wanted` unless it computes that, or any that fits where `computed_stays`.
    void adapt_expand(const operation& then, const operation& made, const extents_list& wanted, bool computed_stays) {
        const auto stated = values_now(1);
        const auto in = in_now(0);
        if (!in || !stated || !reads(made, 1)) return;
        const auto computed = broadcast_of(*in, *stated);
        if (computed == wanted || (computed_stays && computed && !is_literal(then, 1))) return;
        replace(made, 1, wanted);
    }

private:
    /// The shape that a target of Reshape means; nothing when it does not fit.
    [[nodiscard]] static std::optional<extents_list> resolved(const extents_list& target, const extents_list& in,
                                                              bool allow_zero) {
        std::int64_t all = 1;
        for (const std::int64_t one : in) all *= one;
        extents_list out;
        std::int64_t known = 1;
        std::optional<std::size_t> open;
        for (std::size_t i = 0; i < target.size(); ++i) {
            const std::int64_t one = target[i] == 0 && !allow_zero && i < in.size() ? in[i] : target[i];
            if (one == -1)
                open = i;
            else
                known *= one;
            out.push_back(one);
        }
        if (open && known > 0 && all % known == 0) out[*open] = all / known;
        std::int64_t count = 1;
        for (const std::int64_t one : out) count *= one;
        return count == all ? std::optional(out) : std::nullopt;
    }

    [[nodiscard]] static std::optional<extents_list> broadcast_of(const extents_list& a, const extents_list& b) {
        extents_list out = a.size() >= b.size() ? a : b;
        const extents_list& other = a.size() >= b.size() ? b : a;
        for (std::size_t i = 0; i < other.size(); ++i) {
            std::int64_t& one = out[out.size() - other.size() + i];
            if (one != other[i] && one != 1 && other[i] != 1) return {};
            one = std::max(one, other[i]);
        }
        return out;
    }

    const inferred& old_;
    const model& source_;
    file_edits& edits_;
    const inferred* now_ = nullptr;
    std::vector<const facts*>* inputs_ = nullptr;
    std::deque<facts> replaced_;
};

}  // namespace qutibench::onnx::detail
