// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <qutibench/io/check_platform.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace what_if {

namespace {

void print_networks(format as) {
    qutibench::session known;
    print(qutibench::network_records(known),
          {{"network", "network"},
           {"name", "name"},
           {"task", "task"},
           {"operations [GOP]", "operations", 1e9},
           {"weights [M]", "weights", 1e6},
           {"op/byte at INT8", "operational_intensity_int8_ops_per_byte"}},
          as);
}

struct platform_options {
    std::vector<std::string> names{};
    std::string checked{};
    qutibench::platform_filter filter{};
    std::string datatype{};
    std::string sort = "platform";
    format as = format::table;
};

/// A figure's pointer in words: "/modes/maxn/peaks/int8/operations_per_second" for "/modes/0/peaks/1/...".
std::string in_words(const qutibench::platform& device, const std::string& pointer) {
    std::string words;
    std::string kind;
    const qutibench::operating_mode* mode = &device.modes().front();
    for (std::size_t at = 0; at < pointer.size();) {
        const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
        std::string step = pointer.substr(at + 1, end - at - 1);
        const std::size_t index = static_cast<std::size_t>(std::strtoul(step.c_str(), nullptr, 10));
        if (kind == "modes") {
            mode = &device.modes()[index];
            step = mode->name;
        } else if (kind == "peaks" && index < mode->peaks.size()) {
            step = to_string(mode->peaks[index].numbers);
        } else if (kind == "memories" && index < mode->memories.size()) {
            step = mode->memories[index].name;
        } else if (kind == "links" && index < mode->links.size()) {
            step = mode->links[index].name;
        }
        kind = step;
        words += "/" + step;
        at = end;
    }
    return words;
}

/// Everything that the catalogue or a file knows of some devices, figure by figure.
void print_figures(const platform_options& chosen) {
    std::vector<record> records;
    for (const std::string& name : chosen.names) {
        const qutibench::platform device = qutibench::load_platform(name);
        for (const qutibench::provenance& one : device.sources)
            records.push_back({{"platform", device.id()},
                               {"figure", in_words(device, one.pointer)},
                               {"value", qutibench::detail::null_or(one.value)},
                               {"unit", one.unit},
                               {"basis", one.basis},
                               {"source", one.source},
                               {"derivation", qutibench::detail::null_or(one.derivation)}});
        const qutibench::platform_details details = qutibench::load_platform_details(name);
        for (const std::string& note : details.notes)
            records.push_back({{"platform", device.id()},
                               {"figure", "/notes"},
                               {"value", nullptr},
                               {"unit", nullptr},
                               {"basis", nullptr},
                               {"source", nullptr},
                               {"derivation", note}});
    }
    print(records,
          {{"platform", "platform"},
           {"figure", "figure"},
           {"value", "value"},
           {"unit", "unit"},
           {"basis", "basis"},
           {"source", "source"},
           {"derivation or note", "derivation"}},
          chosen.as);
}

/// Remarks on a platform file; what does not load or can hardly be makes the exit status 1.
void print_remarks(const platform_options& chosen) {
    std::vector<record> records;
    std::size_t to_mend = 0;
    for (const qutibench::platform_remark& one : qutibench::check_platform_file(chosen.checked)) {
        records.push_back({{"line", one.line},
                           {"kind", one.kind},
                           {"place", qutibench::detail::null_or(one.pointer)},
                           {"remark", one.message}});
        to_mend += one.kind == "missing" ? 0 : 1;
    }
    if (records.empty()) return remark(program() + ": " + chosen.checked + " lacks nothing");
    print(records, {{"line", "line"}, {"kind", "kind"}, {"place", "place"}, {"remark", "remark"}}, chosen.as);
    if (to_mend > 0)
        throw qutibench::invalid_argument(chosen.checked + ": " + std::to_string(to_mend) +
                                          (to_mend == 1 ? " figure or key to mend" : " figures or keys to mend"));
}

void print_platforms(const platform_options& chosen) {
    if (!chosen.checked.empty()) return print_remarks(chosen);
    if (!chosen.names.empty()) return print_figures(chosen);
    const std::vector<qutibench::platform> devices = qutibench::select_platforms(chosen.filter);
    const std::vector<qutibench::attained_peak> attained = qutibench::attained_peaks();
    std::vector<record> records;
    for (const qutibench::platform& device : devices) {
        for (const qutibench::operating_mode& mode : device.modes())
            for (const qutibench::peak& peak : mode.peaks)
                if (chosen.datatype.empty() || peak.numbers == qutibench::parse_precision(chosen.datatype))
                    records.push_back(platform_record(device, mode, peak, attained));
    }
    if (!records.empty() && !records.front().contains(chosen.sort)) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : records.front().items()) keys.push_back(key);
        throw qutibench::unknown_name("key to sort by", chosen.sort, qutibench::detail::choices(chosen.sort, keys));
    }
    std::stable_sort(records.begin(), records.end(), [&](const record& a, const record& b) {
        if (a[chosen.sort].is_null() || b[chosen.sort].is_null())
            return !a[chosen.sort].is_null() && b[chosen.sort].is_null();
        return a[chosen.sort].is_number() ? a[chosen.sort] > b[chosen.sort] : a[chosen.sort] < b[chosen.sort];
    });
    print(records,
          {{"platform", "platform"},
           {"mode", "mode"},
           {"class", "class"},
           {"datatype", "datatype"},
           {"peak [TOP/s]", "peak_ops_per_s", 1e12},
           {"attained [%]", "attained_share", 1e-2},
           {"sparse [TOP/s]", "sparse_peak_ops_per_s", 1e12},
           {"bandwidth [GB/s]", "bandwidth_bytes_per_s", 1e9},
           {"power [W]", "power_w"},
           {"price [USD]", "price_usd"},
           {"year", "year"}},
          chosen.as);
}

}  // namespace

void add_format(CLI::App& command, format& as) {
    const std::vector<std::string> names{"table", "csv", "json"};
    const auto choose = [names, &as](const std::string& name) {
        as = static_cast<format>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    command.add_option_function<std::string>("--format", choose, "What to print")->check(CLI::IsMember(names));
}

void add_networks(CLI::App& app) {
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand("networks", "The networks of the catalogue");
    add_format(*command, *as);
    command->callback([as] { print_networks(*as); });
}

void add_platforms(CLI::App& app) {
    auto chosen = std::make_shared<platform_options>();
    CLI::App* command =
        app.add_subcommand("platforms",
                           "The platforms of the catalogue, a line for each mode and datatype; of those "
                           "that are named, every figure with its source");
    CLI::Option* const named =
        command->add_option("platform", chosen->names, "Ids, aliases or paths: print all that is known of them");
    CLI::Option* const checked =
        command->add_option("--check", chosen->checked, "A platform file: tell what is missing or implausible in it")
            ->excludes(named);
    const auto of_lists = [named, checked](CLI::Option* one) { return one->excludes(named)->excludes(checked); };
    of_lists(command->add_option("--vendor", chosen->filter.vendor, "Only devices of a vendor: NVIDIA, AMD ..."));
    of_lists(command->add_option("--class", chosen->filter.device_class, "Only devices of a class: GPU, FPGA ..."));
    of_lists(whole_number(command->add_option("--year", chosen->filter.year, "Only devices of a year")));
    of_lists(command->add_option("--datatype", chosen->datatype, "Only peaks in this datatype"));
    of_lists(
        command->add_option("--sort", chosen->sort, "Key of the JSON output to sort by, numbers from the largest"));
    add_format(*command, chosen->as);
    command->callback([chosen] { print_platforms(*chosen); });
}

}  // namespace what_if
