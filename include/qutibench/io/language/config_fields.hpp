// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reading the fields of a config.json: bounded numbers under any of their names, and a note of what nobody read.
#pragma once

#include <qutibench/io/json/reader.hpp>

#include <algorithm>
#include <set>
#include <span>

namespace qutibench::detail {

/// A whole number that stands for a field which is not there.
struct assumed_count {
    std::string_view field;
    std::int64_t value;
};

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

    /// What stands for fields that the file leaves out.
    void assume(std::span<const assumed_count> assumed) { assumed_ = assumed; }

    /// A whole number from 1 to `most`; missing, and nothing assumed: refused.
    [[nodiscard]] std::int64_t count(std::initializer_list<std::string_view> names, std::int64_t most = 10'000'000) {
        const auto found = find(names);
        if (found) return bounded(*found, 1, most);
        const std::int64_t assumed = assumption(names, 0);
        if (assumed == 0) at_.fail(message({"the field '", *names.begin(), "' is missing"}));
        return assumed;
    }
    /// A whole number from 0 to a thousand million, or `otherwise` where there is none and nothing is assumed.
    [[nodiscard]] std::int64_t count_or(std::initializer_list<std::string_view> names, std::int64_t otherwise) {
        const auto found = find(names);
        return found ? bounded(*found, 0, 1'000'000'000) : assumption(names, otherwise);
    }
    /// The same of a field that has one number for each layer, or one for all.
    [[nodiscard]] std::int64_t count_at(std::initializer_list<std::string_view> names, std::int64_t layer,
                                        std::int64_t otherwise) {
        const auto found = find(names);
        if (!found || !found->is_array()) return count_or(names, otherwise);
        const json& all = found->value();
        const auto at = static_cast<std::size_t>(layer);
        if (layer < 0 || at >= all.size())
            found->fail(message({"names ", all.size(), " layers, and layer ", layer, " is asked for"}));
        return bounded(json_reader(all[at], found->source(), found->pointer() + "/" + std::to_string(at)), 0,
                       1'000'000'000);
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

    /// Whether an assumption was used.
    [[nodiscard]] bool has_assumed() const { return has_assumed_; }

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

    [[nodiscard]] std::int64_t assumption(std::initializer_list<std::string_view> names, std::int64_t otherwise) {
        for (const assumed_count& one : assumed_)
            if (std::find(names.begin(), names.end(), one.field) != names.end()) {
                has_assumed_ = true;
                return one.value;
            }
        return otherwise;
    }

    json_reader at_;
    std::set<std::string, std::less<>> seen_;
    std::span<const assumed_count> assumed_{};
    bool has_assumed_ = false;
};

}  // namespace qutibench::detail
