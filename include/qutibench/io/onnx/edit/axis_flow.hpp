// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What dimensions consist of, before and after the inputs of a model change: a reshape that a file states in numbers
/// means factors of dimensions, and those are followed from the inputs on.
#pragma once

#include <qutibench/io/onnx/edit/adapting_hook.hpp>

namespace qutibench::onnx::detail {

/// A factor of a dimension: its size as it was and as it is.
struct size_factor {
    std::int64_t old = 1;
    std::int64_t now = 1;
    [[nodiscard]] bool is_changed() const { return old != now; }
};

/// The factors of each dimension of a tensor, outermost first.
using factor_lists = std::vector<std::vector<size_factor>>;

/// Deals the factors of a tensor out to the dimensions of another shape of the same elements.
class factor_dealer {
public:
    factor_dealer(const factor_lists& from, const extents_list& to) : to_(to) {
        for (const auto& axis : from)
            for (const size_factor one : axis)
                if (one.old != 1 || one.now != 1) rest_.push_back(one);
    }

    /// Nothing when a changed factor would have to be cut where it cannot be.
    [[nodiscard]] std::optional<factor_lists> run() {
        factor_lists out(to_.size());
        for (std::size_t axis = 0; axis < to_.size(); ++axis) {
            if (to_[axis] == 1) {
                if (next_is_one()) take(out[axis]);
                continue;
            }
            std::int64_t filled = 1;
            while (filled < to_[axis]) {
                while (next_is_one()) take(out[axis]);
                if (at_ >= rest_.size()) return {};
                const std::int64_t room = to_[axis] / filled;
                while (room % rest_[at_].old != 0 && rest_[at_].old % room != 0 && joins_next()) continue;
                if (to_[axis] % filled != 0 || (rest_[at_].old > room && !cut(room))) return {};
                if (room % rest_[at_].old != 0) return {};
                filled *= rest_[at_].old;
                take(out[axis]);
            }
            // A factor that was one joins the dimension before it, unless the one after it begins inside a factor.
            if (next_is_one() && !next_dimension_cuts(axis + 1)) take(out[axis]);
        }
        if (!out.empty())
            for (; at_ < rest_.size(); ++at_) out.back().push_back(rest_[at_]);
        return out;
    }

private:
    [[nodiscard]] bool next_is_one() const { return at_ < rest_.size() && rest_[at_].old == 1; }
    /// Makes one factor of the next two, where neither has changed.
    [[nodiscard]] bool joins_next() {
        if (at_ + 1 >= rest_.size() || rest_[at_].is_changed() || rest_[at_ + 1].is_changed()) return false;
        const std::int64_t both = qutibench::detail::multiply(rest_[at_].old, rest_[at_ + 1].old);
        rest_[at_ + 1] = {both, both};
        ++at_;
        return true;
    }
    void take(std::vector<size_factor>& into) { into.push_back(rest_[at_++]); }

    [[nodiscard]] bool next_dimension_cuts(std::size_t axis) const {
        if (axis < to_.size() && to_[axis] == 1) return true;
        std::size_t next = at_;
        while (next < rest_.size() && rest_[next].old == 1) ++next;
        return next < rest_.size() && axis < to_.size() && rest_[next].old > to_[axis];
    }

    /// Cuts the next factor in two, the first as large as `room`; the outer part takes what has changed, if it can.
    [[nodiscard]] bool cut(std::int64_t room) {
        const size_factor whole = rest_[at_];
        if (whole.old % room != 0) return false;
        const std::int64_t inner = whole.old / room;
        size_factor first{room, room};
        size_factor second{inner, inner};
        if (whole.is_changed() && whole.now % inner == 0)
            first.now = whole.now / inner;
        else if (whole.is_changed() && whole.now % room == 0)
            second.now = whole.now / room;
        else if (whole.is_changed())
            return false;
        rest_[at_] = first;
        rest_.insert(rest_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, second);
        return true;
    }

    const extents_list& to_;
    std::vector<size_factor> rest_;
    std::size_t at_ = 0;
};

/// Rewrites what a file states of shapes when its inputs have changed: stated targets of Reshape, Expand and Resize,
/// ends of Slice, and stored tensors that are joined with one of a larger batch.
class resizing_hook final : public adapting_hook {
public:
    /// `batch` is the size of the batch as it was and `factor` how often it is taken; 0 where the batch stays.
    resizing_hook(const inferred& old, const model& source, file_edits& edits, std::int64_t batch, std::int64_t factor)
        : adapting_hook(old, source, edits), batch_(batch), factor_(factor) {}

