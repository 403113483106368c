// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Two sets of answers beside each other, of two networks, devices, settings or versions: what changed, by how much,
/// and whether it got worse. A version may be the JSON that `what_if estimate` wrote some time ago.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/io/file.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace qutibench {

/// An answer as comparisons see it: its fields as texts and numbers, in the order of `answer_fields`.
struct answer_facts {
    std::array<std::string, answer_fields.size()> texts{};  ///< empty where there is none
    std::array<double, answer_fields.size()> figures{};     ///< of fields with numbers; NaN where it is not known

    [[nodiscard]] const std::string& text_of(std::string_view key) const {
        for (std::size_t i = 0; i < answer_fields.size(); ++i)
            if (answer_fields[i].key == key) return texts[i];
        throw unknown_name("field of an answer", key, "");
    }
};

namespace detail {

[[nodiscard]] inline std::string figure_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return value == value ? text : "";
}

}  // namespace detail

[[nodiscard]] inline answer_facts facts_of(const answer& row) {
    answer_facts all;
    all.figures.fill(std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < answer_fields.size(); ++i) {
        const answer_field& one = answer_fields[i];
        if (one.applies != nullptr && !one.applies(row)) continue;
        if (one.number_of != nullptr)
            all.texts[i] = detail::figure_text(all.figures[i] = one.value_of(row));
        else if (one.text_of != nullptr)
            all.texts[i] = one.text_of(row);
    }
    return all;
}

[[nodiscard]] inline std::vector<answer_facts> facts_of(std::span<const answer> rows) {
    std::vector<answer_facts> all;
    for (const answer& one : rows) all.push_back(facts_of(one));
    return all;
}

/// The answers of a file that `what_if estimate --format json` wrote; keys that this version does not know are passed
/// over. Throws parse_error.
[[nodiscard]] inline std::vector<answer_facts> load_answers(const std::string& path) {
    const detail::json document = detail::parse_json(detail::read_file(path), path);
    const detail::json_reader top(document, path);
    if (!top.is_array()) top.fail("must be an array of answers, as `what_if estimate --format json` writes");
    std::vector<answer_facts> all;
    for (const detail::json_reader& row : top.elements()) {
        answer_facts& one = all.emplace_back();
        one.figures.fill(std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < answer_fields.size(); ++i) {
            const answer_field& of = answer_fields[i];
            const auto found = row.find(of.key);
            if (!found || found->value().is_null() || of.sentences_of != nullptr) continue;
            if (of.kind == field_kind::truth)
                one.figures[i] = found->boolean() ? 1 : 0;
            else if (of.number_of != nullptr)
                one.figures[i] = found->number();
            one.texts[i] = of.number_of != nullptr ? detail::figure_text(one.figures[i]) : found->text();
        }
        if (one.text_of("network").empty()) row.fail("must have the key 'network', as answers do");
    }
    return all;
}

/// One figure in two answers.
struct compared_figure {
    const answer_field* field = nullptr;
    double before = std::numeric_limits<double>::quiet_NaN();
    double after = std::numeric_limits<double>::quiet_NaN();

    /// What it grew by, as a fraction of what it was: -0.5 when it halved; NaN where either is not known.
    [[nodiscard]] double change() const { return before == after ? 0.0 : after / before - 1; }
    /// By what fraction it got worse: that much slower, dearer or more often wrong; zero or less where it did not,
    /// where either is not known, and where neither more nor less is better.
    [[nodiscard]] double worse() const { return std::isnan(change()) ? 0 : -change() * field->better; }
};

/// Two answers to the same question, but for what is compared.
struct compared_pair {
    std::size_t before = 0, after = 0;  ///< the places of both in their lists
    std::vector<compared_figure> figures{};

    /// The figure that got worst, or nothing where none got worse by more than `tolerance`.
    [[nodiscard]] std::optional<compared_figure> worst(double tolerance = 0) const {
        std::optional<compared_figure> found;
        for (const compared_figure& one : figures)
            if (one.worse() > (found ? found->worse() : tolerance)) found = one;
        return found;
    }
};

/// What was compared, and which answers have no counterpart.
struct comparison {
    std::vector<compared_pair> pairs{};
    std::vector<std::size_t> only_before{}, only_after{};
};

/// Pairs answers that differ in no coordinate but those of the keys `by`, such as "network" and "keep". Every answer is
/// of one pair at most; O(rows^2) time.
[[nodiscard]] inline comparison compare(std::span<const answer_facts> before, std::span<const answer_facts> after,
                                        std::span<const std::string_view> by) {
    const auto is_compared = [&](const answer_field& one) {
        return std::find(by.begin(), by.end(), one.key) != by.end();
    };
    const auto is_same_question = [&](const answer_facts& a, const answer_facts& b) {
        for (std::size_t i = 0; i < answer_fields.size(); ++i)
            if (answer_fields[i].role == field_role::coordinate && !is_compared(answer_fields[i]) &&
                a.texts[i] != b.texts[i])
                return false;
        return true;
    };
    comparison all;
    std::vector<bool> is_taken(after.size(), false);
    for (std::size_t i = 0; i < before.size(); ++i) {
        std::size_t j = 0;
        while (j < after.size() && (is_taken[j] || !is_same_question(before[i], after[j]))) ++j;
        if (j == after.size()) {
            all.only_before.push_back(i);
            continue;
        }
        is_taken[j] = true;
        compared_pair& pair = all.pairs.emplace_back(compared_pair{i, j});
        for (std::size_t at = 0; at < answer_fields.size(); ++at) {
            const answer_field& one = answer_fields[at];
            const double x = before[i].figures[at], y = after[j].figures[at];
            if (one.is_metric() && one.kind != field_kind::truth && !(std::isnan(x) && std::isnan(y)))
                pair.figures.push_back({&one, x, y});
        }
    }
    for (std::size_t j = 0; j < after.size(); ++j)
        if (!is_taken[j]) all.only_after.push_back(j);
    return all;
}

}  // namespace qutibench
