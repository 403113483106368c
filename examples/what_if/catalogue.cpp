// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <algorithm>
#include <memory>

namespace what_if {

namespace {

void print_networks(format as) {
    std::vector<record> records;
    for (const std::string& id : qutibench::network_ids()) {
        const qutibench::network_entry net = qutibench::load_network(id);
        records.push_back(network_record(net, net.work()));
    }
    print(records,
          {{"network", "network"},
           {"name", "name"},
           {"task", "task"},
           {"operations [GOP]", "operations", 1e9},
           {"weights [M]", "weights", 1e6},
           {"op/byte at INT8", "operational_intensity_int8_ops_per_byte"}},
          as);
}

struct platform_options {
    std::string device_class{};
    std::string datatype{};
    std::string sort = "platform";
    format as = format::table;
};

/// The classes of device that are called so, or else those that have it in their names: "FPGA".
std::vector<std::string> classes_called(const std::string& wanted, const std::vector<qutibench::platform>& devices) {
    std::vector<std::string> all;
    for (const qutibench::platform& one : devices)
        if (std::find(all.begin(), all.end(), one.device_class) == all.end()) all.push_back(one.device_class);
    const std::string low = qutibench::detail::lowered(wanted);
    std::vector<std::string> same;
    std::vector<std::string> holding;
    for (const std::string& one : all) {
        const std::string name = qutibench::detail::lowered(one);
        if (name == low) same.push_back(one);
        if (name.find(low) != std::string::npos) holding.push_back(one);
    }
    if (holding.empty()) throw qutibench::unknown_name("device class", wanted, qutibench::detail::choices(wanted, all));
    return same.empty() ? holding : same;
}

void print_platforms(const platform_options& chosen) {
    std::vector<qutibench::platform> devices;
    for (const std::string& id : qutibench::platform_ids()) devices.push_back(qutibench::load_platform(id));
    const std::vector<std::string> classes = classes_called(chosen.device_class, devices);
    std::vector<record> records;
    for (const qutibench::platform& device : devices) {
        if (std::find(classes.begin(), classes.end(), device.device_class) == classes.end()) continue;
        for (const qutibench::operating_mode& mode : device.modes())
            for (const qutibench::peak& peak : mode.peaks)
                if (chosen.datatype.empty() || peak.numbers == qutibench::parse_precision(chosen.datatype))
                    records.push_back(platform_record(device, mode, peak));
    }
    if (!records.empty() && !records.front().contains(chosen.sort)) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : records.front().items()) keys.push_back(key);
        throw qutibench::unknown_name("key to sort by", chosen.sort,
                                      qutibench::detail::nearest_name(chosen.sort, keys));
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
        app.add_subcommand("platforms", "The platforms of the catalogue, a line for each mode and datatype");
    command->add_option("--class", chosen->device_class, "Only devices of a class: GPU, FPGA ...");
    command->add_option("--datatype", chosen->datatype, "Only peaks in this datatype");
    command->add_option("--sort", chosen->sort, "Key of the JSON output to sort by, numbers from the largest");
    add_format(*command, chosen->as);
    command->callback([chosen] { print_platforms(*chosen); });
}

}  // namespace what_if
