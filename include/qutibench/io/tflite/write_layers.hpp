// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators of TFLite that multiply weights: convolutions, matrix products; and pooling.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/io/tflite/node_writer.hpp>

namespace qutibench::tflite {

/// Convolutions read images channels second; kernels are constants whose shape alone is turned.
class layer_writer : public node_writer {
public:
    using node_writer::node_writer;

protected:
    [[nodiscard]] static attribute padding_of(const operation& of) {
        return attribute::word("auto_pad", of.options.number<std::int8_t>(0) == 0 ? "SAME_UPPER" : "VALID");
    }

    [[nodiscard]] static dims pair_of(const operation& of, unsigned height, unsigned width, std::int32_t usual) {
        return {of.options.number<std::int32_t>(height, usual), of.options.number<std::int32_t>(width, usual)};
    }

    void write_convolution(const operation& of) {
        const std::int32_t image = needed(of, 0), kernel = needed(of, 1);
        require_rank(of, image, 4);
        require_rank(of, kernel, 4);
        const dims k = tensors_.stored_shape(kernel);  // outputs, height, width, inputs of a group
        if (k[3] < 1 || tensors_.extent(image, 3) % k[3] != 0) refuse(of, "its kernel does not fit the channels");
        produce(of, "Conv",
                with_bias(of,
                          {tensors_.read(image, layout::channels_second),
                           tensors_.is_constant(kernel) ? tensors_.weight(kernel, channels_second(k), "")
                                                        : tensors_.read(kernel, layout::channels_second)},
                          2),
                {padding_of(of), attribute::list("kernel_shape", {k[1], k[2]}),
                 attribute::list("strides", pair_of(of, 2, 1, 0)), attribute::list("dilations", pair_of(of, 5, 4, 1)),
                 attribute::integer("group", tensors_.extent(image, 3) / k[3])},
                layout::channels_second, of.options.number<std::int8_t>(3));
    }

    void write_depthwise(const operation& of) {
        const std::int32_t image = needed(of, 0), kernel = needed(of, 1);
        require_rank(of, image, 4);
        require_rank(of, kernel, 4);
        const dims k = tensors_.stored_shape(kernel);  // 1, height, width, outputs
        produce(
            of, "Conv",
            with_bias(
                of, {tensors_.read(image, layout::channels_second), tensors_.weight(kernel, {k[3], 1, k[1], k[2]}, "")},
                2),
            {padding_of(of), attribute::list("kernel_shape", {k[1], k[2]}),
             attribute::list("strides", pair_of(of, 2, 1, 0)), attribute::list("dilations", pair_of(of, 6, 5, 1)),
             attribute::integer("group", tensors_.extent(image, 3))},
            layout::channels_second, of.options.number<std::int8_t>(4));
    }

    void write_transposed(const operation& of) {
        const std::int32_t kernel = needed(of, 1), image = needed(of, 2), to = result(of);
        require_rank(of, image, 4);
        require_rank(of, kernel, 4);
        require_rank(of, to, 4);
        const dims k = tensors_.stored_shape(kernel);  // outputs, height, width, inputs
        produce(of, "ConvTranspose",
                with_bias(of,
                          {tensors_.read(image, layout::channels_second),
                           tensors_.weight(kernel, {k[3], k[0], k[1], k[2]}, "")},
                          3),
                {attribute::list("kernel_shape", {k[1], k[2]}), attribute::list("strides", pair_of(of, 2, 1, 0)),
                 attribute::list("output_shape", {tensors_.extent(to, 1), tensors_.extent(to, 2)})},
                layout::channels_second, of.options.number<std::int8_t>(3));
    }

    void write_pooling(const operation& of) {
        const std::int32_t image = needed(of, 0);
        require_rank(of, image, 4);
        produce(of, row_of(of.code).as, {tensors_.read(image, layout::channels_second)},
                {padding_of(of), attribute::list("kernel_shape", pair_of(of, 4, 3, 0)),
                 attribute::list("strides", pair_of(of, 2, 1, 0))},
                layout::channels_second, of.options.number<std::int8_t>(5));
    }

    void write_dense(const operation& of) {
        const std::int32_t from = needed(of, 0), matrix = needed(of, 1), to = result(of);
        require_rank(of, matrix, 2);
        const std::int64_t outputs = tensors_.extent(matrix, 0), inputs = tensors_.extent(matrix, 1);
        const auto activation = of.options.number<std::int8_t>(0);
        const std::string& name = tensors_.name(to);
        if (tensors_.rank(from) == 2 || tensors_.rank(to) == 2) {
            std::string in = tensors_.read(from, tensors_.layout_of(from));
            if (tensors_.rank(from) != 2 || tensors_.extent(from, 1) != inputs) {
                node("Reshape", {in, tensors_.constant(name + "/rows", {-1, inputs})}, {name + "/flat"});
                in = name + "/flat";
            }
            return produce(of, "Gemm", with_bias(of, {in, tensors_.read(matrix, layout::stored)}, 2),
                           {attribute::integer("transB", 1)}, layout::stored, activation);
        }
        std::string weights;
        if (tensors_.is_constant(matrix)) {
            weights = tensors_.weight(matrix, {inputs, outputs}, "");
        } else {
            weights = name + "/turned";
            node("Transpose", {tensors_.read(matrix, layout::stored)}, {weights}, {attribute::list("perm", {1, 0})});
        }
        const bool has_bias = input(of, 2) >= 0;
        const std::string product = has_bias ? name + "/product" : name;
        const names read{tensors_.read(from, layout::stored), weights};
        if (!has_bias) return produce(of, "MatMul", read, {}, layout::stored, activation);
        node("MatMul", read, {product});
        produce(of, "Add", {product, tensors_.read(input(of, 2), layout::stored)}, {}, layout::stored, activation);
    }

    void write_product(const operation& of) {
        names read;
        for (const std::size_t i : {0U, 1U}) {
            const std::int32_t id = needed(of, i);
            const bool turned = of.options.number<std::uint8_t>(static_cast<unsigned>(i)) != 0;
            const std::size_t rank = tensors_.rank(id);
            if (rank < 2) refuse(of, "its operands should be matrices");
            if (!turned) {
                read.push_back(tensors_.read(id, layout::stored));
            } else if (tensors_.is_constant(id)) {
                dims extents = tensors_.stored_shape(id);
                std::swap(extents[rank - 1], extents[rank - 2]);
                read.push_back(tensors_.weight(id, extents, ""));
            } else {
                dims order(rank);
                std::iota(order.begin(), order.end(), 0);
                std::swap(order[rank - 1], order[rank - 2]);
                read.push_back(tensors_.name(result(of)) + "/turned" + std::to_string(i));
                node("Transpose", {tensors_.read(id, layout::stored)}, {read.back()}, {attribute::list("perm", order)});
            }
        }
        produce(of, "MatMul", read, {}, layout::stored);
    }
};

}  // namespace qutibench::tflite