    void after(std::size_t place, const operation& made, const inferred& so_far) override {
        if (place >= old().operations.size()) return;
        const operation& then = old().operations[place];
        const std::string_view type = made.op->op_type;
        if (made.outputs.empty() || made.outputs[0] == absent || then.outputs.size() != made.outputs.size()) return;
        const auto before = out_old(then);
        const auto after_it = numbers_of(so_far.of(made.outputs[0]));
        if (!before || !after_it || before->size() != after_it->size()) return;
        std::optional<factor_lists> out;
        if (type == "Reshape" || type == "Flatten" || type == "Squeeze" || type == "Unsqueeze")
            out = dealt(then, made, *before);
        else if (type == "Transpose")
            out = transposed(then, made);
        else
            out = carried(then, made, *before, *after_it);
        if (out && fits(*out, *after_it)) factors_[made.outputs[0]] = std::move(*out);
    }

private:
    void adapt(std::size_t, const operation& then, const operation& made) override {
        const std::string_view type = made.op->op_type;
        const auto before = out_old(then);
        if (!before) return;
        if (type == "Reshape" && in_now(0) != in_old(then, 0)) {
            if (const auto wanted = dealt(then, made, *before)) adapt_reshape(then, made, sizes(*wanted), true);
        } else if (type == "Expand") {
            adapt_expand(then, made, expanded(then, *before), true);
        } else if (type == "Resize" && reads(made, 3)) {
            adapt_resize(then, made, *before);
        } else if (type == "Slice") {
            adapt_slice(then, made);
        } else if (type == "Concat" && factor_ > 1) {
            adapt_concat(then, made);
        }
    }

    /// The factors of a value: followed, or each dimension one of its own.
    [[nodiscard]] std::optional<factor_lists> factors(const operation& then, const operation& made,
                                                      std::size_t k) const {
        if (k >= made.inputs.size() || made.inputs[k] == absent) return {};
        if (const auto known = factors_.find(made.inputs[k]); known != factors_.end()) return known->second;
        const auto before = in_old(then, k);
        const auto after_it = numbers_of(now().of(made.inputs[k]));
        if (!before || !after_it || before->size() != after_it->size()) return {};
        factor_lists own;
        for (std::size_t i = 0; i < before->size(); ++i) own.push_back({size_factor{(*before)[i], (*after_it)[i]}});
        return own;
    }

    [[nodiscard]] std::optional<factor_lists> dealt(const operation& then, const operation& made,
                                                    const extents_list& to) const {
        const auto from = factors(then, made, 0);
        if (!from) return {};
        if (in_old(then, 0) == to) return from;
        return factor_dealer(*from, to).run();
    }

    [[nodiscard]] std::optional<factor_lists> transposed(const operation& then, const operation& made) const {
        const auto from = factors(then, made, 0);
        if (!from) return {};
        const attribute* order = made.find("perm");
        factor_lists out;
        for (std::size_t i = 0; i < from->size(); ++i) {
            const std::size_t axis = order == nullptr || order->integers.size() != from->size()
                                         ? from->size() - 1 - i
                                         : static_cast<std::size_t>(order->integers[i]);
            if (axis >= from->size()) return {};
            out.push_back((*from)[axis]);
        }
        return out;
    }

    /// Dimensions of an output are those of an input at the same place, counted from the last, where both sizes agree.
    [[nodiscard]] std::optional<factor_lists> carried(const operation& then, const operation& made,
                                                      const extents_list& before, const extents_list& after_it) const {
        factor_lists out;
        for (std::size_t i = 0; i < before.size(); ++i) out.push_back({size_factor{before[i], after_it[i]}});
        std::vector<bool> is_found(before.size(), false);
        bool any = false;
        for (std::size_t k = 0; k < made.inputs.size(); ++k) {
            if (made.inputs[k] == absent) continue;
            const auto known = factors_.find(made.inputs[k]);
            const auto was = in_old(then, k);
            if (known == factors_.end() || !was) continue;
            const factor_lists& from = known->second;
            for (std::size_t i = 0; i < from.size() && i < before.size(); ++i) {
                const std::size_t to = before.size() - 1 - i;
                const std::size_t axis = from.size() - 1 - i;
                if (is_found[to] || from[axis].size() < 2 || (*was)[axis] != before[to] ||
                    size_of(from[axis]) != after_it[to])
                    continue;
                out[to] = from[axis];
                is_found[to] = any = true;
            }
        }
        return any ? std::optional(out) : std::nullopt;
    }

