// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How fast a server answers: a language model on devices, under a load. Equations in docs/language_models.md.
#pragma once

#include <qutibench/detail/quantile.hpp>
#include <qutibench/language/law.hpp>
#include <qutibench/language/memory.hpp>
#include <qutibench/language/serving_question.hpp>
#include <qutibench/names.hpp>

namespace qutibench {

/// Times and rates of a server.
struct serving_figures {
    double time_per_output_token_s = 0;
    double time_to_first_token_s = 0;
    double request_s = 0;              ///< from asking to the last token
    double tokens_per_s = 0;           ///< output tokens of all requests
    double tokens_per_s_per_user = 0;  ///< of one request after its first token
    double tokens_per_s_per_device = 0;

    friend constexpr bool operator==(const serving_figures&, const serving_figures&) = default;
};

/// What holds a phase up.
enum class serving_limit : unsigned char { memory, compute, link, overhead };

template <>
inline constexpr enumeration<4> names_of<serving_limit>{"limit", {"memory", "compute", "link", "overhead"}};

/// What an answer took for granted, or cannot know.
enum class serving_caution : std::uint32_t {
    first_token = 1U << 0,    ///< this framework's time to the first token hangs on settings that are not known
    out_of_memory = 1U << 1,  ///< does not fit
    capacity_unknown = 1U << 2,
    link_unknown = 1U << 3,  ///< several devices, and no source states how fast their link is
    past_domain = 1U << 4,   ///< more devices than the fast link joins, and no source states the link between nodes
    longer_than_context = 1U << 5,
    beyond_study = 1U << 6,      ///< an option that no measurement behind the constants has
    experts_adjusted = 1U << 7,  ///< the experts' layout did not multiply to the devices
    between_nodes = 1U << 8,     ///< exchanges cross nodes
};

/// One sentence on a caution.
[[nodiscard]] constexpr std::string_view to_string(serving_caution one) {
    constexpr std::string_view sentences[] = {
        "the time to the first token of this framework hangs on streaming settings that are not stated; take it as a "
        "guess",
        "weights and caches do not fit the memory, so the server would queue or refuse requests",
        "no source states the memory's capacity, so whether it fits is not known",
        "no source states the link between devices, so what they exchange is taken to cost nothing",
        "there are more devices than the fast link joins, and no source states the link between nodes; what crosses it "
        "is "
        "taken at the fast link",
        "prompt and output are longer than the model's context",
        "no measurement behind the constants has this option; its formula is documented, its error is not known",
        "expert_parallel times expert_tensor_parallel is not the number of devices; experts are split over the rest",
        "devices of several nodes share each layer: exchanges within a node come first, then between nodes; no "
        "measurement "
        "behind the constants has more than one node",
    };
    std::size_t index = 0;
    while ((static_cast<std::uint32_t>(one) >> index) > 1) ++index;
    return sentences[index];
}

/// What sweeps compare: figures, memory and what they cost.
struct serving_outline : serving_figures {
    language_memory memory{};
    bool fits = true;  ///< also where no source states the capacity
    std::int64_t devices = 1;
    double prefill_devices = 0;       ///< that read prompts only, by the share of their time that they are busy
    double energy_per_token_j = 0;    ///< NaN when no source states the power
    double tokens_per_s_per_usd = 0;  ///< of the devices' price; NaN when no source states it

    friend constexpr bool operator==(const serving_outline&, const serving_outline&) = default;
};

/// An answer: figures, the bound beside them, an interval, memory, and what holds each phase up. Plain numbers.
struct serving_estimate : serving_outline {
    serving_figures bound{};         ///< the same with nothing lost: every share 1, every latency 0
    double low = 0;                  ///< s per output token that nine of ten measurements lie above and below: 5 %
    double high = 0;                 ///< 95 %
    double largest_concurrency = 0;  ///< that fits at these lengths; NaN when no source states the capacity
    double longest_context = 0;      ///< positions of a sequence that fit at this concurrency; NaN likewise
    serving_limit decode_limit = serving_limit::memory;
    serving_limit prefill_limit = serving_limit::compute;
    language_group decode_group = language_group::projections;  ///< that takes longest
    language_group prefill_group = language_group::projections;
    std::uint32_t cautions = 0;  ///< set of `serving_caution`

