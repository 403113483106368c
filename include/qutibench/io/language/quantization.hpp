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
        if (method == "compressed-tensors" && groups()) return finish();
        const auto weights = format_of(method);
        if (!weights) {
            model_.warnings.push_back("quantization_config: the method '" + method +
                                      "' is not known, so 16-bit weights are assumed; give precision= by part");
            return;
        }
        const bool mlx = method.empty();
        if (mlx) model_.stored.head = *weights;
        apply(*weights, method != "mxfp4");
        finish();
    }

private:
    /// One format for all but what the file's list keeps wide.
    void apply(const datatype& weights, bool with_dense) {
        if (!is_kept("attn") && !is_kept("attention")) model_.stored.attention = weights;
        if (!is_kept("mlp") && !is_kept("shared_expert") && !is_kept("shared_mlp") && with_dense)
            model_.stored.dense = weights;
        model_.stored.experts = weights;
    }

    void finish() {
        if (const std::string cache = fields_.text_or({"kv_cache_quant_algo"}, ""); !cache.empty())
            model_.stored.cache = cache == "NVFP4" ? parse_datatype("nvfp4") : fp8;
        if (fields_.find({"kv_cache_scheme"})) model_.stored.cache = fp8;
    }

    [[nodiscard]] std::optional<datatype> format_of(const std::string& method) {
        const auto bits = fields_.count_or({"bits", "w_bit", "weight_bits", "nbits"}, 4);
        const auto group = std::max<std::int64_t>(group_size(), 0);
        const bool whole = bits >= 2 && bits <= 8 && group <= 65536;
        if (method == "fp8" || method == "fbgemm_fp8" || method == "FP8") return fp8;
        if (method == "mxfp4") return parse_datatype("mxfp4");
        if (method.starts_with("modelopt") || method == "NVFP4") return of_modelopt();
        if ((method == "gptq" || method == "awq" || method == "auto-round" || method == "hqq") && whole)
            return grouped_integer(bits, group);
        if (method == "bitsandbytes") return of_bitsandbytes();
        if (method == "eetq") return int8;
        // MLX names no method; each group has a scale and an offset of 16 bit
        if (method.empty() && fields_.find({"bits"}) && fields_.find({"group_size"}) && whole && group > 0) {
            if (fields_.text_or({"mode"}, "affine") == "mxfp4") return parse_datatype("mxfp4");
            datatype type = grouped_integer(bits, group);
            type.scale_bits = 32;
            return type;
        }
        return std::nullopt;
    }

    // -1 stands for one scale a row.
    [[nodiscard]] std::int64_t group_size() {
        const auto found = fields_.find({"group_size", "q_group_size"});
        return found && found->value().is_number_integer() ? found->integer() : 128;
    }

    [[nodiscard]] std::optional<datatype> of_modelopt() {
        const std::string algorithm = fields_.text_or({"quant_algo"}, "NVFP4");
        const auto has = [&](std::string_view word) { return algorithm.find(word) != std::string::npos; };
        if (has("NVFP4")) return parse_datatype("nvfp4");
        if (has("MXFP4")) return parse_datatype("mxfp4");
        if (has("W4A16") || has("W4A8") || has("INT4")) return grouped_integer(4, 128);
        if (has("FP8")) return fp8;
        return std::nullopt;
    }

    // NF4 has a scale of 32 bit for 64 elements, of 8 bit where scales are quantised themselves (arXiv:2305.14314).
    [[nodiscard]] datatype of_bitsandbytes() {
        if (fields_.flag_or({"load_in_8bit"}, fields_.flag_or({"_load_in_8bit"}, false))) return int8;
        datatype type = grouped_integer(4, 64);
        type.scale_bits = fields_.flag_or({"bnb_4bit_use_double_quant"}, false) ? 8 : 32;
        return type;
    }

    // {"config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "int", "group_size":
    // 32}}}} False where no group says how weights are stored.
    [[nodiscard]] bool groups() {
        const auto all = fields_.find({"config_groups"});
        if (!all || !all->is_object()) return false;
        bool any = false;
        for (const auto& member : all->value().items()) {
            const auto group = all->find(member.key());
            if (!group || !group->is_object()) continue;
            const auto weights = group->find("weights");
            if (!weights || !weights->is_object()) continue;
            const auto type = compressed(*group, *weights);
            if (!type) continue;
            any = true;
            const std::string targets = group->find("targets") ? group->value().at("targets").dump() : "";
            const auto names = [&](std::string_view word) { return targets.find(word) != std::string::npos; };
            if (names("expert"))
                model_.stored.experts = *type;
            else if (names("attn"))
                model_.stored.attention = *type;
            else if (names("mlp"))
                model_.stored.dense = model_.stored.experts = *type;
            else
                apply(*type, true);
        }
        return any;
    }

    [[nodiscard]] std::optional<datatype> compressed(const json_reader& group, const json_reader& weights) {
        config_fields of(weights);
        config_fields in(group);
        const std::int64_t bits = of.count_or({"num_bits"}, 8);
        const auto stated = of.find({"group_size"});
        const std::int64_t size =
            stated && stated->value().is_number_integer() ? std::max<std::int64_t>(stated->integer(), 0) : 0;
        const std::string packed = in.text_or({"format"}, fields_.text_or({"format"}, ""));
        if (bits < 2 || bits > 16 || size > 65536) return std::nullopt;
        if (of.text_or({"type"}, "int") != "float") return grouped_integer(bits, size);
        if (bits == 8) return fp8;
        return parse_datatype(packed.starts_with("mxfp4") || size == 32 ? "mxfp4" : "nvfp4");
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
