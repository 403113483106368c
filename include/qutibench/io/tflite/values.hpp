// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The tensors of a TFLite model while it is rewritten: their names, and whether they stand as the file has them
/// (batch, height, width, channels) or as the library's layers do, channels second.
#pragma once

#include <qutibench/io/onnx/model_writer.hpp>
#include <qutibench/io/tflite/model.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>

namespace qutibench::tflite {

using dims = std::vector<std::int64_t>;

/// Order of the axes of a tensor of rank four.
enum class layout : unsigned char { stored, channels_second };

/// Where an axis of the file's order stands when channels come second.
[[nodiscard]] constexpr std::int64_t moved_axis(std::int64_t axis) {
    constexpr std::int64_t places[] = {0, 2, 3, 1};
    return places[axis & 3];
}

[[nodiscard]] inline dims channels_second(const dims& of) {
    return {of[0], of[3], of[1], of[2]};
}

/// Names, shapes and layouts of the values of one model; writes what nodes read and what they define.
class values {
public:
    values(const model& source, const flatbuffer::buffer& file, onnx::model_writer& out)
        : source_(source), file_(file), out_(out), states_(source.tensors.size()) {
        std::unordered_set<std::string> taken;
        for (std::size_t i = 0; i < states_.size(); ++i) {
            std::string name = source.tensors[i].name;
            if (name.empty()) name = "tensor_" + std::to_string(i);
            if (!taken.insert(name).second) taken.insert(name += "#" + std::to_string(i));
            states_[i].name = std::move(name);
        }
        // What is written for a tensor is named behind it: tensors that the file names so give way.
        for (std::size_t i = 0; i < states_.size(); ++i)
            if (is_taken_by_others(states_[i].name, taken)) states_[i].name += "#" + std::to_string(i);
    }

    [[nodiscard]] const tensor& of(std::int32_t id) const { return source_.tensors[static_cast<std::size_t>(id)]; }
    [[nodiscard]] const std::string& name(std::int32_t id) const { return states_[static_cast<std::size_t>(id)].name; }
    [[nodiscard]] std::size_t rank(std::int32_t id) const { return of(id).shape.size(); }
    [[nodiscard]] dims stored_shape(std::int32_t id) const { return {of(id).shape.begin(), of(id).shape.end()}; }
    /// Throws shape_error where the tensor has no such axis.
    [[nodiscard]] std::int64_t extent(std::int32_t id, std::size_t axis) const {
        if (axis >= rank(id))
            throw shape_error(qutibench::detail::message(
                {"TFLite tensor '", name(id), "' has no axis ", static_cast<std::int64_t>(axis)}));
        return of(id).shape[axis];
    }
    [[nodiscard]] bool is_constant(std::int32_t id) const {
        return of(id).is_constant || states_[static_cast<std::size_t>(id)].alias >= 0;
    }
    [[nodiscard]] layout layout_of(std::int32_t id) const { return states_[static_cast<std::size_t>(id)].order; }
    [[nodiscard]] bool moved(std::int32_t id) const {
        return !is_constant(id) && layout_of(id) == layout::channels_second;
    }
    [[nodiscard]] dims shape(std::int32_t id, layout order) const {
        return order == layout::channels_second && rank(id) == 4 ? channels_second(stored_shape(id)) : stored_shape(id);
    }

    /// The values of a constant of integers, if it is one; beyond 32 bits they mean "to the end".
    [[nodiscard]] std::optional<dims> integers(std::int32_t id) const {
        if (id < 0 || !of(id).is_constant || of(id).data.size == 0) return std::nullopt;
        const flatbuffer::extent& data = of(id).data;
        dims all;
        const std::uint32_t width = of(id).type == onnx::element_type::int64 ? 8 : 4;
        if (of(id).type != onnx::element_type::int32 && width == 4) return std::nullopt;
        file_.spend(data.size, data.first);
        for (std::uint32_t at = 0; at + width <= data.size; at += width)
            all.push_back(width == 8
                              ? std::clamp<std::int64_t>(file_.read<std::int64_t>(data.first + at), -farthest, farthest)
                              : file_.read<std::int32_t>(data.first + at));
        return all;
    }

