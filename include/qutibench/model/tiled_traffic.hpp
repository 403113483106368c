// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The least that a contraction moves to and from the next memory when a buffer holds one tile of each operand, over
/// tile sizes and loop orders. Definition, proof of the cases and lower bounds in docs/formulas/tiles.md.
#pragma once

#include <qutibench/names.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace qutibench {

/// A contraction as its tiles see it: groups that share nothing, of `images` times height x width output positions and
/// `columns` outputs each, summed over `depth` inputs and the window. A matrix product has its rows in `images`.
struct tiled_kernel {
    std::int64_t images = 1;
    std::int64_t height = 1;  ///< of the output
    std::int64_t width = 1;
    std::int64_t columns = 1;
    std::int64_t depth = 1;
    std::int64_t groups = 1;
    std::int64_t window_height = 1;
    std::int64_t window_width = 1;
    std::int64_t stride = 1;
    std::int64_t input_height = 0;  ///< rows that there are; 0: as many as the windows touch
    std::int64_t input_width = 0;
    double input_bytes = 1;  ///< of one element
    double weight_bytes = 1;
    double output_bytes = 1;
    double partial_bytes = 1;  ///< of a sum that is not complete, in the buffer and outside it

    [[nodiscard]] double macs() const {
        return static_cast<double>(images) * static_cast<double>(height * width) * static_cast<double>(columns) *
               static_cast<double>(depth * window_height * window_width) * static_cast<double>(groups);
    }

    friend bool operator==(const tiled_kernel&, const tiled_kernel&) = default;
};

/// Which operand moves once while the others come again.
enum class kept_operand : unsigned char { output, input, weight };
template <>
inline constexpr enumeration<3> names_of<kept_operand>{"operand", {"output", "input", "weight"}};

/// Bytes that a contraction moves, and the tiles that move so few.
struct tiled_traffic {
    double inputs = 0;
    double weights = 0;
    double outputs = 0;          ///< partial sums included
    std::int64_t positions = 0;  ///< of an output tile
    std::int64_t columns = 0;
    std::int64_t depth = 0;
    kept_operand kept = kept_operand::output;

    [[nodiscard]] double bytes() const { return inputs + weights + outputs; }
};

namespace detail {

/// One axis of the output: which inputs a run of positions touches.
struct tiled_axis {
    std::int64_t extent = 1;
    std::int64_t window = 1;
    std::int64_t stride = 1;
    std::int64_t whole = 1;  ///< inputs that all positions touch between them

    [[nodiscard]] static tiled_axis of(std::int64_t extent, std::int64_t window, std::int64_t stride,
                                       std::int64_t there) {
        tiled_axis one{extent, window, stride, 0};
        one.whole = one.touched(extent);
        if (there > 0) one.whole = std::min(one.whole, there);
        return one;
    }
    [[nodiscard]] std::int64_t touched(std::int64_t run) const {
        const std::int64_t all = window >= stride ? (run - 1) * stride + window : run * window;
        return whole > 0 ? std::min(whole, all) : all;
    }
    /// Inputs that `tiles` runs touch, those at a border twice.
    [[nodiscard]] std::int64_t read(std::int64_t tiles) const {
        return whole + (tiles - 1) * std::max<std::int64_t>(0, window - stride);
    }
};

/// The next number of tiles above `tiles` whose tile is smaller; past the extent when there is none. Of extents above
/// 65,536 not every one, but a step of at least a 256th.
[[nodiscard]] constexpr std::int64_t next_tiles(std::int64_t extent, std::int64_t tiles) {
    const std::int64_t tile = (extent + tiles - 1) / tiles;
    return tile <= 1 ? extent + 1 : std::max((extent + tile - 2) / (tile - 1), tiles + tiles / 256);
}

/// Output positions that are computed together.
struct tiled_positions {
    double held = 1;     ///< positions of the largest tile
    double touched = 1;  ///< inputs of one channel that it touches
    double read = 1;     ///< inputs of one channel that all tiles touch between them
    double tiles = 1;
};

/// Tries tiles; keeps the best.
class tile_search {
public:
    tile_search(const tiled_kernel& kernel, double buffer_bytes)
        : kernel_(kernel), buffer_(buffer_bytes),
          rows_(tiled_axis::of(kernel.height, kernel.window_height, kernel.stride, kernel.input_height)),
          across_(tiled_axis::of(kernel.width, kernel.window_width, kernel.stride, kernel.input_width)),
          window_(static_cast<double>(kernel.window_height * kernel.window_width)),
          images_(static_cast<double>(kernel.images)), columns_(static_cast<double>(kernel.columns)),
          depth_(static_cast<double>(kernel.depth)) {
        const double positions = images_ * static_cast<double>(kernel.height * kernel.width);
        weights_ = kernel.weight_bytes * window_ * depth_ * columns_;
        outputs_ = kernel.output_bytes * positions * columns_;
        partials_ = 2 * kernel.partial_bytes * positions * columns_;
        least_input_ = channel_bytes(images_ * static_cast<double>(rows_.whole * across_.whole));
        // no reuse at all
        const double touched = static_cast<double>(rows_.touched(1) * across_.touched(1));
        keep({channel_bytes(positions * touched) * columns_, weights_ * positions, outputs_, 1, 1, 1,
              kept_operand::output});
    }

