// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the page knows: the catalogue, and the networks, platforms and measurements that were dropped on it.
#pragma once

#include "../../what_if/records.hpp"
#include "question.hpp"

#include <qutibench/io/adapters.hpp>
#include <qutibench/io/frontier.hpp>
#include <qutibench/study/published_frontier.hpp>

namespace portal {

using what_if::record;

/// Questions and their answers. Everything throws what the library throws.
class session {
public:
    [[nodiscard]] record networks() {
        record all = record::array();
        for (const std::string& id : network_ids())
            all.push_back(what_if::network_record(known_.network(id), known_.work(id, 1)));
        return all;
    }

    [[nodiscard]] record platforms() {
        record all = record::array();
        for (const std::string& id : platform_ids()) {
            const qutibench::platform& device = known_.platform(id);
            for (const qutibench::operating_mode& mode : device.modes())
                for (const qutibench::peak& one : mode.peaks)
                    all.push_back(what_if::platform_record(device, mode, one));
        }
        return all;
    }

    /// What a network needs at a width; with a datatype, its size in it as well.
    [[nodiscard]] record analyze(const std::string& id, double keep, const std::string& datatype) {
        record all = qutibench::to_record(known_.work(id, keep));
        const qutibench::network_entry& net = known_.network(id);
        if (net.parameters && keep == 1) all["parameters"] = *net.parameters;
        if (!datatype.empty()) {
            const auto numbers = qutibench::parse_precision(datatype);
            all["datatype"] = to_string(numbers);
            all["model_bytes"] = all["weights"].get<double>() * numbers.weights.bytes_per_element();
        }
        return all;
    }

    /// Reads an ONNX model and keeps it as a network of that name.
    [[nodiscard]] record analyze_onnx(std::span<const std::byte> bytes, const std::string& name,
                                      const qutibench::onnx::dimension_bindings& dims) {
        qutibench::network_entry entry;
        auto imported = qutibench::import_onnx(qutibench::onnx::read_view(bytes), {dims, false}, name);
        entry.layers = std::move(imported.layers);
        entry.parameters = imported.parameters;
        entry.id = entry.name = name;
        add(std::move(entry));
        return analyze(name, 1, "");
    }

    [[nodiscard]] std::string add_network(const std::string& text, const std::string& file) {
        qutibench::network_entry entry = qutibench::parse_network(text, file);
        const std::string id = entry.id;
        static_cast<void>(entry.work());
        add(std::move(entry));
        return id;
    }

    [[nodiscard]] std::string add_platform(const std::string& text, const std::string& file) {
        const qutibench::platform device = qutibench::parse_platform(text, file);
        known_.add(device);
        remember(own_platforms_, device.id());
        return device.id();
    }

    [[nodiscard]] qutibench::estimate_table predict(const question& asked) {
        qutibench::estimate_table table;
        std::vector<qutibench::platform> changed;
        std::vector<const qutibench::platform*> devices;
        changed.reserve(asked.wanted.platforms.size());
        for (const std::string& id : asked.wanted.platforms) {
            devices.push_back(&known_.platform(id));
            if (asked.changed.changes())
                devices.back() = &changed.emplace_back(adjusted(*devices.back(), asked.changed));
        }
        for (const std::string& id : asked.wanted.networks) {
            const qutibench::network_entry& net = known_.network(id);
            for (const double keep : asked.wanted.keep) {
                const qutibench::workload* work = work_of(table, asked, id, keep);
                if (work == nullptr) continue;
                for (const qutibench::platform* device : devices)
                    qutibench::detail::add_estimates(table, asked.wanted, net, keep, *work, *device);
            }
        }
        if (table.rows.empty() && !table.skipped.empty() && !asked.lenient)
            throw qutibench::unsupported_datatype(table.skipped.front());
        return table;
    }

    [[nodiscard]] what_if::loaded& known() { return known_; }
    [[nodiscard]] std::vector<std::string> network_ids() const { return with(qutibench::network_ids(), own_networks_); }
    [[nodiscard]] std::vector<std::string> platform_ids() const {
        return with(qutibench::platform_ids(), own_platforms_);
    }

private:
    static void remember(std::vector<std::string>& ids, const std::string& id) {
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }

    [[nodiscard]] static std::vector<std::string> with(std::vector<std::string> ids,
                                                       const std::vector<std::string>& own) {
        for (const std::string& id : own) remember(ids, id);
        return ids;
    }

    void add(qutibench::network_entry entry) {
        remember(own_networks_, entry.id);
        known_.add(std::move(entry));
    }

    const qutibench::workload* work_of(qutibench::estimate_table& table, const question& asked, const std::string& id,
                                       double keep) {
        try {
            return &known_.work(id, keep);
        } catch (const qutibench::error& wrong) {
            if (!asked.lenient) throw;
            table.skipped.emplace_back(wrong.what());
            return nullptr;
        }
    }

    what_if::loaded known_;
    std::vector<std::string> own_networks_;
    std::vector<std::string> own_platforms_;
};

}  // namespace portal