    [[nodiscard]] constexpr bool has(serving_caution one) const {
        return (cautions & static_cast<std::uint32_t>(one)) != 0;
    }
    constexpr void warn(serving_caution one) { cautions |= static_cast<std::uint32_t>(one); }
};

/// A language model on devices: everything that does not depend on the load, worked out once, so that an answer costs
/// well under a microsecond and no allocation.
class serving {
public:
    /// Throws invalid_argument on a layout or a device that cannot serve, and on encoders, which write no tokens.
    serving(const language_model& model, const platform& device, const language_precision& stored,
            const language_layout& layout, const serving_constants& constants = {})
        : rank_(rank_of(model, layout)), engine_(engine_of(device, stored)), stored_(stored), constants_(constants),
          kernels_(kernels_of(rank_, stored)), longest_(static_cast<double>(model.longest)) {
        if (model.encoder)
            throw invalid_argument(
                detail::message({"'", model.name, "' is an encoder: it writes no tokens; predict its graph instead"}));
        if (!(layout.expert == 1 && layout.expert_tensor == 1) && !(completed(layout) == layout) && rank_.experts > 0)
            standing_ |= static_cast<std::uint32_t>(serving_caution::experts_adjusted);
        const bool several = layout.devices() > 1;
        if (several && !(engine_.link > 0)) {
            engine_.link = std::numeric_limits<double>::infinity();
            standing_ |= static_cast<std::uint32_t>(serving_caution::link_unknown);
        }
        if (engine_.domain > 0 && layout.stage() > engine_.domain) join_nodes();
    }

    [[nodiscard]] const language_rank& rank() const { return rank_; }
    [[nodiscard]] const language_engine& engine() const { return engine_; }
    [[nodiscard]] const language_precision& stored() const { return stored_; }

    /// The answer to a question; throws invalid_argument on one outside its range.
    [[nodiscard]] serving_estimate operator()(const serving_question& ask) const {
        check(ask);
        serving_estimate result;
        result.cautions = standing_;
        const pass_work step = step_work(ask);
        const pass_work prompt = prompt_work(ask);
        const timed with = times(ask, step, prompt_time(ask, prompt, constants_), constants_);
        outline(result, ask, with);
        constexpr serving_constants perfect = serving_constants::lossless();
        fill(result.bound, ask, times(ask, step, prompt_time(ask, prompt, perfect), perfect));
        const double spread = std::exp(two_sided_90 * constants_.log_deviation);
        result.low = std::max(result.time_per_output_token_s / spread, result.bound.time_per_output_token_s);
        result.high = result.time_per_output_token_s * spread;
        describe(with.decode, result.decode_limit, result.decode_group);
        describe(with.prefill, result.prefill_limit, result.prefill_group);
        hold(result, ask);
        caution(result, ask);
        return result;
    }

    /// The time of a prompt on its own, the same for every load.
    [[nodiscard]] pass_time prompt_time(const serving_question& ask) const {
        check(ask);
        return prompt_time(ask, prompt_work(ask), constants_);
    }

    /// The part of the answer that sweeps compare, given `prompt_time` of the same prompts, in a quarter of the time.
    [[nodiscard]] serving_outline outline(const serving_question& ask, const pass_time& prompt) const {
        check(ask);
        serving_outline result;
        outline(result, ask, times(ask, step_work(ask), prompt, constants_));
        return result;
    }

private:
    // Exchanges past the fast link's reach go from node to node, where a source states how fast that is.
    void join_nodes() {
        if (engine_.between > 0) {
            rank_.domain = engine_.domain;
            standing_ |= static_cast<std::uint32_t>(serving_caution::between_nodes);
        } else {
            standing_ |= static_cast<std::uint32_t>(serving_caution::past_domain);
        }
    }

    struct timed {
        pass_time decode{};
        pass_time prefill{};
        double per_token = 0;
        double first = 0;
        double prompt = 0;  ///< of a prompt on its own
    };

    [[nodiscard]] double stages() const { return static_cast<double>(rank_.layout.pipeline); }

    // How many times the fullest stage takes a token's way through all stages: where they are all at work, each waits
    // for the fullest.
    [[nodiscard]] double turn(const serving_question& ask) const {
        return std::max(rank_.full_stages, std::min(ask.concurrency, stages()));
    }

    // Requests of a step: those in flight are spread over the stages.
    [[nodiscard]] double requests_of_step(const serving_question& ask) const {
        return std::max(ask.concurrency / stages(), 1.0);
    }

