// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What every adapter shares: what the caller supplies, what a file says, and the record that the two make together.
#pragma once

#include <qutibench/io/adapters/figures.hpp>
#include <qutibench/io/adapters/input.hpp>
#include <qutibench/measure/measurement.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench {

/// What the caller knows and a file may not say. An adapter never guesses: what neither says is an error that names it.
struct ingest_options {
    using pairs = std::vector<std::pair<std::string, std::string>>;

    std::string network{};   ///< goes before the file's own name for it, except in tables of many networks
    std::string platform{};  ///< likewise
    std::string mode{};
    std::optional<precision> datatype{};
    std::optional<double> keep{};                      ///< fraction of channels that pruning left; 1 when neither says
    std::optional<std::int64_t> batch{};               ///< inputs of one call
    std::optional<std::int64_t> threads{};             ///< callers at a time
    std::optional<std::int64_t> stream{};              ///< inputs that follow each other through a pipeline
    std::optional<deployment_parameter> deployment{};  ///< of a table that has a value without saying of what
    measured_scope scope = measured_scope::system;     ///< preferred; what has only the other says so
    std::string statistic{};   ///< of the latency: "median" where the file has it, unless asked otherwise
    std::int64_t warm_up = 0;  ///< leading runs to leave out, in formats that list every run
    pairs columns{};           ///< of a table: this library's name of a column and the table's, {"latency_ms", "T_inf"}
    pairs names{};  ///< what a table calls a network, device, mode or datatype, and its id, {"RN50", "resnet50"}
};

/// A file does not say what a measurement needs, and neither does the caller.
class missing_facts : public invalid_argument {
public:
    missing_facts(const std::string& source, std::string_view format, std::vector<std::string> facts)
        : invalid_argument(source + ": this " + std::string(format) + " file does not say the " + listed(facts) +
                           "; supply it"),
          facts_(std::move(facts)) {}

    /// "network", "platform", "datatype", "batch" ...
    [[nodiscard]] const std::vector<std::string>& facts() const noexcept { return facts_; }

private:
    [[nodiscard]] static std::string listed(const std::vector<std::string>& facts) {
        std::string all;
        for (const std::string& one : facts) all += (all.empty() ? "" : ", ") + one;
        return all;
    }

    std::vector<std::string> facts_;
};

/// What a file says of a run; empty or unset where it says nothing.
struct stated_facts {
    std::string_view network{};
    std::string_view platform{};
    std::string_view mode{};
    std::optional<precision> datatype{};
    std::optional<double> keep{};
    std::optional<std::int64_t> batch{};
    std::optional<std::int64_t> threads{};
    std::optional<std::int64_t> stream{};
    bool is_row = false;  ///< one of several runs in the file: what the caller supplies only fills gaps
};

/// One statistic of a latency, in seconds.
struct named_time {
    std::string_view statistic;
    double time;
};

namespace detail {

/// Whether a line of a tool's log says that something went wrong: a level such as "[E]", "[ ERROR ]", "ERROR:" or
/// "[error]", or a verdict FAILED. "No errors encountered" and "0 errors" say the contrary.
[[nodiscard]] inline bool speaks_of_error(std::string_view line) {
    for (const std::string_view mark :
         {"[E]", "[E:", "[error]", "[ERROR]", "[ ERROR ]", "&&&& FAILED", "[FATAL]", "[F]"})
        if (line.find(mark) != line.npos) return true;
    const std::size_t at = line.find("ERROR");
    if (at == line.npos) return false;
    // "3 ERRORS encountered", "ERROR: could not ...", at the start of a line or behind a count.
    const std::string_view before = trimmed(line.substr(0, at));
    if (before.empty()) return true;
    return before.find_first_not_of("0123456789") == before.npos && before.find_first_not_of('0') != before.npos;
}

/// Throws invalid_argument for what no file could agree with.
inline void check(const ingest_options& options) {
    const auto require = [](std::string_view name, std::int64_t value, std::int64_t least) {
        if (value < least) throw invalid_argument(message({name, " must be at least ", least, ", not ", value}));
    };
    require("batch", options.batch.value_or(1), 1);
    require("threads", options.threads.value_or(1), 1);
    require("stream", options.stream.value_or(1), 1);
    require("warm_up", options.warm_up, 0);
    const double keep = options.keep.value_or(1.0);
    if (!(keep > 0 && keep <= 1)) throw invalid_argument(message({"keep must be above 0 and at most 1, not ", keep}));
}

}  // namespace detail