    [[nodiscard]] tiled_traffic run() {
        // whole images first: no border is read twice
        for (std::int64_t tiles = 1; tiles <= kernel_.images && !done(); tiles = next_tiles(kernel_.images, tiles)) {
            const double held = static_cast<double>((kernel_.images + tiles - 1) / tiles);
            if (!attempt({held * static_cast<double>(kernel_.height * kernel_.width),
                          held * static_cast<double>(rows_.whole * across_.whole),
                          images_ * static_cast<double>(rows_.whole * across_.whole), static_cast<double>(tiles)}))
                break;
        }
        for (std::int64_t down = 1; down <= kernel_.height && !done(); down = next_tiles(kernel_.height, down)) {
            const std::int64_t high = (kernel_.height + down - 1) / down;
            std::int64_t along = 1;
            for (; along <= kernel_.width && !done(); along = next_tiles(kernel_.width, along)) {
                const std::int64_t wide = (kernel_.width + along - 1) / along;
                if (!attempt({static_cast<double>(high * wide),
                              static_cast<double>(rows_.touched(high) * across_.touched(wide)),
                              images_ * static_cast<double>(rows_.read(down) * across_.read(along)),
                              images_ * static_cast<double>(down * along)}))
                    break;
            }
            if (along == 1) break;
        }
        const double groups = static_cast<double>(kernel_.groups);
        best_.inputs *= groups, best_.weights *= groups, best_.outputs *= groups;
        return best_;
    }

private:
    [[nodiscard]] double channel_bytes(double elements) const { return kernel_.input_bytes * elements * depth_; }
    [[nodiscard]] bool done() const { return best_.bytes() <= least_input_ + weights_ + outputs_; }
    void keep(const tiled_traffic& one) {
        if (best_.positions == 0 || one.bytes() < best_.bytes()) best_ = one;
    }
    [[nodiscard]] static double tiles_of(double extent, double tile) { return std::ceil(extent / tile); }

    // All orders of these positions. False when neither they nor smaller ones can be better.
    bool attempt(const tiled_positions& at) {
        const double once = channel_bytes(at.read);
        if (once + weights_ + outputs_ >= best_.bytes()) return false;
        outputs_stay(at, once);
        inputs_stay(at, once);
        weights_stay(at, once);
        return true;
    }

    // Sums complete in the buffer while single channels pass: inputs come again for each tile of columns, weights for
    // each of positions.
    void outputs_stay(const tiled_positions& at, double once) {
        const double room = buffer_ - kernel_.input_bytes * at.touched;
        const double columns =
            std::min(columns_, std::floor(room / (kernel_.weight_bytes * window_ + kernel_.partial_bytes * at.held)));
        if (columns >= 1)
            keep({once * tiles_of(columns_, columns), weights_ * at.tiles, outputs_, static_cast<std::int64_t>(at.held),
                  static_cast<std::int64_t>(columns), 1, kept_operand::output});
    }

    // Inputs of some channels stay while single columns pass: weights come again, and incomplete sums go and come.
    void inputs_stay(const tiled_positions& at, double once) {
        const double room = buffer_ - kernel_.partial_bytes * at.held;
        const double depth =
            std::min(depth_, std::floor(room / (kernel_.input_bytes * at.touched + kernel_.weight_bytes * window_)));
        if (depth >= 1)
            keep({once, weights_ * at.tiles, outputs_ + partials_ * (tiles_of(depth_, depth) - 1),
                  static_cast<std::int64_t>(at.held), 1, static_cast<std::int64_t>(depth), kept_operand::input});
    }

