// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// In which formats a checkpoint holds its parts, by the quantization_config of its config.json.
#pragma once

#include <qutibench/io/language/config_fields.hpp>
#include <qutibench/language/model.hpp>

namespace qutibench::detail {

/// A format as `torch_dtype` spells it.
[[nodiscard]] inline datatype torch_datatype(std::string_view name) {
    if (name.starts_with("torch.")) name.remove_prefix(6);
    if (name == "float16" || name == "half") return fp16;
    if (name == "float32" || name == "float") return fp32;
    if (name.starts_with("float8")) return fp8;
    return bf16;
}

/// Whole numbers of `bits` in groups that share a scale of 16 bit; without a group, one scale a row, which is not
/// counted.
[[nodiscard]] inline datatype grouped_integer(std::int64_t bits, std::int64_t group) {
    datatype type{number_family::integer, static_cast<int>(bits), 0, static_cast<int>(bits) - 1};
    if (group > 0) {
        type.block = static_cast<int>(group);
        type.scale_bits = 16;
    }
    return type;
}

/// Reads the quantization_config of one checkpoint.
class quantization_reader {
public:
    quantization_reader(const json_reader& at, language_model& model) : fields_(at), model_(model) {}

    void read() {
        const std::string method = fields_.text_or({"quant_method"}, fields_.text_or({"quant_algo"}, ""));
        const auto weights = format_of(method);
        if (!weights) {
            model_.warnings.push_back("quantization_config: the method '" + method +
                                      "' is not known, so 16-bit weights are assumed; give precision= by part");
            return;
        }
        const bool keeps_attention = is_kept("attn") || is_kept("attention");
        if (!keeps_attention) model_.stored.attention = *weights;
        if (!is_kept("mlp") && !(is_kept("shared_expert") && !is_kept("experts")) && method != "mxfp4")
            model_.stored.dense = *weights;
        model_.stored.experts = *weights;
        if (const std::string cache = fields_.text_or({"kv_cache_quant_algo"}, ""); !cache.empty())
            model_.stored.cache = cache == "NVFP4" ? parse_datatype("nvfp4") : fp8;
        if (fields_.find({"kv_cache_scheme"})) model_.stored.cache = fp8;
    }

private:
    [[nodiscard]] std::optional<datatype> format_of(const std::string& method) {
        const auto bits = fields_.count_or({"bits", "w_bit", "weight_bits"}, 4);
        const auto group = fields_.count_or({"group_size", "q_group_size"}, 128);
        if (method == "fp8" || method == "fbgemm_fp8" || method == "FP8") return fp8;
        if (method == "mxfp4") return parse_datatype("mxfp4");
        if (method == "modelopt" || method == "modelopt_fp4" || method == "NVFP4") {
            const std::string algorithm = fields_.text_or({"quant_algo"}, "NVFP4");
            return algorithm == "FP8" ? fp8 : parse_datatype("nvfp4");
        }
        const bool whole = bits >= 2 && bits <= 8 && group <= 65536;
        if ((method == "gptq" || method == "awq" || method == "auto-round") && whole)
            return grouped_integer(bits, group > 0 ? group : 0);
        if (method == "bitsandbytes") return fields_.flag_or({"load_in_8bit"}, false) ? int8 : grouped_integer(4, 64);
        if (method == "compressed-tensors") return compressed();
        return std::nullopt;
    }

    // {"config_groups": {"group_0": {"weights": {"num_bits": 4, "type": "int", "group_size": 32}}}}
    [[nodiscard]] std::optional<datatype> compressed() {
        const auto groups = fields_.find({"config_groups"});
        if (!groups || !groups->is_object() || groups->value().empty()) return std::nullopt;
        const auto first = groups->find(groups->value().begin().key());
        if (!first || !first->is_object()) return std::nullopt;
        const auto weights = first->find("weights");
        if (!weights || !weights->is_object()) return std::nullopt;
        config_fields of(*weights);
        const std::int64_t bits = of.count_or({"num_bits"}, 8);
        const std::int64_t group = of.count_or({"group_size"}, 0);
        if (bits < 2 || bits > 16 || group > 65536) return std::nullopt;
        if (of.text_or({"type"}, "int") == "float") return bits == 4 ? parse_datatype("nvfp4") : fp8;
        return grouped_integer(bits, group);
    }

    // Whether the list of what stays wide names a kind of module in every layer.
    [[nodiscard]] bool is_kept(std::string_view module) {
        const auto list = fields_.find({"modules_to_not_convert", "ignore", "ignored_layers", "exclude_modules"});
        if (!list || !list->is_array()) return false;
        for (const json& one : list->value())
            if (one.is_string()) {
                const std::string& name = one.get_ref<const std::string&>();
                const std::size_t at = name.find(module);
                const bool deeper = module == "mlp" && name.find('.', at) != std::string::npos;
                if (at != std::string::npos && !deeper && name.find("layers.0.") == std::string::npos) return true;
            }
        return false;
    }

    config_fields fields_;
    language_model& model_;
};

}  // namespace qutibench::detail