/// One ingestion: the input, the options, and where records go.
class ingest {
public:
    /// Throws invalid_argument for an option out of range.
    ingest(const adapter_input& input, const ingest_options& options, std::string_view format,
           const std::function<void(measurement&&)>& receive)
        : input_(&input), options_(&options), receive_(&receive),
          source_(
              std::make_shared<const measurement_source>(measurement_source{input.name(), std::string(format), {}})) {
        detail::check(options);
    }

    [[nodiscard]] const adapter_input& input() const { return *input_; }
    [[nodiscard]] const ingest_options& options() const { return *options_; }
    [[nodiscard]] bool wants_compute() const { return options_->scope == measured_scope::compute; }
    /// Records handed over so far.
    [[nodiscard]] std::int64_t count() const { return count_; }

    /// Takes note of a line of a log: one that speaks of an error puts a caution on the records that follow.
    void heed(std::string_view line) { errors_ = errors_ || detail::speaks_of_error(line); }
    /// Forgets what earlier lines said of errors, where another run begins.
    void forget_errors() { errors_ = false; }

    /// Names the tool and its version from here on.
    void set_tool(std::string tool) {
        measurement_source with_tool = *source_;
        with_tool.tool = std::move(tool);
        source_ = std::make_shared<const measurement_source>(std::move(with_tool));
    }

    /// A record with what the file and the caller say. Throws parse_error when they contradict each other, and
    /// invalid_argument that lists what neither says.
    [[nodiscard]] measurement record(const stated_facts& said, std::int64_t line, std::string key = {}) const {
        measurement one;
        one.source = source_;
        one.line = line;
        one.key = std::move(key);
        one.network = options_->network.empty() ? said.network : std::string_view(options_->network);
        one.platform = options_->platform.empty() ? said.platform : std::string_view(options_->platform);
        one.mode = options_->mode.empty() ? said.mode : std::string_view(options_->mode);
        const auto datatype = agreed(one, said, "datatype", said.datatype, options_->datatype);
        one.keep = agreed(one, said, "keep", said.keep, options_->keep).value_or(1.0);
        const auto batch = agreed(one, said, "batch", said.batch, options_->batch);
        const auto threads = agreed(one, said, "threads", said.threads, options_->threads);
        const auto stream = agreed(one, said, "stream", said.stream, options_->stream);
        const bool has_deployment = batch || stream;
        if (one.network.empty() || one.platform.empty() || !datatype || !has_deployment)
            refuse_missing({{"network", one.network.empty()},
                            {"platform", one.platform.empty()},
                            {"datatype", !datatype},
                            {"batch", !has_deployment}});
        one.datatype = *datatype;
        if (stream) {
            deploy(one, deployment_parameter::stream, *stream, batch);
        } else if (threads) {
            deploy(one, deployment_parameter::threads, *threads, batch);
        } else {
            one.deployment_value = *batch;
        }
        return one;
    }

    /// The latency that was asked for, or the first one there is of median, mean, p90, p99 and min; sets the statistic
    /// too. Nothing happens when no time is known, or the maximum alone, which is no latency unless it was asked for.
    /// Throws unknown_name for a statistic that the file does not have.
    void set_latency(measurement& of, std::initializer_list<named_time> times) const {
        const std::string& wanted = options_->statistic;
        bool any = false;
        for (const named_time& one : times) {
            any = any || one.time == one.time;
            if (one.time == one.time && one.statistic == wanted) return assign(of, one);
        }
        if (!any) return;
        if (!wanted.empty()) {
            std::string there;
            for (const named_time& one : times)
                if (one.time == one.time) there += (there.empty() ? "" : ", ") + std::string(one.statistic);
            throw unknown_name(detail::message({"statistic in ", input_->name(), ", which has ", there, ","}), wanted,
                               "");
        }
        for (const std::string_view preferred : {"median", "mean", "p90", "p99", "min", ""})
            for (const named_time& one : times)
                if (one.time == one.time && one.statistic == preferred) return assign(of, one);
        for (const named_time& one : times)
            if (one.time == one.time && one.statistic != "max") return assign(of, one);
    }