    [[nodiscard]] pass_work step_work(const serving_question& ask) const {
        return with_head_once(decode_work(rank_, stored_, requests_of_step(ask),
                                          ask.prompt_tokens + ask.output_tokens / 2, 1 + ask.draft_tokens),
                              turn(ask));
    }

    [[nodiscard]] pass_work prompt_work(const serving_question& ask) const {
        return with_head_once(prefill_work(rank_, stored_, ask.prompt_tokens, ask.prompt_tokens * ask.prefix_hit),
                              rank_.full_stages);
    }

    // A pass goes through every stage, and through the head once, on the last.
    [[nodiscard]] static pass_work with_head_once(pass_work work, double turn) {
        work.moved(language_group::head) /= turn;
        work.done(language_group::head) /= turn;
        return work;
    }

    [[nodiscard]] pass_time prompt_time(const serving_question& ask, const pass_work& work,
                                        const serving_constants& k) const {
        pass_time time = time_of(work, engine_, k, kernels_);
        if (const double fresh = ask.prompt_tokens * (1 - ask.prefix_hit); ask.chunk > 0 && ask.chunk < fresh)
            cut(time, std::ceil(fresh / ask.chunk));
        if (is_perfect(k)) drop_hideable(time);
        return time;
    }

    [[nodiscard]] static bool is_perfect(const serving_constants& k) { return k.kernel == 0 && k.step == 0; }

    // Expected tokens of a step that verifies a draft (Leviathan et al., arXiv:2211.17192, equation 1).
    [[nodiscard]] static double tokens_of_step(const serving_question& ask) {
        const double a = ask.draft_acceptance;
        if (a >= 1) return 1 + ask.draft_tokens;
        return (1 - std::pow(a, ask.draft_tokens + 1)) / (1 - a);
    }

    [[nodiscard]] timed times(const serving_question& ask, const pass_work& work, const pass_time& prompt,
                              const serving_constants& k) const {
        timed result;
        result.decode = time_of(work, engine_, k, kernels_);
        result.decode.fixed +=
            k.request * std::max(requests_of_step(ask) / static_cast<double>(rank_.layout.data), 1.0);
        result.prefill = prompt;
        if (is_perfect(k)) drop_hideable(result.decode);
        const double step = turn(ask) * result.decode.total() * (1 + ask.draft_tokens * ask.draft_cost);
        const double prefill = result.prompt = rank_.full_stages * result.prefill.total();
        const double tokens = ask.draft_tokens > 0 ? tokens_of_step(ask) : 1.0;
        const double others = (ask.concurrency - 1) / ask.output_tokens;
        const double added = ask.separate_prefill || k.interference == 0
                                 ? 0.0
                                 : k.interference * others * added_by_prefill(result.decode, result.prefill, k);
        result.per_token = step / tokens + added;
        result.first = k.first + k.first_kernel * kernels_ * rank_.full_stages + k.first_step * result.per_token;
        result.first +=
            ask.separate_prefill ? prefill + sent(ask) : prefill * (1 + k.queue * (ask.concurrency - 1) / 2);
        return result;
    }

    // Weights are read, and kernels launched, once for each piece of a prompt.
    static void cut(pass_time& prefill, double pieces) {
        for (const language_group group : {language_group::projections, language_group::dense, language_group::experts})
            prefill.memory[static_cast<std::size_t>(group)] *= pieces;
        prefill.fixed *= pieces;
    }

    // What a perfect server hides: exchanges behind products, activations in caches.
    static void drop_hideable(pass_time& time) {
        time.exchange = 0;
        time.memory[static_cast<std::size_t>(language_group::elementwise)] = 0;
    }

    // The cache of a prompt, over the link to the devices that decode.
    [[nodiscard]] double sent(const serving_question& ask) const {
        return engine_.link > 0 ? cache_bytes(rank_, stored_.cache, ask.prompt_tokens) / engine_.link : 0.0;
    }

    void fill(serving_figures& to, const serving_question& ask, const timed& from) const {
        to.time_per_output_token_s = from.per_token;
        to.time_to_first_token_s = from.first;
        to.request_s = from.first + (ask.output_tokens - 1) * from.per_token;
        to.tokens_per_s = ask.concurrency * ask.output_tokens / to.request_s;
        to.tokens_per_s_per_user = 1 / from.per_token;
        to.tokens_per_s_per_device = to.tokens_per_s / (devices() + prefill_devices(ask, from, to));
    }

