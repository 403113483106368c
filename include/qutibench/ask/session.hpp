// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The one way from a question to its answers: names become networks and devices, the question a design space, and its
/// points rows. The command line, the page and Python print what comes out.
#pragma once

#include <qutibench/ask/question.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/model_file.hpp>
#include <qutibench/network/training.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace qutibench {

/// A network by id, or from a network file or a model file of any format, told by its content; throws as `load_network`
/// and `import_model_file` do.
[[nodiscard]] inline network_entry load_model(const std::string& name, const onnx_options& options = {}) {
    if (!detail::is_path(name) || is_network_file(name)) return load_network(name);
    network_entry entry;
    imported_model imported = import_model_file(name, options);
    entry.layers = std::move(imported.layers);
    entry.parameters = imported.parameters;
    entry.id = entry.name = entry.layers->name();
    return entry;
}

/// The catalogue, what was added to it, and what was read of both so far. Ids are looked up once; files are read for
/// each question, since they may change. Everything throws what the loaders throw. References stay valid for as long as
/// the session lives and nothing of the same id is added.
class session {
public:
    /// A network of the catalogue or an added one.
    [[nodiscard]] const network_entry& network(const std::string& id) {
        const auto at = networks_.find(id);
        return at != networks_.end() ? at->second : networks_.emplace(id, load_network(id)).first->second;
    }

    /// What one input of it costs at a width. Throws as `network_entry::work` does.
    [[nodiscard]] const std::shared_ptr<const workload>& work(const std::string& id, double keep) {
        const auto at = works_.find({id, keep});
        if (at != works_.end()) return at->second;
        auto made = std::make_shared<const workload>(network(id).work(keep));
        return works_.emplace(std::pair(id, keep), std::move(made)).first->second;
    }

    /// "jetson_tx2", or "jetson_tx2:maxq" for another mode than the first; a path as well.
    [[nodiscard]] std::shared_ptr<const platform> device(const std::string& name) {
        if (detail::is_path(name.substr(0, detail::mode_colon(name))))
            return std::make_shared<const platform>(load_platform(name));
        const auto at = platforms_.find(name);
        if (at != platforms_.end()) return at->second;
        const std::size_t colon = detail::mode_colon(name);
        const auto base = platforms_.find(name.substr(0, colon));
        const bool is_mode_of_known = base != platforms_.end() && colon != std::string::npos;
        auto made = std::make_shared<const platform>(is_mode_of_known ? base->second->in_mode(name.substr(colon + 1))
                                                                      : load_platform(name));
        return platforms_.emplace(name, std::move(made)).first->second;
    }

    /// Adds a network, or replaces the one of its id.
    void add(network_entry net) {
        std::erase_if(works_, [&](const auto& one) { return one.first.first == net.id; });
        const std::string id = net.id;
        remember(own_networks_, id);
        networks_.insert_or_assign(id, std::move(net));
    }

    /// Adds a platform, or replaces the one of its id.
    void add(const platform& device) {
        std::erase_if(platforms_, [&](const auto& one) {
            return one.first == device.id() || one.first.starts_with(device.id() + ":");
        });
        remember(own_platforms_, device.id());
        platforms_.emplace(device.id(), std::make_shared<const platform>(device));
    }

    /// Ids of the catalogue, then those that were added.
    [[nodiscard]] std::vector<std::string> network_ids() const { return with(qutibench::network_ids(), own_networks_); }
    [[nodiscard]] std::vector<std::string> platform_ids() const {
        return with(qutibench::platform_ids(), own_platforms_);
    }

