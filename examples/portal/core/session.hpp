// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the page knows: the catalogue, and the networks, platforms, calibrations and measurements that were dropped on
/// it.
#pragma once

#include <qutibench/ask/catalogue_records.hpp>
#include <qutibench/ask/frontier.hpp>
#include <qutibench/ask/measured.hpp>
#include <qutibench/ask/question_json.hpp>

namespace portal {

using qutibench::record;

/// The library's session, fed with texts and bytes. Everything throws what the library throws.
class session : public qutibench::session {
public:
    /// What a network needs at a width; with a datatype, its size in it as well.
    [[nodiscard]] record analyze(const std::string& id, double keep, const std::string& datatype) {
        record all = qutibench::analysis_record(network(id), *work(id, keep), keep);
        if (!datatype.empty()) {
            const auto numbers = qutibench::parse_precision(datatype);
            all["datatype"] = to_string(numbers);
            all["model_bytes"] = all["weights"].get<double>() * numbers.weights.bytes_per_element();
        }
        return all;
    }

    /// Reads a model of any format, told by its content, and keeps it as a network of that name.
    [[nodiscard]] record analyze_onnx(std::span<const std::byte> bytes, const std::string& name,
                                      const qutibench::onnx::dimension_bindings& dims) {
        qutibench::network_entry entry;
        auto imported = qutibench::import_model_bytes(bytes, {dims, false}, name);
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
        add(device);
        return device.id();
    }

    /// Makes a calibration known by the name of its file.
    [[nodiscard]] std::string add_calibration(const std::string& text, const std::string& file) {
        calibrations_.insert_or_assign(file, qutibench::calibrated_fit(qutibench::parse_calibration(text, file), file));
        return file;
    }

    [[nodiscard]] qutibench::answers answer(const qutibench::detail::json_reader& question) {
        return ask(qutibench::question_of(question, calibrations_));
    }

private:
    qutibench::named_calibrations calibrations_;
};

}  // namespace portal