    [[nodiscard]] double devices() const { return static_cast<double>(rank_.layout.devices()); }

    // Requests a second times the time of a prompt: how many groups of devices reading prompts keeps busy.
    [[nodiscard]] double prefill_devices(const serving_question& ask, const timed& from,
                                         const serving_figures& figures) const {
        return ask.separate_prefill ? ask.concurrency / figures.request_s * from.prompt * devices() : 0.0;
    }

    void outline(serving_outline& result, const serving_question& ask, const timed& from) const {
        fill(result, ask, from);
        result.devices = rank_.layout.devices();
        result.prefill_devices = prefill_devices(ask, from, result);
        const double all = devices() + result.prefill_devices;
        result.energy_per_token_j = engine_.power * all / result.tokens_per_s;
        result.tokens_per_s_per_usd = result.tokens_per_s / (engine_.price * all);
        const double pass = ask.chunk > 0 ? ask.chunk : std::min(ask.prompt_tokens, 8192.0);
        result.memory = memory_of(rank_, stored_, ask.concurrency, ask.prompt_tokens + ask.output_tokens, pass);
        result.fits = !(result.memory.needed > engine_.capacity * ask.memory_share);
    }

    static void describe(const pass_time& time, serving_limit& limit, language_group& group) {
        double memory = 0;
        double compute = 0;
        double most = -1;
        for (std::size_t i = 0; i < language_groups; ++i) {
            const double slower = std::max(time.memory[i], time.compute[i]);
            (time.memory[i] >= time.compute[i] ? memory : compute) += slower;
            if (slower > most) group = static_cast<language_group>(i);
            most = std::max(most, slower);
        }
        const std::array<double, 4> by_limit = {memory, compute, time.exchange, time.fixed};
        limit = static_cast<serving_limit>(std::max_element(by_limit.begin(), by_limit.end()) - by_limit.begin());
    }

    void hold(serving_estimate& result, const serving_question& ask) const {
        const double usable = engine_.capacity * ask.memory_share;
        result.largest_concurrency = result.longest_context = std::numeric_limits<double>::quiet_NaN();
        if (!(usable > 0)) return result.warn(serving_caution::capacity_unknown);
        const double left = usable - result.memory.weights - result.memory.activations;
        const double each = cache_bytes(rank_, stored_.cache, ask.prompt_tokens + ask.output_tokens);
        const double data = static_cast<double>(rank_.layout.data);
        result.largest_concurrency = left < each ? 0.0 : std::floor(left / each) * data;
        result.longest_context = context_that_fits(std::max(left, 0.0) / std::ceil(ask.concurrency / data));
        if (!result.fits) result.warn(serving_caution::out_of_memory);
    }

    // Caches grow with the context, piecewise linearly: bisection to one position.
    [[nodiscard]] double context_that_fits(double room) const {
        double fits = 0;
        double too_long = 1e9;
        while (too_long - fits > 1) {
            const double middle = std::floor((fits + too_long) / 2);
            (cache_bytes(rank_, stored_.cache, middle) <= room ? fits : too_long) = middle;
        }
        return fits;
    }

    void caution(serving_estimate& result, const serving_question& ask) const {
        if (ask.framework != serving_framework::vllm) result.warn(serving_caution::first_token);
        if (longest_ > 0 && ask.prompt_tokens + ask.output_tokens > longest_)
            result.warn(serving_caution::longer_than_context);
        if (ask.draft_tokens > 0 || ask.separate_prefill || ask.prefix_hit > 0 || ask.chunk > 0 || stages() > 1)
            result.warn(serving_caution::beyond_study);
    }

    language_rank rank_;
    language_engine engine_;
    language_precision stored_;
    serving_constants constants_;
    double kernels_ = 0;
    double longest_ = 0;
    std::uint32_t standing_ = 0;
};

/// Times, rates and memory of a language model on devices under a load. Throws what `serving` throws.
[[nodiscard]] inline serving_estimate serve(const language_model& model, const platform& device,
                                            const language_precision& stored, const language_layout& layout,
                                            const serving_question& ask) {
    return serving(model, device, stored, layout)(ask);
}

}  // namespace qutibench
