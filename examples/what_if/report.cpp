// SPDX-License-Identifier: BSD-3-Clause
// report: the portal page with a selection in it, its own networks and platforms included.
#include "commands.hpp"

#include <qutibench/io/file.hpp>
#include <qutibench/io/json/graph.hpp>

#include <filesystem>
#include <memory>

namespace what_if {

namespace {

struct report_options : selection_options {
    std::string output{};
    std::string page{};
    std::string title{};
};

/// The built page: as named, in this folder's build/, where the build or the installation of this program has it, or as
/// whoever calls the program carries it.
std::string page_text(const std::string& named, const std::function<std::string()>& carried) {
    if (!named.empty()) return qutibench::detail::read_file(named);
    std::error_code none;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
    for (const std::filesystem::path& place :
         {std::filesystem::path("build/portal.html"), program / "../../portal.html",
          program / "../share/qutibench/portal.html"})
        if (std::filesystem::is_regular_file(place, none)) return qutibench::detail::read_file(place.string());
    std::string text = carried ? carried() : "";
    if (!text.empty()) return text;
    throw qutibench::parse_error("build/portal.html", "",
                                 "the portal page is not built; ./bootstrap.sh page builds it, --page names another");
}

/// A network of the caller's as the page reads it: with its layers where a network file can hold them.
record network_document(const qutibench::network_entry& net) {
    record document;
    try {
        document = record::parse(net.totals ? qutibench::to_json(*net.totals) : qutibench::to_json(net.build()));
    } catch (const qutibench::unsupported_operator&) {
        document = record::parse(qutibench::to_json(net.work()));
    }
    document["id"] = net.id;
    return document;
}

/// Ids, and the documents of what is not in the catalogue.
void add_networks_to(record& report, const qutibench::question& wanted) {
    record ids = record::array();
    for (const std::string& name : wanted.networks) {
        if (!qutibench::detail::is_path(name)) {
            ids.push_back(name);
            continue;
        }
        const qutibench::network_entry net = qutibench::load_model(name, wanted.onnx);
        ids.push_back(net.id);
        report["networks"].push_back(network_document(net));
    }
    report["selection"]["networks"] = std::move(ids);
}

void add_platforms_to(record& report, const qutibench::question& wanted) {
    record ids = record::array();
    for (const std::string& name : wanted.platforms) {
        if (!qutibench::detail::is_path(name)) {
            ids.push_back(name);
            continue;
        }
        const qutibench::platform device = qutibench::load_platform(name);
        ids.push_back(device.mode().name.empty() ? device.id() : device.id() + ":" + device.mode().name);
        report["platforms"].push_back(record::parse(qutibench::to_json(device)));
    }
    report["selection"]["platforms"] = std::move(ids);
}

/// What the page finds in its report: examples/portal/page/report.ts.
record report_of(const report_options& chosen, const qutibench::question& wanted, const qutibench::answers& all) {
    record report = {{"title", chosen.title},
                     {"selection",
                      {{"batch", wanted.axes.batches.front()},
                       {"keep", wanted.keep.front()},
                       {"placement", to_string(wanted.axes.placements.front())},
                       {"execution", to_string(wanted.axes.executions.front())},
                       {"datatypes", chosen.datatypes}}},
                     {"networks", record::array()},
                     {"platforms", record::array()},
                     {"rows", qutibench::records_of(all.rows)}};
    add_networks_to(report, wanted);
    add_platforms_to(report, wanted);
    return report;
}

/// Puts a report in the place of the one that is in the page. "<" is escaped, so that no text can end the script that
/// holds it.
std::string with_report(const std::string& page, const record& report) {
    const std::string start = R"(<script type="application/json" id="report">)";
    const std::size_t from = page.find(start);
    const std::size_t to = page.find("</script>", from);
    if (from == std::string::npos || to == std::string::npos)
        throw qutibench::invalid_argument("the page has no place for a report; is it the portal page?");
    std::string escaped;
    for (const char one : json_text(report, -1))
        if (one == '<')
            escaped += "\\u003c";
        else
            escaped += one;
    return page.substr(0, from) + start + escaped + page.substr(to);
}

void run(const report_options& chosen, const std::function<std::string()>& carried_page) {
    const qutibench::question wanted = chosen.asked();
    const qutibench::answers all = qutibench::session().ask(wanted);
    const std::string page = page_text(chosen.page, carried_page);
    qutibench::detail::write_file(chosen.output, with_report(page, report_of(chosen, wanted, all)));
    remark_on(all);
    remark(std::to_string(all.rows.size()) + (all.rows.size() == 1 ? " prediction in " : " predictions in ") +
           chosen.output);
}

}  // namespace

void add_report(CLI::App& app, const std::function<std::string()>& carried_page) {
    auto chosen = std::make_shared<report_options>();
    CLI::App* command = app.add_subcommand("report", "The portal page with a selection's predictions in it");
    chosen->add_to(*command);
    command->add_option("-o,--output", chosen->output, "The page to write: one HTML file that works offline")
        ->required();
    command->add_option("--page", chosen->page, "The portal page; without it, the one that ./bootstrap.sh page built");
    command->add_option("--title", chosen->title, "What the report is called");
    command->callback([chosen, carried_page] { run(*chosen, carried_page); });
}

}  // namespace what_if
