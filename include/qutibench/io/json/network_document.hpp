// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Network files, key by key; declared in io/json/network.hpp.
#pragma once

#include <qutibench/io/json/figure.hpp>
#include <qutibench/io/json/graph.hpp>
#include <qutibench/io/json/network.hpp>

#include <cmath>

namespace qutibench::detail {

class network_document {
public:
    explicit network_document(const json_reader& document) : document_(document), figures_(document) {}

    [[nodiscard]] network_entry read() {
        document_.expect_keys({"$schema", "id", "name", "task", "zoo", "operations", "weights", "layers", "outputs",
                               "pruned_from", "pruned_to", "published", "accuracies", "notes", "sources"});
        network_entry entry;
        entry.id = document_["id"].text();
        const auto name = document_.find("name");
        entry.name = name ? name->text() : entry.id;
        if (const auto task = document_.find("task")) entry.task = task->text();
        read_body(entry);
        if (const auto parent = document_.find("pruned_from")) entry.pruned_from = parent->text();
        if (const auto share = document_.find("pruned_to")) entry.pruned_to = figures_.read(*share, share_figure);
        if (const auto all = document_.find("published"))
            for (const json_reader& one : all->elements()) entry.published.push_back(published(one, entry.id));
        if (const auto all = document_.find("accuracies"))
            for (const json_reader& one : all->elements()) add_accuracy(entry, one);
        entry.sources = figures_.records();
        return entry;
    }

private:
    void read_body(network_entry& entry) {
        const auto recipe = document_.find("zoo");
        const auto layers = document_.find("layers");
        const auto operations = document_.find("operations");
        if ((recipe ? 1 : 0) + (layers ? 1 : 0) + (operations ? 1 : 0) != 1)
            document_.fail("needs one of 'zoo' (a known network), 'layers', or 'operations' with 'weights'");
        if (recipe) {
            entry.recipe = recipe->text();
            if (zoo::find(entry.recipe) == nullptr)
                recipe->fail(message({"the zoo has no '", entry.recipe, "'", suggestion(entry.recipe, zoo::names())}));
        } else if (layers) {
            entry.layers = graph_document(entry.id).read(document_, all_layers{});
        } else {
            entry.totals = workload(entry.id, count<qutibench::operations>(*operations, operations_figure),
                                    count<elements>(document_["weights"], elements_figure));
        }
    }

    template <class Quantity>
    [[nodiscard]] Quantity count(const json_reader& at, const figure_kind& kind) {
        const double value = figures_.read(at, kind);
        if (value >= 9.2e18) at.fail("does not fit 64 bits");
        return quantity_of<Quantity>(std::llround(value));
    }

    [[nodiscard]] static double share(const json_reader& of) {
        const auto keep = of.find("keep");
        return keep ? keep->number_within(0, 1, share_figure.domain) : 1.0;
    }

    [[nodiscard]] std::pair<double, workload> published(const json_reader& at, const std::string& id) {
        at.expect_keys({"keep", "operations", "operational_intensity_int8"});
        const auto operations = count<qutibench::operations>(at["operations"], operations_figure);
        const double intensity = figures_.read(at["operational_intensity_int8"], intensity_figure);
        const double weights = static_cast<double>(operations.value()) / intensity;
        if (weights >= 9.2e18) at.fail("its weights do not fit 64 bits");
        return {share(at), workload(id, operations, quantity_of<elements>(std::llround(weights)))};
    }

    void add_accuracy(network_entry& entry, const json_reader& at) const {
        at.expect_keys({"keep", "datatype", "top1", "top5", "platform", "toolchain", "metric", "value", "source"});
        network_accuracy one;
        one.keep = share(at);
        const json_reader datatype = at["datatype"];
        one.datatype = datatype.checked([&] { return parse_precision(datatype.text()); });
        const auto text = [&](std::string_view key) { return at.find(key) ? at[key].text() : std::string(); };
        one.platform = text("platform");
        one.toolchain = text("toolchain");
        one.metric = text("metric");
        for (const network_accuracy& other : entry.accuracies)
            if (network_entry::same_share(other.keep, one.keep) && other.datatype == one.datatype &&
                other.platform == one.platform && other.metric == one.metric)
                datatype.fail("there are two accuracies of one metric for this keep, datatype and platform");
        if (!one.metric.empty()) one.value = at["value"].number();
        if (one.metric.empty() || at.find("top1")) one.top1 = at["top1"].number_within(0, 1, share_figure.domain);
        if (const auto top5 = at.find("top5")) one.top5 = top5->number_within(0, 1, share_figure.domain);
        if (const auto source = at.find("source")) one.source = figures_.source_text(source->text());
        entry.accuracies.push_back(std::move(one));
    }

    json_reader document_;
    figure_reader figures_;
};

}  // namespace qutibench::detail

namespace qutibench {

QUTIBENCH_INLINE network_entry parse_network(std::string_view text, const std::string& source) {
    const detail::json document = detail::parse_json(text, source);
    return detail::network_document(detail::json_reader(document, source)).read();
}

QUTIBENCH_INLINE std::string to_json(const workload& net) {
    const detail::ordered_json document = {
        {"id", net.name()}, {"operations", net.operations().value()}, {"weights", net.weights().value()}};
    return document.dump(2) + "\n";
}

QUTIBENCH_INLINE void save_network(const graph& net, const std::string& path) {
    detail::write_file(path, to_json(net));
}

QUTIBENCH_INLINE void save_network(const workload& net, const std::string& path) {
    detail::write_file(path, to_json(net));
}

}  // namespace qutibench
