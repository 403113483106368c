// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reading the fields of a config.json: bounded numbers under any of their names, and a note of what nobody read.
#pragma once

#include <qutibench/io/json/reader.hpp>

#include <set>

namespace qutibench::detail {

/// The fields of one object, which remembers what was asked for.
class config_fields {
public:
    explicit config_fields(const json_reader& at) : at_(at) {
        if (!at.is_object()) at.fail("must be an object: the config.json of a language model");
    }

    [[nodiscard]] const json_reader& place() const { return at_; }

    /// A field that is there and not null, under the first of its names that is.
    [[nodiscard]] std::optional<json_reader> find(std::initializer_list<std::string_view> names) {
        std::optional<json_reader> result;
        for (const std::string_view name : names) {
            seen_.insert(std::string(name));
            if (result) continue;
            auto found = at_.find(name);
            if (found && !found->value().is_null()) result = std::move(found);
        }
        return result;
    }

    /// A whole number from 1 to `most`; missing: refused.
    [[nodiscard]] std::int64_t count(std::initializer_list<std::string_view> names, std::int64_t most = 10'000'000) {
        const auto found = find(names);
        if (!found) at_.fail(message({"the field '", *names.begin(), "' is missing"}));
        return bounded(*found, 1, most);
    }
    /// A whole number from 0 to ten million, or `otherwise` where there is none.
    [[nodiscard]] std::int64_t count_or(std::initializer_list<std::string_view> names, std::int64_t otherwise) {
        const auto found = find(names);
        return found ? bounded(*found, 0, 1'000'000'000) : otherwise;
    }
    [[nodiscard]] double number_or(std::initializer_list<std::string_view> names, double otherwise) {
        const auto found = find(names);
        return found ? found->number_within(-1e-9, 1e12, "a number that is not negative") : otherwise;
    }
    [[nodiscard]] bool flag_or(std::initializer_list<std::string_view> names, bool otherwise) {
        const auto found = find(names);
        return found && found->value().is_boolean() ? found->boolean() : otherwise;
    }
    [[nodiscard]] std::string text_or(std::initializer_list<std::string_view> names, std::string otherwise) {
        const auto found = find(names);
        return found && found->is_string() ? found->text() : otherwise;
    }

    /// Fields that say nothing about structure.
    void ignore(std::span<const std::string_view> names) {
        for (const std::string_view one : names) seen_.insert(std::string(one));
    }
    /// The fields that nobody asked for, in their order.
    [[nodiscard]] std::vector<std::string> unread() const {
        std::vector<std::string> names;
        for (const auto& member : at_.value().items())
            if (!seen_.contains(member.key()) && !member.value().is_null()) names.push_back(member.key());
        return names;
    }

private:
    [[nodiscard]] static std::int64_t bounded(const json_reader& found, std::int64_t least, std::int64_t most) {
        const std::int64_t value = found.integer();
        if (value < least || value > most)
            found.fail(message({"must be between ", least, " and ", most, ", not ", value}));
        return value;
    }

    json_reader at_;
    std::set<std::string, std::less<>> seen_;
};

}  // namespace qutibench::detail
