// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/io/onnx/decode.hpp>

#include <memory>
#include <span>
#include <string>

namespace qutibench::onnx {

/// A local function being expanded: which node calls it, and from where.
struct call_frame {
    const call_frame* parent = nullptr;
    const node* call = nullptr;
    const function* callee = nullptr;
};

/// Names of the calling nodes, outermost first, each followed by '/'; empty outside functions. Long ones are cut.
[[nodiscard]] inline std::string path_of(const call_frame* frame) {
    std::string path;
    for (; frame != nullptr; frame = frame->parent)
        path.insert(0,
                    qutibench::detail::cut(frame->call->name.empty() ? frame->callee->name : frame->call->name) + "/");
    return qutibench::detail::cut(path, 4 * qutibench::detail::longest_name);
}

/// The attribute of a name, or nullptr.
[[nodiscard]] inline const attribute* attribute_among(const std::vector<attribute>& all, std::string_view name) {
    const auto found =
        all.size() > few_attributes
            ? std::lower_bound(all.begin(), all.end(), name,
                               [](const attribute& one, std::string_view key) { return one.name < key; })
            : std::find_if(all.begin(), all.end(), [name](const attribute& one) { return one.name == name; });
    return found != all.end() && found->name == name ? &*found : nullptr;
}

/// Attribute `name` of `op`. Inside a function a reference leads to the caller's attribute, then to the function's
/// default. nullptr when it is absent.
[[nodiscard]] inline const attribute* find_attribute(const node& op, const call_frame* frame, std::string_view name) {
    const attribute* own = attribute_among(op.attributes, name);
    if (own == nullptr || own->reference.empty()) return own;
    if (frame == nullptr) return nullptr;
    const attribute* bound = find_attribute(*frame->call, frame->parent, own->reference);
    return bound != nullptr ? bound : attribute_among(frame->callee->defaults, own->reference);
}

namespace detail {

/// Constants with more elements than this are not computed with. No shape of a sane model needs so many.
inline constexpr std::int64_t integer_value_limit = 1 << 15;
inline constexpr std::int64_t real_value_limit = 1 << 10;

[[nodiscard]] constexpr std::int64_t value_limit(element_type type) {
    return is_floating(type) ? real_value_limit : integer_value_limit;
}

/// What all nodes of one inference share.
struct shared_state {
    const byte_source* file = nullptr;
    std::int64_t values_left = 1 << 22;    ///< elements that may still be computed; bounds time on hostile files
    std::int64_t readings_left = 1 << 22;  ///< elements of constants that may still be computed with, likewise
    facts nothing;                         ///< stands for an absent input
    facts discarded;                       ///< takes what is written to an absent output
};

/// "node 'name' (Operator)", with the path of the function calls that lead to it.
[[nodiscard]] inline std::string describe(const node& op, const call_frame* frame) {
    std::string text = "node '" + path_of(frame);
    text += op.name.empty() && !op.outputs.empty() ? "-> " + qutibench::detail::cut(op.outputs[0])
                                                   : qutibench::detail::cut(op.name);
    return text + "' (" + qutibench::detail::cut(op.op_type) + ")";
}

}  // namespace detail

/// A context holds the facts of at least so many outputs, even when its node names fewer.
inline constexpr std::size_t spare_outputs = 4;

/// What an operator's shape function sees: one node with the facts of its inputs, and the facts of its outputs to fill.
class node_context {
public:
    node_context(const node& op, const call_frame* frame, std::int64_t opset, std::span<const facts* const> inputs,
                 std::span<facts> outputs, detail::shared_state& shared)
        : op_(op), frame_(frame), opset_(opset), inputs_(inputs), outputs_(outputs), shared_(shared) {}

    [[nodiscard]] const node& op() const { return op_; }
    [[nodiscard]] const call_frame* frame() const { return frame_; }
    /// Version of the operator set that the node's domain is imported with.
    [[nodiscard]] std::int64_t opset() const { return opset_; }
    [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
    [[nodiscard]] std::size_t output_count() const { return op_.outputs.size(); }
    [[nodiscard]] bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }

    /// Facts of input `i`; those of nothing at all when it is absent.
    [[nodiscard]] const facts& in(std::size_t i) const { return has(i) ? *inputs_[i] : shared_.nothing; }
    [[nodiscard]] facts& out(std::size_t i) {
        return i < outputs_.size() ? outputs_[i] : (shared_.discarded = facts());
    }

    /// Element type of input `i`.
    [[nodiscard]] element_type type(std::size_t i) const { return in(i).type; }
    /// Shape of input `i`, or nullptr when it is absent or unknown.
    [[nodiscard]] const dimensions* dims(std::size_t i) const { return in(i).ranked ? &in(i).dims : nullptr; }
    /// Dimension `axis` of input `i`, unknown when there is none.
    [[nodiscard]] dimension dim(std::size_t i, std::size_t axis) const {
        return in(i).ranked && axis < in(i).dims.size() ? in(i).dims[axis] : dimension();
    }

    /// Shape of output `i` once it is set, or nullptr.
    [[nodiscard]] const dimensions* output_dims(std::size_t i) const {
        return i < outputs_.size() && outputs_[i].ranked ? &outputs_[i].dims : nullptr;
    }