    /// Records that the kernels ran in another datatype than the caller supplied.
    void warn_of_datatype(measurement& of) const {
        if (options_->datatype && !(*options_->datatype == of.datatype)) of.warn(caution::other_datatype);
    }

    /// Hands a record over. Throws parse_error with its place when a figure makes no sense.
    void emit(measurement&& one) {
        std::string problem = detail::problem_of(one);
        if (problem.empty() && (!detail::is_utf8(one.network) || !detail::is_utf8(one.platform) ||
                                !detail::is_utf8(one.part) || !detail::is_utf8(one.key) || !detail::is_utf8(one.mode)))
            problem = "a name is not in UTF-8";
        if (!problem.empty()) fail(one.line, one.key, problem);
        ++count_;
        if (errors_) one.warn(caution::tool_errors);
        (*receive_)(std::move(one));
    }

    /// Throws parse_error about a line, or about a key when there is no line.
    [[noreturn]] void fail(std::int64_t line, const std::string& key, const std::string& reason) const {
        throw parse_error(input_->name(), line > 0 ? detail::message({"line ", line}) : key, reason);
    }

    /// Throws parse_error: the file lacks what makes it one of this format.
    [[noreturn]] void fail_without(std::string_view what) const {
        throw parse_error(input_->name(), "",
                          detail::message({"there is no ", what, ", so this is no ", source_->format,
                                           " file, or it ends too early"}));
    }

    /// Throws missing_facts.
    [[noreturn]] void refuse_missing(std::initializer_list<std::pair<std::string_view, bool>> facts) const {
        std::vector<std::string> missing;
        for (const auto& [name, is_missing] : facts)
            if (is_missing) missing.emplace_back(name);
        throw missing_facts(input_->name(), source_->format, std::move(missing));
    }

private:
    static void assign(measurement& of, const named_time& one) {
        of.latency = quantity_of<seconds>(one.time);
        of.statistic = one.statistic;
    }

    static void deploy(measurement& of, deployment_parameter as, std::int64_t value,
                       const std::optional<std::int64_t>& batch) {
        of.deployment = as;
        of.deployment_value = value;
        of.call_batch = batch.value_or(1);
    }

    static std::string shown(double value) { return detail::message({value}); }
    static std::string shown(std::int64_t value) { return std::to_string(value); }
    static std::string shown(const precision& value) { return to_string(value); }

    template <class Value>
    std::optional<Value> agreed(const measurement& of, const stated_facts& said, std::string_view what,
                                const std::optional<Value>& stated, const std::optional<Value>& supplied) const {
        if (!stated) return supplied;
        if (said.is_row || !supplied || *stated == *supplied) return stated;
        fail(of.line, of.key,
             detail::message(
                 {"the file says ", what, " ", shown(*stated), ", but ", shown(*supplied), " was supplied"}));
    }

    const adapter_input* input_;
    const ingest_options* options_;
    const std::function<void(measurement&&)>* receive_;
    std::shared_ptr<const measurement_source> source_;
    std::int64_t count_ = 0;
    bool errors_ = false;
};

/// A measured-result format: plain data, so that a list of them can be copied and added to.
struct adapter {
    std::string_view name;                      ///< "trtexec_times"
    std::string_view family;                    ///< "trtexec": what the tool's formats are called together
    std::string_view what;                      ///< one line for people
    bool (*recognises)(std::string_view head);  ///< whether a file that starts so is of this format
    void (*read)(ingest& run);                  ///< emits every record of `run.input()`
    bool row_per_line = false;                  ///< every line is a record, so memory can be set aside beforehand
};

}  // namespace qutibench
