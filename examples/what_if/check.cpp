// SPDX-License-Identifier: BSD-3-Clause
// check: whether an estimate meets requirements, for continuous integration. diff: two networks, devices, settings or
// versions beside each other, and whether the second is worse.
#include "commands.hpp"

#include <qutibench/ask/comparison.hpp>
#include <qutibench/ask/requirements.hpp>

#include <cmath>
#include <memory>

namespace what_if {

namespace {

/// The exit status for a requirement that is not met, or a version that is worse.
constexpr int not_met = 3;

void run_check(const selection_options& chosen, const std::vector<std::string>& conditions, format as) {
    const qutibench::answers all = qutibench::session().ask(chosen.asked());
    const auto unmet = qutibench::unmet_requirements(all.rows, conditions);
    const std::span<const qutibench::answer> rows(all.rows);
    std::vector<record> records = qutibench::records_of(rows);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i]["met"] = unmet[i].empty();
        records[i]["unmet"] = unmet[i];
        failed += unmet[i].empty() ? 0 : 1;
    }
    std::vector<column> shown = columns_of(rows, qutibench::answer_fields);
    shown.push_back({"met", "met"});
    shown.push_back({"not met", "unmet"});
    print(records, shown, as);
    print_legend(rows, as);
    remark_on(all);
    remark(std::to_string(records.size() - failed) + " of " + std::to_string(records.size()) +
           (records.size() == 1 ? " row meets" : " rows meet") + " what is required");
    if (failed > 0 || records.empty()) throw CLI::RuntimeError(not_met);
}

/// What the two of a comparison are.
enum class compared_kind { networks, platforms, datatypes, settings, versions };

struct diff_options : selection_options {
    std::vector<std::string> both{};
    double tolerated = 0;
    bool fails = false;
    format as = format::table;

    [[nodiscard]] compared_kind kind() const {
        const auto are = [&](auto holds) { return std::all_of(both.begin(), both.end(), holds); };
        if (networks.empty() && platforms.empty()) {
            if (are([](const std::string& one) { return one.ends_with(".json"); })) return compared_kind::versions;
            throw qutibench::invalid_argument(
                "diff takes two networks and --on PLATFORM, two platforms and --network NETWORK, two datatypes or "
                "settings such as batch=1 batch=8 and both, or two files that estimate --format json wrote");
        }
        if (networks.empty()) return compared_kind::networks;
        if (platforms.empty()) return compared_kind::platforms;
        return are([](const std::string& one) { return one.find('=') != std::string::npos; })
                   ? compared_kind::settings
                   : compared_kind::datatypes;
    }

    /// The answers of one of the two: what has no option of its own is what differs.
    [[nodiscard]] std::vector<qutibench::answer_facts> of(const std::string& one, qutibench::session& known) const {
        diff_options mine = *this;
        switch (kind()) {
            case compared_kind::versions:
                return qutibench::load_answers(one);
            case compared_kind::networks:
                mine.networks = {one};
                break;
            case compared_kind::platforms:
                mine.platforms = {one};
                break;
            case compared_kind::datatypes:
                mine.datatypes = {one};
                break;
            case compared_kind::settings:
                for (std::size_t at = 0; at <= one.size(); at = std::min(one.find(',', at), one.size()) + 1)
                    mine.set(std::string_view(one).substr(at, one.find(',', at) - at));
                break;
        }
        const qutibench::answers all = known.ask(mine.asked());
        remark_on(all);
        return qutibench::facts_of(all.rows);
    }

    /// The coordinates in which the two may differ.
    [[nodiscard]] std::vector<std::string_view> by() const {
        switch (kind()) {
            case compared_kind::networks:
                return {"network"};
            case compared_kind::platforms:
                return {"platform", "mode"};
            case compared_kind::datatypes:
                return {"datatype"};
            case compared_kind::settings: {
                std::vector<std::string_view> all;
                for (const qutibench::answer_field& one : qutibench::answer_fields)
                    if (one.role == qutibench::field_role::coordinate && one.key != "network" && one.key != "platform")
                        all.push_back(one.key);
                return all;
            }
            case compared_kind::versions:
                break;
        }
        return {};
    }
};

/// The coordinates of a pair that both have in common, and what changed.
record figure_record(const qutibench::answer_facts& of, const std::vector<std::string_view>& by,
                     const qutibench::compared_figure& one) {
    record line = record::object();
    for (const std::string_view key : {"network", "platform", "mode", "datatype", "batch"})
        if (std::find(by.begin(), by.end(), key) == by.end()) line[std::string(key)] = of.text_of(key);
    line["figure"] = one.field->key;
    line["heading"] = one.field->heading_with_unit();
    line["a"] = qutibench::detail::null_or(one.before);
    line["b"] = qutibench::detail::null_or(one.after);
    line["shown_a"] = qutibench::detail::null_or(one.before / one.field->scale);
    line["shown_b"] = qutibench::detail::null_or(one.after / one.field->scale);
    line["change_percent"] = qutibench::detail::null_or(one.change() * 100);
    line["worse"] = one.worse() > 0;
    return line;
}