    // Weights of some channels and columns stay while positions pass: inputs come again for each tile of columns.
    void weights_stay(const tiled_positions& at, double once) {
        const double each = kernel_.weight_bytes * window_;
        const double most = std::floor((buffer_ - kernel_.input_bytes * at.touched) /
                                       (each + kernel_.partial_bytes * at.held));  // columns, of single channels
        if (most < 1) return;
        // tiles of columns times those of channels are at least weights over buffer; the best product of real numbers
        const double split = partials_ * weights_ / buffer_;
        const double fewest = std::clamp(std::min(std::sqrt(split / once), split / partials_), 1.0, columns_);
        if (once * fewest + std::max(0.0, split / fewest - partials_) + weights_ + outputs_ >= best_.bytes()) return;
        for (auto tiles = static_cast<std::int64_t>(tiles_of(columns_, std::min(most, columns_)));
             tiles <= kernel_.columns; tiles = next_tiles(kernel_.columns, tiles)) {
            if (once * static_cast<double>(tiles) + weights_ + outputs_ >= best_.bytes()) return;
            const double columns = static_cast<double>((kernel_.columns + tiles - 1) / tiles);
            const double depth = std::min(depth_, std::floor((buffer_ - kernel_.partial_bytes * at.held * columns) /
                                                             (kernel_.input_bytes * at.touched + each * columns)));
            if (depth < 1) continue;
            keep({once * static_cast<double>(tiles), weights_, outputs_ + partials_ * (tiles_of(depth_, depth) - 1),
                  static_cast<std::int64_t>(at.held), static_cast<std::int64_t>(columns),
                  static_cast<std::int64_t>(depth), kept_operand::weight});
            if (depth == depth_) return;
        }
    }

    const tiled_kernel& kernel_;
    double buffer_;
    tiled_axis rows_;
    tiled_axis across_;
    double window_;
    double images_;
    double columns_;
    double depth_;
    double weights_ = 0;
    double outputs_ = 0;
    double partials_ = 0;     // of one more tile of channels
    double least_input_ = 0;  // every input once
    tiled_traffic best_{};
};

}  // namespace detail

/// The least traffic of a contraction through a buffer, which never grows with the buffer. Without room for even one
/// element of each operand nothing is used twice. O(tile sizes), about a microsecond where tiles are large.
[[nodiscard]] inline tiled_traffic least_traffic(const tiled_kernel& kernel, double buffer_bytes) {
    return detail::tile_search(kernel, buffer_bytes).run();
}

namespace detail {

/// Every operand once, in bytes: the inputs that windows touch.
[[nodiscard]] inline double bytes_once(const tiled_kernel& kernel) {
    const auto rows = tiled_axis::of(kernel.height, kernel.window_height, kernel.stride, kernel.input_height);
    const auto across = tiled_axis::of(kernel.width, kernel.window_width, kernel.stride, kernel.input_width);
    const double images = static_cast<double>(kernel.images), columns = static_cast<double>(kernel.columns);
    const double inputs = images * static_cast<double>(rows.whole * across.whole * kernel.depth);
    const double weights = static_cast<double>(kernel.window_height * kernel.window_width * kernel.depth) * columns;
    const double outputs = images * static_cast<double>(kernel.height * kernel.width) * columns;
    return static_cast<double>(kernel.groups) *
           (inputs * kernel.input_bytes + weights * kernel.weight_bytes + outputs * kernel.output_bytes);
}

}  // namespace detail

/// What no tiles can go below, in bytes, where all elements are as wide as the narrowest: every operand once; and
/// 2 MACs / sqrt(R S), with S elements of buffer and R times that a window reuses an input (Hong and Kung 1981,
/// doi:10.1145/800076.802486; products: Irony, Toledo and Tiskin 2004, doi:10.1016/j.jpdc.2004.03.021, and Smith et al.
/// 2019, arXiv:1702.02017, who have it less 2 S for any schedule; convolutions: Chen et al. 2020,
/// doi:10.1109/HPCA47549.2020.00050).
[[nodiscard]] inline double traffic_lower_bound(const tiled_kernel& kernel, double buffer_bytes) {
    const double narrowest =
        std::min({kernel.input_bytes, kernel.weight_bytes, kernel.output_bytes, kernel.partial_bytes});
    const auto reuse = [&](std::int64_t window) {
        return static_cast<double>(window) / static_cast<double>(std::min(window, kernel.stride));
    };
    const double reach = std::sqrt(reuse(kernel.window_height) * reuse(kernel.window_width) * buffer_bytes / narrowest);
    return std::max(detail::bytes_once(kernel), narrowest * 2 * kernel.macs() / reach);
}

}  // namespace qutibench