    /// A constant that another one stands for: a table of halves that is widened before use.
    void stand_for(std::int32_t id, std::int32_t other) { states_[static_cast<std::size_t>(id)].alias = other; }

    /// The name under which a node reads a tensor in this order; writes a weight or a Transpose where there is none.
    [[nodiscard]] std::string read(std::int32_t id, layout order) {
        if (id < 0) return {};
        state& one = states_[static_cast<std::size_t>(id)];
        if (is_constant(id)) return weight(id, shape(id, order), order == layout::stored ? "" : "/moved");
        if (!one.is_defined) enter(id, layout::stored);
        if (rank(id) != 4 || one.order == order) return one.name;
        std::string other = one.name + (order == layout::stored ? "/stored" : "/moved");
        if (!one.has_other) {
            one.has_other = true;
            const bool back = order == layout::stored;
            const std::array inputs{one.name};
            const std::array outputs{other};
            const std::array how{onnx::written_attribute::list("perm", back ? dims{0, 2, 3, 1} : dims{0, 3, 1, 2})};
            out_.node("Transpose", "", other, inputs, outputs, how);
        }
        return other;
    }

    /// A constant under a shape of one's own.
    [[nodiscard]] std::string weight(std::int32_t id, const dims& extents, const std::string& suffix = "") {
        std::int32_t from = id;
        if (const std::int32_t alias = states_[static_cast<std::size_t>(id)].alias; alias >= 0) from = alias;
        std::string text = name(id) + suffix;
        if (!written_.insert(text).second) return text;
        out_.weight(text, of(from).type, extents);
        return text;
    }

    [[nodiscard]] std::string constant(const std::string& name, const dims& of, bool scalar = false) {
        if (written_.insert(name).second) out_.constant(name, of, scalar);
        return name;
    }
    [[nodiscard]] std::string number(const std::string& name, double of) {
        if (written_.insert(name).second) out_.number(name, of);
        return name;
    }

    /// A node writes the tensor in this order.
    void define(std::int32_t id, layout order) {
        state& one = states_[static_cast<std::size_t>(id)];
        one.order = rank(id) == 4 ? order : layout::stored;
        one.is_defined = true;
        if (of(id).has_type) out_.value(one.name, of(id).type, shape(id, one.order));
    }

    /// A tensor that nothing in the file defines: it enters the network.
    void enter(std::int32_t id, layout order) {
        state& one = states_[static_cast<std::size_t>(id)];
        if (one.is_defined) return;
        one.order = rank(id) == 4 ? order : layout::stored;
        one.is_defined = true;
        if (of(id).has_type) out_.input(one.name, of(id).type, shape(id, one.order));
    }

    [[nodiscard]] bool is_defined(std::int32_t id) const { return states_[static_cast<std::size_t>(id)].is_defined; }

private:
    /// Whether a name is that of another tensor and a word, or a number, that rewriting adds behind a slash.
    [[nodiscard]] static bool is_taken_by_others(const std::string& name,
                                                 const std::unordered_set<std::string>& names) {
        constexpr std::string_view words =
            " activation axes axis before_activation bias by_rank channels_second column column_of cut difference ends "
            "exact features filtered flat history joined k moved order padded pads part product rank_axis ranks "
            "recurrent "
            "repeats result root rows sequence shape sizes starts state steps stored summed turned turned0 turned1 "
            "volume "
            "weights whole zeros ";
        const std::size_t slash = name.rfind('/');
        if (slash == std::string::npos || name.size() - slash > 20) return false;
        const std::string word = " " + name.substr(slash + 1) + " ";
        const bool is_number = word.find_first_not_of(" 0123456789") == std::string::npos;
        return (is_number || words.find(word) != std::string_view::npos) && names.count(name.substr(0, slash)) != 0;
    }

    static constexpr std::int64_t farthest = std::numeric_limits<std::int32_t>::max();

    struct state {
        std::string name{};
        layout order = layout::stored;
        bool is_defined = false;
        bool has_other = false;
        std::int32_t alias = -1;
    };

    const model& source_;
    const flatbuffer::buffer& file_;
    onnx::model_writer& out_;
    std::vector<state> states_;
    std::unordered_set<std::string> written_;
};

}  // namespace qutibench::tflite