std::string title_of(const qutibench::answer_facts& of) {
    std::string text = of.text_of("network") + " on " + of.text_of("platform");
    if (!of.text_of("mode").empty()) text += ":" + of.text_of("mode");
    return text + " in " + of.text_of("datatype") + ", batch " + of.text_of("batch");
}

/// Says which pairs got worse by more than is tolerated; how many there are.
std::size_t remark_on_regressions(const qutibench::comparison& all, const std::vector<qutibench::answer_facts>& after,
                                  double tolerated) {
    std::size_t count = 0;
    for (const qutibench::compared_pair& pair : all.pairs) {
        const auto worst = pair.worst(tolerated);
        if (!worst) continue;
        ++count;
        remark(title_of(after[pair.after]) + ": " + worst->field->name_for_people() + " is " +
               readable(worst->worse() * 100, 1) + " % worse");
    }
    return count;
}

void run_diff(const diff_options& chosen) {
    qutibench::session known;
    const std::vector<qutibench::answer_facts> first = chosen.of(chosen.both[0], known);
    const std::vector<qutibench::answer_facts> second = chosen.of(chosen.both[1], known);
    const std::vector<std::string_view> by = chosen.by();
    const qutibench::comparison all = qutibench::compare(first, second, by);
    if (all.pairs.empty())
        throw qutibench::invalid_argument("no row of '" + chosen.both[0] + "' has a counterpart in '" + chosen.both[1] +
                                          "'; choose --datatype and --batch that both have");
    std::vector<record> records;
    for (const qutibench::compared_pair& pair : all.pairs)
        for (const qutibench::compared_figure& one : pair.figures)
            if (!one.field->key.ends_with("_code")) records.push_back(figure_record(first[pair.before], by, one));
    std::vector<column> shown;
    for (const std::string_view key : {"network", "platform", "mode", "datatype", "batch"}) {
        const auto value = [&](const record& row) { return row.value(std::string(key), record()); };
        const bool differs = std::any_of(records.begin(), records.end(),
                                         [&](const record& row) { return value(row) != value(records.front()); });
        if (differs) shown.push_back({std::string(key), std::string(key)});
    }
    shown.insert(shown.end(), {{"figure", "heading"},
                               {chosen.both[0], "shown_a"},
                               {chosen.both[1], "shown_b"},
                               {"change [%]", "change_percent"},
                               {"worse", "worse"}});
    if (chosen.as != format::table)
        for (record& one : records)
            for (const char* key : {"heading", "shown_a", "shown_b"}) one.erase(key);
    print(records, shown, chosen.as);
    const auto without = [](std::size_t count, const std::string& of, const std::string& other) {
        if (count > 0)
            remark(std::to_string(count) + (count == 1 ? " row of '" : " rows of '") + of +
                   "' without a counterpart in '" + other + "'");
    };
    without(all.only_before.size(), chosen.both[0], chosen.both[1]);
    without(all.only_after.size(), chosen.both[1], chosen.both[0]);
    if (!chosen.fails) return;
    const std::size_t worse = remark_on_regressions(all, second, chosen.tolerated / 100);
    remark(std::to_string(worse) + " of " + std::to_string(all.pairs.size()) +
           (all.pairs.size() == 1 ? " row is" : " rows are") + " worse by more than " + readable(chosen.tolerated, 1) +
           " %");
    if (worse > 0 || !all.only_before.empty()) throw CLI::RuntimeError(not_met);
}

}  // namespace

void add_check(CLI::App& app) {
    auto chosen = std::make_shared<selection_options>();
    auto conditions = std::make_shared<std::vector<std::string>>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command =
        app.add_subcommand("check", "Whether every row of an estimate meets requirements; exit status 3 if not");
    chosen->add_to(*command);
    command->add_option("--require", *conditions, "Conditions such as 'latency_s <= 10e-3'")->required();
    add_format(*command, *as);
    command->callback([chosen, conditions, as] { run_check(*chosen, *conditions, *as); });
}

void add_diff(CLI::App& app) {
    auto chosen = std::make_shared<diff_options>();
    CLI::App* command =
        app.add_subcommand("diff", "Two networks, platforms, settings or versions beside each other, with percentages");
    chosen->add_to(*command);
    CLI::Option* const networks = command->get_option("network");
    command->remove_option(networks);
    command
        ->add_option("both", chosen->both,
                     "Two networks, two platforms, two datatypes, two settings such as batch=1 batch=8,cores=2, or two "
                     "files that estimate --format json wrote")
        ->required()
        ->expected(2);
    command->add_option("--network", chosen->networks,
                        "The network, where platforms, datatypes or settings are compared");
    command->get_option("--on")->required(false);
    auto* tolerate = command->add_option("--tolerate", chosen->tolerated,
                                         "Exit status 3 where throughput, latency, energy or accuracy of the second is "
                                         "worse by more than so many percent");
    tolerate->check([](const std::string& text) {
        double percent = 0;
        const bool is_one = qutibench::detail::parse_number(text, percent) && percent >= 0;
        return is_one ? std::string() : "it must be a number of at least 0, not '" + text + "'";
    });
    add_format(*command, chosen->as);
    command->callback([chosen, tolerate] {
        chosen->fails = tolerate->count() > 0;
        run_diff(*chosen);
    });
}

}  // namespace what_if