    void set(std::size_t i, element_type type, dimensions shape) { out(i) = facts::of_tensor(type, std::move(shape)); }
    void set(std::size_t i, element_type type, const dimensions* shape) {
        out(i) = shape ? facts::of_tensor(type, *shape) : facts::of_tensor(type);
    }
    void set_unranked(std::size_t i, element_type type) { out(i) = facts::of_tensor(type); }
    /// Known rank, unknown dimensions.
    void set_rank(std::size_t i, element_type type, std::size_t rank) { set(i, type, dimensions(rank)); }
    /// Sets the value of output `i` when it has as many elements as its shape says; charges the work to the model.
    void set_value(std::size_t i, constant value) {
        facts& target = out(i);
        const auto count = element_count(target.dims);
        if (!target.ranked || !count || *count != static_cast<std::int64_t>(value.size())) return;
        shared_.values_left -= *count;
        target.value = std::make_shared<const constant>(std::move(value));
    }

    /// Values of input `i`, some perhaps unknown; nullptr when it has none or too many to compute with.
    [[nodiscard]] const constant* value(std::size_t i) const {
        if (!has(i)) return nullptr;
        const facts& source = *inputs_[i];
        if (source.value || source.initialiser == nullptr) return read(source.value.get());
        if (i >= decoded_.size()) decoded_.resize(inputs_.size());
        if (!decoded_[i]) decoded_[i] = stored_value(*source.initialiser);
        return decoded_[i].get();
    }

    /// Values of a small tensor that an attribute holds, or nullptr.
    [[nodiscard]] std::shared_ptr<const constant> stored_value(const onnx::tensor& stored) const {
        if (shared_.readings_left <= 0) return nullptr;
        auto values = detail::decode(stored, *shared_.file, detail::value_limit(stored.type));
        static_cast<void>(read(values.get()));
        return values;
    }

    /// Integer values of input `i`, all known; nullopt otherwise.
    [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::size_t i) const {
        const constant* values = value(i);
        if (values == nullptr) return std::nullopt;
        std::vector<std::int64_t> result;
        result.reserve(values->size());
        for (const scalar element : *values) {
            if (!element.is_integer()) return std::nullopt;
            result.push_back(element.as_integer());
        }
        return result;
    }

    /// The single element of input `i` (a scalar or one-element tensor), unknown otherwise.
    [[nodiscard]] scalar single(std::size_t i) const {
        const constant* values = value(i);
        return values != nullptr && values->size() == 1 ? values->front() : scalar();
    }

    /// Whether a constant of that many elements may be computed; otherwise its values stay unknown.
    [[nodiscard]] bool affordable(std::optional<std::int64_t> elements, element_type type) const {
        return elements && *elements <= detail::value_limit(type) && *elements <= shared_.values_left;
    }

    [[nodiscard]] const attribute* find(std::string_view name) const { return find_attribute(op_, frame_, name); }
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback) const {
        const attribute* found = typed(name, attribute_type::integer, "an integer");
        return found != nullptr ? found->integer : fallback;
    }
    [[nodiscard]] float real(std::string_view name, float fallback) const {
        const attribute* found = typed(name, attribute_type::real, "a real number");
        return found != nullptr ? found->real : fallback;
    }
    [[nodiscard]] std::string_view text(std::string_view name, std::string_view fallback) const {
        const attribute* found = typed(name, attribute_type::text, "a string");
        return found != nullptr ? found->text : fallback;
    }
    /// A list of integers, or nullptr when the attribute is absent. At most as many as any tensor has dimensions.
    [[nodiscard]] const std::vector<std::int64_t>* integer_list(std::string_view name) const {
        const attribute* found = typed(name, attribute_type::integers, "a list of integers");
        return found != nullptr ? &found->integers : nullptr;
    }

    /// Element type named by integer attribute `name`, or `fallback`.
    [[nodiscard]] element_type type_attribute(std::string_view name, element_type fallback) const {
        const attribute* found = typed(name, attribute_type::integer, "an integer");
        return found != nullptr ? to_element_type(found->integer) : fallback;
    }

    /// `axis` counted from the front; throws shape_error outside [-rank, rank).
    [[nodiscard]] std::size_t axis(std::int64_t axis, std::size_t rank) const {
        const auto n = static_cast<std::int64_t>(rank);
        if (axis < -n || axis >= n)
            fail("axis " + std::to_string(axis) + " is outside a tensor of " + std::to_string(rank) + " dimensions");
        return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
    }

    /// Throws shape_error: the node contradicts its inputs.
    [[noreturn]] void fail(const std::string& reason) const {
        throw shape_error(detail::describe(op_, frame_) + ": " + reason);
    }
    void require(bool condition, const char* reason) const {
        if (!condition) fail(reason);
    }

private:
    /// What is computed with, charged to the model; nullptr when the model has been read too often.
    [[nodiscard]] const constant* read(const constant* values) const {
        if (values == nullptr || shared_.readings_left <= 0) return nullptr;
        shared_.readings_left -= static_cast<std::int64_t>(values->size());
        return values;
    }

    [[nodiscard]] const attribute* typed(std::string_view name, attribute_type type, const char* what) const {
        const attribute* found = find(name);
        if (found == nullptr || found->type == attribute_type::none) return nullptr;
        if (found->type != type) fail("attribute '" + std::string(name) + "' is not " + what);
        return found;
    }

    const node& op_;
    const call_frame* frame_;
    std::int64_t opset_;
    std::span<const facts* const> inputs_;
    std::span<facts> outputs_;
    detail::shared_state& shared_;
    mutable std::vector<std::shared_ptr<const constant>> decoded_;  // of inputs that the file stores
};

/// An operator's shape function.
using shape_function = void (*)(node_context&);

/// One row of the operator table.
struct operator_entry {
    std::string_view domain;  ///< "" is ai.onnx
    std::string_view name;
    shape_function infer;
};

}  // namespace qutibench::onnx
