// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of a network move when they work in tiles: each contraction by least_traffic, chains of kernels
/// whose intermediates stay on chip, attention without its scores. Equations in docs/formulas/tiles.md.
#pragma once

#include <qutibench/model/kernel_plan.hpp>
#include <qutibench/model/tiled_traffic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Off-chip bytes of a tensor that a kernel moves while the tensor is not on chip.
struct tensor_move {
    int kernel = 0;
    int tensor = -1;  ///< its place; -1: nothing keeps it
    double bytes = 0;
};

/// What tiles need to know of a kernel. Tensors are places among those of the placement, -1 where there is none. Rows
/// are those of an image, or of a matrix.
struct tiled_part {
    tiled_kernel product{};
    bool is_product = false;    ///< else every tensor moves once
    bool is_attention = false;  ///< rows, keys and widths in `product`: images, columns, depth
    bool may_join = false;      ///< a chain
    int input = -1;
    int second = -1;  ///< the other factor of activations
    int weights = -1;
    int output = -1;         ///< the one tensor that leaves it
    bool several = false;    ///< there are more
    double value_width = 0;  ///< of attention
    double lines = 1;        ///< rows of input that a row of output needs
    double input_row_bytes = 0;
    double output_row_bytes = 0;  ///< of sums that are not complete
    double held_bytes = 0;        ///< of the other factor, which a chain keeps
};

/// Seconds of the kernels of a call in tiles, and how they are reached.
struct tiled_answer {
    double time = 0;
    std::vector<double> again{};  ///< bytes by kernel that move beyond once
    std::vector<int> kept{};      ///< tensors that stay in a chain
};

/// Bytes that kernels move again through a buffer, kept from call to call: clocks and bandwidths do not change them.
/// A template so that including it costs nothing until it is used.
template <class Kernel = tiled_kernel>
class tile_memory {
public:
    using list = std::vector<std::pair<Kernel, double>>;

    /// Of a buffer and a batch; empty where these were not asked for lately. Good until the next one is asked for.
    [[nodiscard]] list& of(double buffer, std::int64_t batch) {
        for (entry& one : entries_)
            if (one.buffer == buffer && one.batch == batch) return one.known;
        if (entries_.size() == most) entries_.clear();
        entries_.push_back({buffer, batch, {}});
        return entries_.back().known;
    }

private:
    static constexpr std::size_t most = 256;

    struct entry {
        double buffer = 0;
        std::int64_t batch = 1;
        list known{};
    };

    std::vector<entry> entries_{};
};

/// Knows the kernels of a network; answers for buffers and for what is on chip. A template so that including it costs
/// nothing until it is used.
template <class Workload = workload>
class tiler {
public:
    tiler(const Workload& net, const network_plan<Workload>& plan, std::int64_t batch, tile_memory<>& memory)
        : net_(net), plan_(plan), table_(plan.table), memory_(memory), batch_(batch), parts_(plan.kernels.size()) {
        for (const kernel_plan& one : plan.kernels) describe(one.layer);
        for (std::size_t i = 0; i < table_.parts.size(); ++i) find_output(static_cast<int>(i));
    }

    /// What kernels take through `buffer` bytes. `on_chip`: which tensors need not move. `seconds(kernel, bytes)`: of a
    /// kernel that moves so much.
    template <class Seconds>
    [[nodiscard]] tiled_answer run(const std::vector<tensor_move>& moves, double buffer,
                                   const std::vector<char>& on_chip, Seconds seconds) {
        const std::size_t count = parts_.size();
        tiled_answer answer;
        answer.again.assign(count, 0);
        once_.assign(count, 0);
        links_.assign(count, {});
        for (const tensor_move& one : moves) {
            if (one.tensor >= 0 && on_chip[static_cast<std::size_t>(one.tensor)]) continue;
            const auto k = static_cast<std::size_t>(one.kernel);
            once_[k] += one.bytes;
            if (one.tensor >= 0) link(one);
        }
        tile_memory<>::list& known = memory_.of(buffer, batch_);
        for (std::size_t k = 0; k < count; ++k) answer.again[k] = again(parts_[k], buffer, on_chip, known);
        join(answer, buffer, on_chip, seconds);
        return answer;
    }

private:
    // The tensor from the kernel before, and its bytes at both ends.
    struct chain_link {
        bool broken = false;  // somebody else reads it
        double written = 0;
        double read = 0;
    };

