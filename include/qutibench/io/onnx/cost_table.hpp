// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The cost table: which operator costs what. An operator that is not in it is listed as uncounted.
#pragma once

#include <qutibench/io/onnx/cost/attention.hpp>
#include <qutibench/io/onnx/cost/einsum.hpp>
#include <qutibench/io/onnx/cost/elementwise.hpp>
#include <qutibench/io/onnx/cost/product.hpp>

#include <array>

namespace qutibench::onnx {

namespace detail {

inline constexpr std::string_view microsoft = "com.microsoft";
inline constexpr std::string_view blocked = "com.microsoft.nchwc";
inline constexpr std::string_view classical = "ai.onnx.ml";

/// Operators that share a cost function; names separated by spaces.
struct cost_group {
    std::string_view domain;
    layer_kind kind;
    cost_function cost;
    std::string_view rule;
    std::string_view names;
};

inline constexpr std::string_view convolution_rule = "MACs: outputs x kernel x input channels per group";
inline constexpr std::string_view product_rule = "MACs: outputs x contracted dimension";
inline constexpr std::string_view attention_rule = "MACs: scores x (head + value head); 5 per score";
inline constexpr std::string_view one_rule = "1 per output";
inline constexpr std::string_view reduction_rule = "1 per input";
inline constexpr std::string_view free_rule = "none: moves data";
inline constexpr std::string_view view_rule = "none: renames data";

inline constexpr cost_group cost_groups[] = {
    {"", layer_kind::convolution, cost_conv, convolution_rule, "Conv"},
    {"", layer_kind::convolution, cost_conv_integer, convolution_rule, "ConvInteger"},
    {"", layer_kind::convolution, cost_conv_transpose, "MACs: inputs x kernel x output channels per group",
     "ConvTranspose"},
    {"", layer_kind::convolution, cost_deform_conv, "MACs as Conv; 8 per sampled input, 9 with a mask", "DeformConv"},
    {"", layer_kind::convolution, cost_qlinear_conv, "MACs as Conv; 2 per output", "QLinearConv"},
    {"", layer_kind::convolution, cost_causal_conv, "MACs: outputs x kernel", "CausalConvWithState"},
    {microsoft, layer_kind::convolution, cost_conv, convolution_rule, "FusedConv"},
    {microsoft, layer_kind::convolution, cost_nhwc_conv, convolution_rule, "NhwcConv NhwcFusedConv"},
    {microsoft, layer_kind::convolution, cost_qlinear_conv, "MACs as Conv; 2 per output", "QLinearConv"},

    {"", layer_kind::matmul, cost_matmul, product_rule, "MatMul MatMulInteger"},
    {"", layer_kind::matmul, cost_qlinear_matmul, "MACs as MatMul; 2 per output", "QLinearMatMul"},
    {"", layer_kind::matmul, cost_gemm<0, 1, 2>, product_rule, "Gemm"},
    {"", layer_kind::matmul, cost_einsum, "MACs of its contractions, pair by pair", "Einsum"},
    {microsoft, layer_kind::matmul, cost_gemm<0, 1, 2>, product_rule, "FusedGemm"},
    {microsoft, layer_kind::matmul, cost_gemm<0, 3, 6>, product_rule, "QGemm"},
    {microsoft, layer_kind::matmul, cost_matmul, product_rule, "MatMulInteger16"},
    {microsoft, layer_kind::matmul, cost_fused_matmul, product_rule,
     "FusedMatMul FusedMatMulActivation TransposeMatMul"},
    {microsoft, layer_kind::matmul, cost_matmul_packed, product_rule, "MatMulBnb4 MatMulNBits"},
    {microsoft, layer_kind::matmul, cost_matmul_scaled<6>, "MACs as MatMul; 2 per output", "MatMulIntegerToFloat"},
    {microsoft, layer_kind::matmul, cost_matmul_scaled<4>, "MACs as MatMul; 2 per output", "DynamicQuantizeMatMul"},
    {microsoft, layer_kind::matmul, cost_gemm_gelu, "MACs as MatMul; 1 per output", "GemmFastGelu"},
    {classical, layer_kind::dense, cost_linear, "MACs: samples x features x scores",
     "LinearClassifier LinearRegressor"},

    {"", layer_kind::attention, cost_attention, attention_rule, "Attention"},
    {"", layer_kind::attention, cost_linear_attention, "MACs: tokens x state x (query heads + 1 or 2 x key heads)",
     "LinearAttention"},
    {"ai.onnx.preview", layer_kind::attention, cost_flex_attention, "MACs as Attention; uncounted with sub-graphs",
     "FlexAttention"},
    {microsoft, layer_kind::attention, cost_fused_attention<4>, "MACs of the projection and as Attention", "Attention"},
    {microsoft, layer_kind::attention, cost_fused_attention<8>, "MACs of the projection and as Attention",
     "QAttention"},
    {microsoft, layer_kind::attention, cost_group_query, attention_rule, "GroupQueryAttention"},
    {microsoft, layer_kind::attention, cost_multi_head, attention_rule, "MultiHeadAttention"},

    {"", layer_kind::recurrent, cost_recurrent<1>, "MACs: steps x directions x hidden x (features + hidden)", "RNN"},
    {"", layer_kind::recurrent, cost_recurrent<3>, "MACs: 3 x those of RNN", "GRU"},
    {"", layer_kind::recurrent, cost_recurrent<4>, "MACs: 4 x those of RNN", "LSTM"},

    {microsoft, layer_kind::recurrent, cost_quantized_lstm, "MACs as LSTM", "DynamicQuantizeLSTM"},
    {microsoft, layer_kind::dense, cost_experts<2, 2, 1>, "MACs: rows x k x elements of one expert", "MoE"},
    {microsoft, layer_kind::dense, cost_experts<2, 3, 2>, "MACs: rows x k x elements of one expert", "QMoE"},
    {microsoft, layer_kind::embedding, cost_gather_blocks, "2 per output", "GatherBlockQuantized"},
    {microsoft, layer_kind::attention, cost_unknown_pattern, "uncounted: the data decide which scores are computed",
     "PagedAttention SparseAttention"},
    {blocked, layer_kind::convolution, cost_conv, convolution_rule, "Conv"},
    {blocked, layer_kind::pooling, cost_pooling, "window per output", "AveragePool MaxPool"},
    {blocked, layer_kind::pooling, cost_per_input<1>, reduction_rule, "GlobalAveragePool GlobalMaxPool"},
    {blocked, layer_kind::movement, cost_nothing, free_rule, "ReorderInput ReorderOutput"},

    {"", layer_kind::pooling, cost_pooling, "window per output", "AveragePool LpPool MaxPool"},
    {"", layer_kind::pooling, cost_per_input<1>, reduction_rule, "GlobalAveragePool GlobalLpPool GlobalMaxPool"},
    {"", layer_kind::pooling, cost_roi_align, "8 per sample; uncounted with adaptive sampling", "RoiAlign"},
    {microsoft, layer_kind::pooling, cost_pooling, "window per output", "NhwcMaxPool QLinearAveragePool"},
    {microsoft, layer_kind::pooling, cost_per_input<1>, reduction_rule, "QLinearGlobalAveragePool"},

    {"", layer_kind::normalization, cost_normalization<2>, "2 per input", "BatchNormalization"},
    {"", layer_kind::normalization, cost_normalization<5>, "5 per input",
     "GroupNormalization InstanceNormalization LayerNormalization RMSNormalization SimplifiedLayerNormalization"},
    {"", layer_kind::normalization, cost_per_input<5>, "5 per input", "LpNormalization MeanVarianceNormalization"},
    {"", layer_kind::normalization, cost_lrn, "size + 3 per input", "LRN"},
    {microsoft, layer_kind::normalization, cost_normalization<5>, "5 per input",
     "GroupNorm LayerNormalization SimplifiedLayerNormalization"},
    {microsoft, layer_kind::normalization, cost_normalization<6>, "6 per input", "SkipGroupNorm"},
    {microsoft, layer_kind::normalization, cost_skip_normalization, "6 per input, 7 with a bias",
     "SkipLayerNormalization SkipSimplifiedLayerNormalization"},
    {microsoft, layer_kind::embedding, cost_embed_normalization, "6 per output, 7 with segments",
     "EmbedLayerNormalization"},

    {"", layer_kind::elementwise, cost_per_output<1>, one_rule,
     "Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor "
     "BlackmanWindow Ceil Celu Clip Cos Cosh CumProd CumSum Elu Erf Exp Floor Gelu HammingWindow HannWindow "
     "HardSigmoid HardSwish Hardmax IsInf IsNaN LeakyRelu Log Mish Neg Not RandomNormal RandomNormalLike "
     "RandomUniform RandomUniformLike Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt "
     "Swish Tan Tanh ThresholdedRelu Where"},
    {"", layer_kind::elementwise, cost_per_output<2>, "2 per output", "SwiGLU"},
    {"", layer_kind::elementwise, cost_per_output<3>, "3 per output", "RotaryEmbedding"},
    {"", layer_kind::elementwise, cost_per_output<5>, "5 per output", "LogSoftmax Softmax"},
    {"", layer_kind::elementwise, cost_binary, "1 per output and further input",
     "Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Xor"},
    {"", layer_kind::elementwise, cost_prelu, one_rule, "PRelu"},
    {"", layer_kind::elementwise, cost_per_output<2>, "2 per output", "DequantizeLinear QuantizeLinear"},
    {"", layer_kind::elementwise, cost_per_output<4>, "4 per output", "AffineGrid DynamicQuantizeLinear"},
    {"", layer_kind::elementwise, cost_per_input<1>, reduction_rule,
     "ArgMax ArgMin Col2Im Compress MelWeightMatrix Multinomial NonZero ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp "
     "ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare TfIdfVectorizer TopK Unique"},
    {"", layer_kind::elementwise, cost_loss<5>, "5 per score", "SoftmaxCrossEntropyLoss"},
    {"", layer_kind::elementwise, cost_loss<1>, "1 per target", "NegativeLogLikelihoodLoss"},
    {"", layer_kind::elementwise, cost_dft, "5 n log2 n per transform", "DFT"},
    {"", layer_kind::elementwise, cost_stft, "5 n log2 n per frame", "STFT"},
    {"", layer_kind::elementwise, cost_grid_sample, "2 per neighbour and output; none for nearest", "GridSample"},
    {microsoft, layer_kind::elementwise, cost_biased, "2 per output, 1 without a bias", "BiasAdd BiasGelu FastGelu"},
    {microsoft, layer_kind::elementwise, cost_per_output<1>, one_rule,
     "Gelu QLinearAdd QLinearLeakyRelu QLinearMul QLinearSigmoid QuickGelu"},
    {microsoft, layer_kind::elementwise, cost_per_output<3>, "3 per output", "BiasSplitGelu RotaryEmbedding"},
    {microsoft, layer_kind::elementwise, cost_per_output<5>, "5 per output", "QLinearSoftmax"},
    {microsoft, layer_kind::elementwise, cost_per_output<6>, "6 per output", "BiasSoftmax"},
    {microsoft, layer_kind::elementwise, cost_per_output<2>, "2 per output", "DequantizeLinear QuantizeLinear"},
    {microsoft, layer_kind::elementwise, cost_per_input<1>, reduction_rule, "QLinearReduceMean"},
    {microsoft, layer_kind::elementwise, cost_grid_sample, "2 per neighbour and output; none for nearest",
     "GridSample"},
    {classical, layer_kind::elementwise, cost_per_output<1>, one_rule, "Binarizer Imputer"},
    {classical, layer_kind::elementwise, cost_per_output<2>, "2 per output", "Scaler"},
    {classical, layer_kind::elementwise, cost_per_output<3>, "3 per output", "Normalizer"},

    {"", layer_kind::movement, cost_resize, "none for nearest, 4 per output for linear, 16 for cubic",
     "Resize Upsample"},
    {"", layer_kind::movement, cost_gather, "none: moves data; an embedding when the file stores its table", "Gather"},
    {"", layer_kind::movement, cost_concat, free_rule, "Concat"},
    {"", layer_kind::movement, cost_movement, free_rule,
     "CenterCropPad DepthToSpace Expand GatherElements GatherND Pad Slice SpaceToDepth Split Tile Transpose Trilu"},
    {"", layer_kind::movement, cost_nothing, free_rule,
     "BitCast Cast CastLike ConcatFromSequence Constant ConstantFill ConstantOfShape EyeLike MaxUnpool OneHot Range "
     "RegexFullMatch "
     "ReverseSequence Scatter ScatterElements ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase "
     "SequenceInsert SplitToSequence StringConcat StringNormalizer StringSplit TensorScatter"},
    {microsoft, layer_kind::movement, cost_nothing, free_rule, "QLinearConcat Trilu"},
    {classical, layer_kind::movement, cost_nothing, free_rule,
     "ArrayFeatureExtractor CategoryMapper FeatureVectorizer LabelEncoder OneHotEncoder ZipMap"},

    {"", layer_kind::view, cost_nothing, view_rule,
     "Dropout Flatten Identity Optional OptionalGetElement OptionalHasElement Reshape SequenceLength Shape Size "
     "Squeeze "
     "Unsqueeze"},
    {microsoft, layer_kind::view, cost_nothing, view_rule, "ExpandDims"},
};

[[nodiscard]] constexpr std::size_t word_count(std::string_view words) {
    return words.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(words.begin(), words.end(), ' '));
}

[[nodiscard]] constexpr std::size_t cost_entry_count() {
    std::size_t count = 0;
    for (const cost_group& group : cost_groups) count += word_count(group.names);
    return count;
}

[[nodiscard]] constexpr auto sorted_costs() {
    std::array<cost_entry, cost_entry_count()> all{};
    std::size_t next = 0;
    for (const cost_group& group : cost_groups) {
        std::string_view rest = group.names;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            all[next++] = {group.domain, rest.substr(0, end), group.kind, group.cost, group.rule};
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    std::sort(all.begin(), all.end(), [](const cost_entry& a, const cost_entry& b) {
        return a.name != b.name ? a.name < b.name : a.domain < b.domain;
    });
    return all;
}

}  // namespace detail

/// Every operator with a cost model, sorted by name, then domain.
inline constexpr auto cost_table = detail::sorted_costs();

/// The table's row for an operator, or nullptr.
[[nodiscard]] inline const cost_entry* find_cost(std::string_view domain, std::string_view name) {
    const auto at =
        std::lower_bound(cost_table.begin(), cost_table.end(), std::pair(name, domain),
                         [](const cost_entry& entry, const std::pair<std::string_view, std::string_view>& wanted) {
                             return std::pair(entry.name, entry.domain) < wanted;
                         });
    return at != cost_table.end() && at->name == name && at->domain == domain ? &*at : nullptr;
}

}  // namespace qutibench::onnx
