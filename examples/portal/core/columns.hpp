// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers as columns of numbers: thousands of rows cross into JavaScript in a millisecond, where as JSON they would
/// take fifty. What is text is a number of a list of texts. The page makes what_if's records of them again, and its
/// tests compare these with what_if's output.
#pragma once

#include <qutibench/ask/records.hpp>

#include <map>

namespace portal {

using qutibench::record;

/// Rows of a table, one after the other, and how to read them.
class columns {
public:
    explicit columns(std::span<const qutibench::answer> rows)
        : fields_(qutibench::fields_of(rows, qutibench::answer_fields)) {
        numbers_.reserve(rows.size() * fields_.size());
        for (const qutibench::answer& row : rows)
            for (const qutibench::answer_field* one : fields_) numbers_.push_back(number(*one, row));
    }

    /// As many numbers for each row as there are fields; NaN stands for null.
    [[nodiscard]] const std::vector<double>& numbers() const { return numbers_; }

    /// The fields with what their numbers stand for, the texts, the lists of sentences, and what marks stand for.
    [[nodiscard]] record legend() const {
        record fields = record::array();
        for (const qutibench::answer_field* one : fields_)
            fields.push_back({{"key", one->key},
                              {"kind", to_string(one->kind)},
                              {"printed", one->is_printed},
                              {"place", one->narrow.place}});
        record marks = record::array();
        for (const qutibench::mark& one : qutibench::marks)
            marks.push_back({{"letter", std::string(1, one.letter)}, {"says", one.says}});
        return {{"fields", std::move(fields)}, {"texts", texts_}, {"lists", lists_}, {"marks", std::move(marks)}};
    }

private:
    [[nodiscard]] double number(const qutibench::answer_field& of, const qutibench::answer& row) {
        if (of.kind == qutibench::field_kind::text) {
            const std::string text = of.text_of(row);
            return text.empty() ? std::nan("") : place_of(text, text, texts_);
        }
        if (of.kind != qutibench::field_kind::sentences) return of.value_of(row);
        const std::vector<std::string> all = of.sentences_of(row);
        std::string key;
        for (const std::string& one : all) key.append(one).push_back('\n');
        return place_of("\n" + key, all, lists_);
    }

    template <class Value>
    [[nodiscard]] double place_of(const std::string& key, const Value& value, record& list) {
        const auto [at, is_new] = places_.try_emplace(key, list.size());
        if (is_new) list.push_back(value);
        return static_cast<double>(at->second);
    }

    std::vector<const qutibench::answer_field*> fields_;
    std::vector<double> numbers_;
    record texts_ = record::array();
    record lists_ = record::array();
    std::map<std::string, std::size_t> places_;
};

}  // namespace portal
