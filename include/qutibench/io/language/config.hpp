// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Language models from the config.json of a checkpoint.
#pragma once

#include <qutibench/io/file.hpp>
#include <qutibench/io/language/config_decoder.hpp>
#include <qutibench/io/language/config_defaults.hpp>
#include <qutibench/io/language/config_encoder.hpp>
#include <qutibench/io/language/config_gpt.hpp>
#include <qutibench/io/language/config_remarks.hpp>
#include <qutibench/io/language/quantization.hpp>

namespace qutibench {

namespace detail {

/// Reads one config.json.
class config_reader {
public:
    config_reader(const json_reader& document, language_model& model)
        : fields_(text_part(document, model)), model_(model) {
        config_fields outer(document);
        is_inner_ = &fields_.place().value() != &document.value();
        outer_type_ = outer.text_or({"model_type"}, "");
        quantized_ = outer.find({"quantization_config", "compression_config", "quantization"});
        if (!quantized_) quantized_ = fields_.find({"quantization_config", "compression_config", "quantization"});
        outer_format_ = outer.text_or({"torch_dtype", "dtype"}, "bfloat16");
        tied_ = outer.flag_or({"tie_word_embeddings"}, fields_.flag_or({"tie_word_embeddings"}, false));
        has_tied_ = outer.find({"tie_word_embeddings"}) || fields_.find({"tie_word_embeddings"});
    }

    void read() {
        const language_family& family = family_of();
        model_.family = family.type;
        model_.gelu = family.gelu;
        model_.tied = has_tied_ ? tied_ : family.tied;
        if (is_inner_) fields_.assume(defaults_of(family.type));
        config_reading in{fields_, model_, family};
        structure(in);
        if (fields_.has_assumed())
            model_.warnings.emplace_back("fields that the inner part leaves out are taken to be the family's own");
        formats();
        fields_.ignore(config_remarks);
        for (const std::string& one : fields_.unread())
            model_.warnings.push_back("the field '" + one + "' is not known and was left out");
    }

private:
    static void structure(config_reading& in) {
        switch (in.family.style) {
            case family_style::decoder:
            case family_style::latent:
            case family_style::phi:
                return decoder_reader(in).read();
            case family_style::dbrx:
                return read_dbrx(in);
            case family_style::bloom:
                return read_bloom(in);
            case family_style::opt:
                return read_opt(in);
            case family_style::mpt:
                return read_mpt(in);
            case family_style::falcon:
                return read_falcon(in);
            case family_style::bert:
                return read_bert(in);
            case family_style::t5:
                return read_t5(in);
            default:
                return read_gpt(in);
        }
    }

    // Models that see and speak keep their language model in a part of its own.
    [[nodiscard]] static json_reader text_part(const json_reader& document, language_model& model) {
        json_reader at = document;
        for (int depth = 0; depth < 3; ++depth) {
            config_fields outer(at);
            auto part = outer.find({"text_config", "language_config", "llm_config", "thinker_config"});
            if (!part || !part->is_object()) return at;
            for (const std::string_view other :
                 {"vision_config", "audio_config", "vision_tower_config", "talker_config"})
                if (outer.find({other}))
                    model.warnings.push_back("'" + std::string(other) +
                                             "' is left out: the language model alone is counted");
            at = std::move(*part);
        }
        return at;
    }

    [[nodiscard]] const language_family& family_of() {
        std::array<std::string_view, language_families.size()> known{};
        const auto stated = fields_.find({"model_type"});
        // an inner part without a type of its own is of the outer's, or Llama's
        const std::string name = stated ? stated->text() : is_inner_ && outer_type_ == "llava" ? "llama" : outer_type_;
        if (name.empty())
            fields_.place().fail("the field 'model_type' is missing, which says how the others are meant");
        for (std::size_t i = 0; i < known.size(); ++i) {
            known[i] = language_families[i].type;
            if (known[i] == name) return language_families[i];
        }
        const json_reader at = stated ? *stated : fields_.place();
        for (const missing_family& one : missing_families)
            if (one.type == name)
                at.fail(message({"the architecture '", name, "' is known, but not modelled: it has ", one.missing}));
        const auto architectures = fields_.find({"architectures"});
        at.fail(message({"the architecture '", name, "' is not known: how its layers follow from its fields",
                         architectures ? " (" + architectures->value().dump().substr(0, 80) + ")" : std::string(),
                         " has to be stated in io/language/families.hpp", suggestion(name, known)}));
    }

    void formats() {
        const datatype base = torch_datatype(fields_.text_or({"torch_dtype", "dtype"}, outer_format_));
        model_.stored = language_precision(base);
        model_.stored.head = base;
        model_.stored.cache = base.bits > 16 ? bf16 : base;
        if (quantized_ && quantized_->is_object()) quantization_reader(*quantized_, model_).read();
    }

    config_fields fields_;
    language_model& model_;
    std::optional<json_reader> quantized_{};
    std::string outer_type_{};
    std::string outer_format_{};
    bool is_inner_ = false;
    bool tied_ = false;
    bool has_tied_ = false;
};

}  // namespace detail

/// The language model that a config.json describes; `source` names the text in errors. Fields that are not known are
/// named in its `warnings`. Throws parse_error with the place of what is missing, wrong or outside its range, an
/// unknown architecture among them.
[[nodiscard]] inline language_model parse_language_config(std::string_view text, const std::string& source,
                                                          std::string name) {
    constexpr std::size_t largest = std::size_t{8} << 20U;
    if (text.size() > largest) throw parse_error(source, "", "a config.json has at most 8 MiB");
    const detail::json document = detail::parse_json(text, source);
    language_model model;
    model.name = std::move(name);
    const detail::json_reader reader(document, source);
    detail::config_reader(reader, model).read();
    return model;
}

}  // namespace qutibench