    /// The networks that a question names, at each of its widths. `skipped` gets what a lenient one passes over.
    [[nodiscard]] std::vector<design_network> networks(const question& asked,
                                                       std::vector<std::string>* skipped = nullptr) {
        std::vector<design_network> all;
        for (const std::string& name : asked.networks) {
            const bool is_file = detail::is_path(name);
            const network_entry read = is_file ? load_model(name, asked.onnx) : network_entry();
            const network_entry& net = is_file ? read : network(name);
            for (const double keep : asked.keep) {
                try {
                    auto cost = is_file ? std::make_shared<const workload>(net.work(keep)) : work(name, keep);
                    all.push_back({net.id, keep, std::move(cost), accuracies_of(net, keep)});
                    if (asked.is_training) all.back().train(asked.training);
                } catch (const error& wrong) {
                    if (!asked.is_lenient || skipped == nullptr) throw;
                    skipped->emplace_back(wrong.what());
                }
            }
        }
        return all;
    }

    /// The combinations that a question is about. Of several networks, one of which nothing can be predicted is
    /// skipped.
    [[nodiscard]] design_space space(const question& asked, std::vector<std::string>& skipped) {
        design_axes axes = asked.axes;
        for (const std::string& name : asked.platforms) axes.platforms.push_back(device(name));
        std::vector<std::string> empty;
        for (design_network& one : networks(asked, &skipped)) {
            try {
                one.check();
                axes.networks.push_back(std::move(one));
            } catch (const invalid_argument& wrong) {
                empty.emplace_back(wrong.what());
            }
        }
        if (axes.networks.empty() && !empty.empty()) throw invalid_argument(empty.front());
        skipped.insert(skipped.end(), empty.begin(), empty.end());
        return design_space(std::move(axes));
    }

    /// Predicts every combination; networks vary slowest, batches fastest. Combinations that a platform has neither a
    /// datatype nor a carrier for are listed in `skipped`; when nothing else is left, unsupported_datatype is thrown,
    /// unless the question is lenient. Throws what the loaders and `predict` throw.
    [[nodiscard]] answers ask(const question& asked) {
        answers all;
        if (asked.networks.empty() && asked.axes.networks.empty()) return all;
        if (asked.platforms.empty() && asked.axes.platforms.empty()) return all;
        std::optional<design_space> points;
        try {
            points.emplace(space(asked, all.skipped));
        } catch (const unsupported_datatype& wrong) {
            if (!asked.is_lenient) throw;
            all.skipped.emplace_back(wrong.what());
            return all;
        }
        all.skipped.insert(all.skipped.end(), points->skipped().begin(), points->skipped().end());
        answer_all(*points, all);
        if (all.rows.empty() && !all.skipped.empty() && !asked.is_lenient)
            throw unsupported_datatype(all.skipped.front());
        return all;
    }

private:
    /// A layer's own precision may be one that a device lacks: such runs are skipped.
    static void answer_all(const design_space& points, answers& all) {
        const std::size_t batches = points.axes().batches.size();
        design_point point;
        for (std::uint64_t run = 0; run < points.runs(); ++run, points.advance_run(point)) {
            try {
                for (; point.batch < batches; ++point.batch) {
                    all.rows.push_back(points.answered(point));
                    points.expect(all.rows.back());
                }
            } catch (const unsupported_datatype& wrong) {
                all.skipped.emplace_back(wrong.what());
            }
        }
    }

    static void remember(std::vector<std::string>& ids, const std::string& id) {
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }

    [[nodiscard]] static std::vector<std::string> with(std::vector<std::string> ids,
                                                       const std::vector<std::string>& own) {
        for (const std::string& id : own) remember(ids, id);
        return ids;
    }

    [[nodiscard]] static std::vector<design_accuracy> accuracies_of(const network_entry& net, double keep) {
        std::vector<design_accuracy> all;
        for (const network_accuracy& one : net.accuracies)
            if (same_share(one.keep, keep)) all.push_back({one.datatype, one.top1, one.platform});
        return all;
    }

    [[nodiscard]] static bool same_share(double a, double b) { return std::abs(a - b) < 1e-9; }

    std::map<std::string, network_entry> networks_;
    std::map<std::pair<std::string, double>, std::shared_ptr<const workload>> works_;
    std::map<std::string, std::shared_ptr<const qutibench::platform>> platforms_;
    std::vector<std::string> own_networks_;
    std::vector<std::string> own_platforms_;
};

}  // namespace qutibench
