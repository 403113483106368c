// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the registrations of language models and of their servers share: arguments, and states for pickling.
#pragma once

#include "common.hpp"

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/language/load.hpp>
#include <qutibench/language/calibration.hpp>

#include <iterator>
#include <memory>
#include <sstream>

namespace qutibench::python {

/// A format for all parts, formats by part ("fp8 kv=fp8" or a dict), or nothing: the checkpoint's own.
[[nodiscard]] inline language_precision precision_of(const language_model& model, const py::object& given) {
    const auto format = [](py::handle value) {
        if (py::isinstance<py::str>(value)) return parse_stored_format(value.cast<std::string>());
        return argument<precision_argument>("precision", value).value.weights;
    };
    if (given.is_none()) return model.stored;
    if (py::isinstance<py::str>(given) && given.cast<std::string>().find('=') != std::string::npos) {
        std::istringstream text(given.cast<std::string>());
        const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
        const auto all = parse_language_precisions(model.stored, words);
        if (all.size() == 1) return all.front();
        throw invalid_argument("'" + text.str() + "' is more than one precision; give a list");
    }
    if (!py::isinstance<py::dict>(given)) return language_precision(format(given));
    language_precision stored = model.stored;
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(given))
        stored.set(argument<std::string>("part of a precision", key), format(value));
    return stored;
}

[[nodiscard]] inline py::dict to_dict(const language_precision& stored) {
    py::dict all;
    for (const auto& [name, format] :
         {std::pair("attention", &stored.attention), std::pair("dense", &stored.dense),
          std::pair("experts", &stored.experts), std::pair("head", &stored.head), std::pair("kv", &stored.cache)})
        all[name] = to_string(*format);
    return all;
}

using model_pointer = std::shared_ptr<language_model>;

/// A language model, or what `language_model` would load.
[[nodiscard]] model_pointer model_of(const py::object& given);

/// A platform, or the id or path of one.
[[nodiscard]] std::shared_ptr<platform> platform_of(const py::object& given);

// Every member of a struct, in one order for writing and for reading; `Self` is const for writing.

template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, attention_block>
void members_of(Self& a, Visit visit) {
    visit(a.kind, a.heads, a.key_heads, a.key_width, a.value_width, a.rotated, a.window, a.bias, a.output_bias, a.gated,
          a.sinks, a.shares_keys, a.norm, a.query_rank, a.latent, a.rope, a.top_keys, a.index_heads, a.index_width,
          a.kernel);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, feed_forward_block>
void members_of(Self& f, Visit visit) {
    visit(f.inner, f.gated, f.bias, f.experts, f.chosen, f.expert_inner, f.held, f.expert_bias, f.shared_inner,
          f.shared_gate, f.router_bias);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, norm_style>
void members_of(Self& n, Visit visit) {
    visit(n.mean, n.scaled, n.before, n.after, n.shared, n.parallel);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, language_block>
void members_of(Self& b, Visit visit) {
    visit(b.attention, b.feed_forward);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, language_precision>
void members_of(Self& p, Visit visit) {
    visit(p.attention, p.dense, p.experts, p.head, p.cache);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, language_model>
void members_of(Self& m, Visit visit) {
    visit(m.name, m.family, m.vocabulary, m.width, m.embedded, m.positions, m.relative, m.longest, m.tied, m.head_bias,
          m.encoder, m.embedding_norm, m.final_norm, m.types, m.pooler, m.gelu, m.norms, m.blocks, m.order, m.stored,
          m.stored_bytes, m.ranks, m.warnings);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, language_layout>
void members_of(Self& l, Visit visit) {
    visit(l.tensor, l.data, l.expert, l.expert_tensor, l.pipeline);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, serving_question>
void members_of(Self& q, Visit visit) {
    visit(q.prompt_tokens, q.output_tokens, q.concurrency, q.framework, q.prefix_hit, q.chunk, q.draft_tokens,
          q.draft_acceptance, q.draft_cost, q.separate_prefill, q.memory_share);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, serving_figures>
void members_of(Self& f, Visit visit) {
    visit(f.time_per_output_token_s, f.time_to_first_token_s, f.request_s, f.tokens_per_s, f.tokens_per_s_per_user,
          f.tokens_per_s_per_device);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, language_memory>
void members_of(Self& m, Visit visit) {
    visit(m.weights, m.cache, m.activations, m.needed);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, serving_estimate>
void members_of(Self& e, Visit visit) {
    visit(e.time_per_output_token_s, e.time_to_first_token_s, e.request_s, e.tokens_per_s, e.tokens_per_s_per_user,
          e.tokens_per_s_per_device, e.memory, e.fits, e.devices, e.prefill_devices, e.energy_per_token_j,
          e.tokens_per_s_per_usd, e.bound, e.low, e.high, e.largest_concurrency, e.longest_context, e.decode_limit,
          e.prefill_limit, e.decode_group, e.prefill_group, e.cautions);
}

template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, ratio_mean>
void members_of(Self& r, Visit visit) {
    visit(r.rows, r.sum, r.squares);
}
template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, serving_calibration>
void members_of(Self& c, Visit visit) {
    visit(c.tokens, c.first);
}

template <class Type>
concept has_members = requires(Type& one) { members_of(one, [](auto&...) {}); };

/// A value as Python has it: structs as tuples, enumerators as numbers, what is not known as None.
template <class Type>
[[nodiscard]] py::object state_part(const Type& value) {
    if constexpr (has_members<const Type>) {
        py::list all;
        members_of(value, [&](const auto&... one) { (all.append(state_part(one)), ...); });
        return py::tuple(all);
    } else if constexpr (std::same_as<Type, std::vector<language_block>>) {
        py::list all;
        for (const language_block& one : value) all.append(state_part(one));
        return py::tuple(all);
    } else if constexpr (std::is_enum_v<Type>) {
        return py::int_(static_cast<int>(value));
    } else if constexpr (std::same_as<Type, double>) {
        return py::cast(known(value));
    } else {
        return py::cast(value);
    }
}

template <class Type>
void read_part(const py::handle& given, Type& value) {
    if constexpr (has_members<Type>) {
        const auto parts = py::reinterpret_borrow<py::tuple>(given);
        std::size_t at = 0;
        members_of(value, [&](auto&... one) {
            if (parts.size() != sizeof...(one)) throw invalid_argument("this state is of another version");
            (read_part(parts[at++], one), ...);
        });
    } else if constexpr (std::same_as<Type, std::vector<language_block>>) {
        for (const py::handle one : given) read_part(one, value.emplace_back());
    } else if constexpr (std::is_enum_v<Type>) {
        value = static_cast<Type>(given.cast<int>());
    } else if constexpr (std::same_as<Type, double>) {
        value = or_nan(given.cast<std::optional<double>>());
    } else {
        value = given.cast<Type>();
    }
}

template <class Type>
[[nodiscard]] py::tuple struct_state(const Type& value) {
    return py::reinterpret_borrow<py::tuple>(state_part(value));
}
template <class Type>
[[nodiscard]] Type struct_from(const py::tuple& state) {
    Type value;
    read_part(state, value);
    return value;
}

}  // namespace qutibench::python