    [[nodiscard]] const layer_workload& layer(int index) const {
        return net_.layers()[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] tiled_part& part_of(int index) { return parts_[static_cast<std::size_t>(plan_.kernel_of(index))]; }
    [[nodiscard]] int owner(int producer) const { return table_.at(producer).owner; }
    [[nodiscard]] int output_of(int layer) const { return plan_.placed.place_of(layer, tensor_role::activations); }
    [[nodiscard]] int weights_of(int layer) const {
        return plan_.placed.place_of(table_.holder(layer), tensor_role::weights);
    }

    void describe(int index) {
        const layer_workload& one = layer(index);
        const layer_part& known = table_.at(index);
        tiled_part& part = part_of(index);
        const auto from = net_.producers(one);
        const auto in = net_.input_shapes(one);
        const auto out = net_.output_shapes(one);
        if (from.empty() || out.size() == 0) return;
        part.input = output_of(owner(from[0]));
        const double wide = std::max(4.0, known.bytes_per_activation);  // of a partial sum
        tiled_kernel& k = part.product;
        k.input_bytes = table_.at(owner(from[0])).bytes_per_activation;
        k.output_bytes = known.bytes_per_activation;
        k.weight_bytes = known.bytes_per_weight;
        k.partial_bytes = wide;
        part.may_join = one.kind == layer_kind::elementwise || one.kind == layer_kind::normalization;
        part.input_row_bytes = row_of(in[0]) * k.input_bytes;
        part.output_row_bytes = row_of(out[0]) * wide;
        const contraction& product = one.cost.product;
        if (one.kind == layer_kind::attention && one.cost.macs > product.macs() && product.columns > 0) {
            describe_attention(part, product, one);
            return;
        }
        if (product.macs() == 0 || product.macs() != one.cost.macs || one.cost.routed_rows > 0) return;
        if (one.kind == layer_kind::convolution && k.weight_bytes > 0) {
            part.weights = weights_of(index);
            part.is_product = part.may_join = describe_convolution(part, one, in[0], out[0]);
        } else if (one.kind == layer_kind::dense && known.weight_bytes > 0) {
            part.weights = weights_of(index);
            part.is_product = part.may_join = true;
        } else if (one.kind == layer_kind::matmul && from.size() > 1 && one.cost.weights == 0) {
            part.second = output_of(owner(from[1]));
            k.weight_bytes = table_.at(owner(from[1])).bytes_per_activation;
            part.is_product = part.may_join = part.second >= 0;
        }
        if (!part.is_product) return;
        k.columns = product.columns;
        k.groups = product.groups;
        if (one.kind != layer_kind::convolution) {
            k.depth = product.depth;
            k.images = multiply(product.rows, part.second < 0 ? batch_ : 1);
            if (part.second >= 0) k.groups = multiply(k.groups, batch_);
        }
        part.held_bytes = part.second < 0 ? known.weight_bytes
                                          : static_cast<double>(product.depth * product.columns) * k.weight_bytes;
    }

    // Elements of a row: of all channels of an image, else of a matrix.
    [[nodiscard]] static double row_of(const shape& of) {
        if (of.rank() == 4) return static_cast<double>(of[1]) * static_cast<double>(of[3]);
        return of.rank() > 0 ? static_cast<double>(of[of.rank() - 1]) : 1.0;
    }

    // Two axes of an image; square windows, or else along the second axis. Others keep their matrix product.
    bool describe_convolution(tiled_part& part, const layer_workload& one, const shape& in, const shape& out) const {
        tiled_kernel& k = part.product;
        const contraction& product = one.cost.product;
        const std::int64_t window = one.cost.kernel_elements;
        if (window < 1) return false;
        const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(window))));
        const bool spatial = in.rank() == 4 && out.rank() == 4 && product.depth % window == 0 &&
                             product.rows == out[0] * out[2] * out[3];
        if (!spatial || (window == 1 && one.cost.stride == 1)) {
            k.images = multiply(product.rows, batch_);
            k.depth = product.depth;
            return true;
        }
        k.images = multiply(out[0], batch_);
        k.height = out[2];
        k.width = out[3];
        k.depth = product.depth / window;
        k.window_height = side * side == window ? side : 1;
        k.window_width = window / k.window_height;
        k.stride = one.cost.stride;
        k.input_height = in[2];
        k.input_width = in[3];
        part.lines = static_cast<double>(std::max(k.window_height, k.stride));
        return true;
    }

    // Scores stay on chip: queries come once, keys and values once for each tile of queries. Heads that share keys lie
    // below each other.
    void describe_attention(tiled_part& part, const contraction& product, const layer_workload& one) const {
        tiled_kernel& k = part.product;
        const std::int64_t values =
            (one.cost.macs - product.macs()) / (product.rows * product.columns * product.groups);
        const auto in = net_.input_shapes(one);
        double sharing = 1;
        if (in.size() > 2) {
            const double kept = static_cast<double>(in[1].elements() + in[2].elements() + one.cost.state);
            const double all = static_cast<double>(product.columns * (product.depth + values) * product.groups);
            sharing = std::max(1.0, std::round(all / kept));
        }
        part.is_attention = true;
        part.value_width = static_cast<double>(values);
        k.images = product.rows * static_cast<std::int64_t>(sharing);
        k.columns = product.columns;
        k.depth = product.depth;
        k.groups = multiply(std::max<std::int64_t>(1, product.groups / static_cast<std::int64_t>(sharing)), batch_);
        const auto from = net_.producers(one);
        part.second = from.size() > 1 ? output_of(owner(from[1])) : -1;
    }

    void find_output(int index) {
        const layer_part& part = table_.at(index);
        const int output = output_of(index);
        if (!part.stored || output < 0 || plan_.kernel_of(index) < 0) return;
        tiled_part& of = part_of(index);
        of.several = of.output >= 0;
        of.output = output;
    }

    [[nodiscard]] static double again(const tiled_part& part, double buffer, const std::vector<char>& on_chip,
                                      tile_memory<>::list& known) {
        const auto is_off = [&](int tensor) { return tensor >= 0 && !on_chip[static_cast<std::size_t>(tensor)]; };
        if (part.is_attention) return attention_again(part, buffer, is_off(part.second));
        if (!part.is_product) return 0;
        tiled_kernel k = part.product;
        if (!is_off(part.input)) k.input_bytes = 0;
        if (!is_off(part.second >= 0 ? part.second : part.weights)) k.weight_bytes = 0;
        if (!is_off(part.output)) k.output_bytes = k.partial_bytes = 0;
        if (k.input_bytes + k.weight_bytes + k.output_bytes == 0) return 0;
        // networks repeat their layers
        const auto same = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == k; });
        if (same != known.end()) return same->second;
        return known.emplace_back(k, std::max(0.0, least_traffic(k, buffer).bytes() - bytes_once(k))).second;
    }

    [[nodiscard]] static double attention_again(const tiled_part& part, double buffer, bool moves) {
        if (!moves) return 0;
        const tiled_kernel& k = part.product;
        const double depth = static_cast<double>(k.depth), keys = static_cast<double>(k.columns);
        const double each = k.input_bytes * (depth + part.value_width);  // a key and its value
        const double query = k.input_bytes * depth + k.partial_bytes * (part.value_width + 1);
        if (each * keys + query <= buffer) return 0;  // those of one head stay
        const double rows = static_cast<double>(k.images);
        const double tile = std::clamp(std::floor((buffer - each) / query), 1.0, rows);
        return each * keys * (std::ceil(rows / tile) - 1) * static_cast<double>(k.groups);
    }

    void link(const tensor_move& move) {
        const auto& tensor = plan_.placed.tensors()[static_cast<std::size_t>(move.tensor)];
        const int from = plan_.kernel_of(tensor.layer);
        if (tensor.role != tensor_role::activations || from < 0) return;
        const auto writer = static_cast<std::size_t>(from);
        chain_link& one = links_[writer];
        const bool is_result = table_.at(tensor.layer).last >= static_cast<int>(table_.parts.size());
        if (is_result || parts_[writer].several)
            one.broken = true;
        else if (move.kernel == from)
            one.written += move.bytes;
        else if (move.kernel == from + 1)
            one.read += move.bytes;
        else
            one.broken = true;
    }

    // Cuts the kernels into chains so that they take the least time; a chain moves its intermediates not at all and
    // everything else once. O(kernels * longest).
    template <class Seconds>
    void join(tiled_answer& answer, double buffer, const std::vector<char>& on_chip, const Seconds& seconds) {
        const std::size_t count = parts_.size();
        std::vector<double> least(count + 1, 0);
        std::vector<std::size_t> begins(count + 1, 0);
        for (std::size_t end = 1; end <= count; ++end) {
            const std::size_t last = end - 1;
            least[end] = least[last] + seconds(last, once_[last] + answer.again[last]);
            begins[end] = last;
            double need = need_of(parts_[last], on_chip), inside = 0;
            for (std::size_t at = last; at > 0 && end - at < longest; --at) {
                const chain_link& one = links_[at - 1];
                if (one.broken || !(one.read > 0) || !parts_[at].may_join || !parts_[at - 1].may_join) break;
                need += need_of(parts_[at - 1], on_chip);
                if (need > buffer) break;
                const double after = at == last ? 0.0 : links_[at].written;
                inside += seconds(at, once_[at] - one.read - after);
                const double total = least[at - 1] + inside + seconds(at - 1, once_[at - 1] - one.written);
                if (total < least[end]) {
                    least[end] = total;
                    begins[end] = at - 1;
                }
            }
        }
        answer.time = least[count];
        for (std::size_t end = count; end > 0; end = begins[end]) {
            if (end - begins[end] < 2) continue;
            for (std::size_t k = begins[end]; k < end; ++k) {
                answer.again[k] = 0;
                if (k + 1 < end) answer.kept.push_back(parts_[k].output);
            }
        }
    }

    // Bytes of a kernel in a chain: the other factor, the lines of input that a row needs, a row of sums.
    [[nodiscard]] static double need_of(const tiled_part& part, const std::vector<char>& on_chip) {
        const bool held = part.weights >= 0 && on_chip[static_cast<std::size_t>(part.weights)];
        return (held ? 0.0 : part.held_bytes) + part.lines * part.input_row_bytes + part.output_row_bytes;
    }

    static constexpr std::size_t longest = 8;

    const Workload& net_;
    const network_plan<Workload>& plan_;
    const layer_table<Workload>& table_;
    tile_memory<>& memory_;
    std::int64_t batch_;
    std::vector<tiled_part> parts_;
    std::vector<double> once_{};
    std::vector<chain_link> links_{};  // of a kernel with the next one
};

}  // namespace qutibench::detail