    [[nodiscard]] static std::int64_t size_of(const std::vector<size_factor>& axis) {
        std::int64_t size = 1;
        for (const size_factor one : axis) size = qutibench::detail::multiply(size, one.now);
        return size;
    }
    [[nodiscard]] static extents_list sizes(const factor_lists& of) {
        extents_list all;
        for (const auto& axis : of) all.push_back(size_of(axis));
        return all;
    }
    [[nodiscard]] static bool fits(const factor_lists& of, const extents_list& dims) { return sizes(of) == dims; }

    /// What Expand should give: changed dimensions as they are now, the batch where the file states one.
    [[nodiscard]] extents_list expanded(const operation& then, const extents_list& before) const {
        extents_list wanted = before;
        const auto was = in_old(then, 0);
        const auto is = in_now(0);
        if (was && is && was->size() == is->size())
            for (std::size_t i = 0; i < is->size() && i < before.size(); ++i) {
                const std::size_t to = before.size() - 1 - i;
                const std::size_t axis = is->size() - 1 - i;
                if ((*was)[axis] == before[to] && (*is)[axis] != (*was)[axis]) wanted[to] = (*is)[axis];
            }
        if (factor_ > 1 && before.size() > 1 && before[0] == batch_ && wanted[0] == batch_) wanted[0] *= factor_;
        return wanted;
    }

    void adapt_resize(const operation& then, const operation& made, const extents_list& before) {
        const auto stated = values_now(3);
        const auto was = in_old(then, 0);
        const auto is = in_now(0);
        if (!stated || !was || !is || !is_literal(then, 3) || stated->size() != before.size() || was == is) return;
        extents_list wanted = *stated;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if ((*is)[i] != (*was)[i] && before[i] * (*is)[i] % (*was)[i] == 0)
                wanted[i] = before[i] * (*is)[i] / (*was)[i];
        if (wanted != *stated) replace(made, 3, wanted);
    }

    /// An end that was the size of the whole axis still is.
    void adapt_slice(const operation& then, const operation& made) {
        const auto ends = values_now(2);
        const auto was = in_old(then, 0);
        const auto is = in_now(0);
        if (!ends || !was || !is || was == is || was->size() != is->size() || !is_literal(then, 2)) return;
        const auto axes = reads(made, 3) ? values_now(3) : std::nullopt;
        extents_list wanted = *ends;
        for (std::size_t i = 0; i < ends->size(); ++i) {
            const std::int64_t axis = axes && i < axes->size() ? (*axes)[i] : static_cast<std::int64_t>(i);
            const auto at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(was->size()) : axis);
            if (at < was->size() && (*ends)[i] == (*was)[at]) wanted[i] = (*is)[at];
        }
        if (wanted != *ends) replace(made, 2, wanted);
    }

    /// A class token that the file stores for one batch is repeated for each input.
    void adapt_concat(const operation& then, const operation& made) {
        const auto out = out_old(then);
        const attribute* axis = made.find("axis");
        if (!out || out->empty() || (*out)[0] != batch_ || axis == nullptr || axis->integer == 0 ||
            axis->integer == -static_cast<std::int64_t>(out->size()))
            return;
        const auto at = place_of(*made.op, source());
        bool any_grew = false;
        for (std::size_t k = 0; k < made.inputs.size(); ++k) any_grew = any_grew || in_now(k) != in_old(then, k);
        for (std::size_t k = 0; any_grew && k < made.inputs.size(); ++k) {
            const auto dims = in_now(k);
            if (!dims || dims->size() != out->size() || (*dims)[0] != batch_ || dims != in_old(then, k)) continue;
            extents_list wanted = *dims;
            wanted[0] *= factor_;
            if (!at || made.frame != nullptr || batch_ != 1) continue;
            edits().expanded[{*at, k}] = wanted;
            pretend(k, wanted);
        }
    }

    std::int64_t batch_;
    std::int64_t factor_;
    std::unordered_map<value_id, factor_lists> factors_;
};

}  // namespace qutibench::onnx::detail
