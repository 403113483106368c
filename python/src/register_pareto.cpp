// SPDX-License-Identifier: BSD-3-Clause
#include "arrays.hpp"
#include "register.hpp"

#include <qutibench/pareto/pareto.hpp>

namespace qutibench::python {

namespace {

/// Which objectives are maximised; None: none of them.
using maximize_argument = std::optional<std::vector<bool>>;

[[nodiscard]] std::vector<sense> senses_of(const doubles& points, const maximize_argument& maximize) {
    if (points.ndim() != 2)
        throw invalid_argument("points must be an array of 2 dimensions, one row for each point, not of " +
                               std::to_string(points.ndim()));
    const auto objectives = static_cast<std::size_t>(points.shape(1));
    if (maximize && maximize->size() != objectives)
        throw invalid_argument("maximize has " + std::to_string(maximize->size()) + " entries for " +
                               std::to_string(objectives) + " objectives");
    std::vector<sense> senses(objectives, sense::minimize);
    if (maximize)
        for (std::size_t j = 0; j < objectives; ++j)
            if ((*maximize)[j]) senses[j] = sense::maximize;
    return senses;
}

[[nodiscard]] py::array_t<bool> front(const doubles& points, const maximize_argument& maximize) {
    const std::vector<sense> senses = senses_of(points, maximize);
    py::array_t<bool> mask(points.shape(0));
    const std::span<bool> out(mask.mutable_data(), static_cast<std::size_t>(mask.size()));
    const py::gil_scoped_release release;
    pareto_mask(span_of(points), senses, out);
    return mask;
}

[[nodiscard]] py::array_t<std::uint32_t> ranks(const doubles& points, const maximize_argument& maximize) {
    const std::vector<sense> senses = senses_of(points, maximize);
    return to_array(without_lock([&] { return pareto_ranks(span_of(points), senses); }));
}

[[nodiscard]] double volume(const doubles& points, const doubles& reference, const maximize_argument& maximize) {
    const std::vector<sense> senses = senses_of(points, maximize);
    return without_lock([&] { return hypervolume(span_of(points), senses, span_of(reference)); });
}

[[nodiscard]] py::array_t<double> contributions(const doubles& points, const doubles& reference,
                                                const maximize_argument& maximize) {
    const std::vector<sense> senses = senses_of(points, maximize);
    return to_array(
        without_lock([&] { return hypervolume_contributions(span_of(points), senses, span_of(reference)); }));
}

[[nodiscard]] double sampled_volume(const doubles& points, const doubles& reference, const maximize_argument& maximize,
                                    double error, double risk, std::uint64_t seed) {
    const std::vector<sense> senses = senses_of(points, maximize);
    return without_lock(
        [&] { return approximate_hypervolume(span_of(points), senses, span_of(reference), {error, risk, seed}); });
}

[[nodiscard]] std::optional<std::pair<std::size_t, double>> knee(const doubles& points,
                                                                 const maximize_argument& maximize) {
    const std::vector<sense> senses = senses_of(points, maximize);
    const auto found = without_lock([&] { return pareto_knee(span_of(points), senses); });
    return found ? std::optional(std::make_pair(found->row, found->distance)) : std::nullopt;
}

[[nodiscard]] py::array_t<std::size_t> representatives(const doubles& points, const doubles& epsilon,
                                                       const maximize_argument& maximize, bool relative) {
    const std::vector<sense> senses = senses_of(points, maximize);
    const tolerance kind = relative ? tolerance::relative : tolerance::absolute;
    return to_array(without_lock([&] { return epsilon_front(span_of(points), senses, span_of(epsilon), kind); }));
}

[[nodiscard]] py::array_t<double> as_rows(std::vector<double> values, std::size_t objectives) {
    return to_array(std::move(values)).reshape({py::ssize_t{-1}, static_cast<py::ssize_t>(objectives)});
}

[[nodiscard]] pareto_archive make_archive(const std::vector<bool>& maximize) {
    std::vector<sense> senses;
    for (const bool one : maximize) senses.push_back(one ? sense::maximize : sense::minimize);
    return pareto_archive(senses);
}

[[nodiscard]] std::vector<bool> maximized(const pareto_archive& self) {
    std::vector<bool> all;
    for (const sense one : self.senses()) all.push_back(one == sense::maximize);
    return all;
}

void register_archive(py::module_& module) {
    py::class_<pareto_archive> cls(module, "ParetoArchive",
                                   "The exact front of every row inserted so far; fronts of parts merge.");
    cls.def(py::init(&make_archive), "maximize"_a, "maximize: for each objective, whether larger is better.");
    cls.def(
        "insert",
        [](pareto_archive& self, const doubles& points, const count_argument& first_number) {
            static_cast<void>(senses_of(points, maximized(self)));
            if (first_number.value < 0) throw invalid_argument("row numbers start at 0");
            self.insert(span_of(points), static_cast<std::uint64_t>(first_number.value));
        },
        "points"_a, "first_number"_a = 0,
        "Inserts rows numbered from `first_number` on; a row that comes again under its old number counts once.");
    cls.def("merge", &pareto_archive::merge, "other"_a,
            "Makes this the front of both archives' rows; raises InvalidArgument when their objectives differ.");
    cls.def("__len__", &pareto_archive::size);
    cls.def_property_readonly(
        "numbers", [](const pareto_archive& self) { return to_array(self.numbers()); },
        "Numbers of the front's rows, ascending.");
    cls.def_property_readonly(
        "points", [](const pareto_archive& self) { return as_rows(self.points(), self.senses().size()); },
        "The front's rows in the order of `numbers`, float64 (n, d).");
    cls.def_property_readonly("maximize", &maximized);
    cls.def_property_readonly("nan_count", &pareto_archive::nan_count, "Rows with a NaN that were inserted.");
    cls.def("__repr__", [](const pareto_archive& self) {
        return "ParetoArchive(" + std::to_string(self.size()) + " rows of " + std::to_string(self.senses().size()) +
               " objectives)";
    });
    add_state(
        cls, [](const pareto_archive& self) { return py::make_tuple(maximized(self), self.points(), self.numbers()); },
        [](const py::tuple& state) {
            pareto_archive made = make_archive(state[0].cast<std::vector<bool>>());
            made.insert(state[1].cast<std::vector<double>>(), state[2].cast<std::vector<std::uint64_t>>());
            return made;
        });
}

}  // namespace

void register_pareto(py::module_& module) {
    module.def("pareto_front", &front, "points"_a, "maximize"_a = py::none(),
               "Which rows are non-dominated.\n\n"
               "points: float64 (n, d) with 1 to 8 objectives; C-contiguous arrays are not copied. maximize: for each "
               "objective, whether larger is better; None: smaller is better in all. Returns bool (n,). Equal rows are "
               "all in or all out; a row with a NaN is out. Raises InvalidArgument when shapes do not fit.");
    module.def(
        "pareto_ranks", &ranks, "points"_a, "maximize"_a = py::none(),
        "Non-dominated sorting: 0 for the front, 1 for the front of the rest...; 4294967295 for rows with a NaN. "
        "Returns uint32 (n,).");
    module.def("hypervolume", &volume, "points"_a, "reference"_a, "maximize"_a = py::none(),
               "Volume that the rows dominate and that dominates `reference` (d values).");
    module.def("hypervolume_contributions", &contributions, "points"_a, "reference"_a, "maximize"_a = py::none(),
               "What the hypervolume of the front would lose without each row, (n,).");
    module.def("approximate_hypervolume", &sampled_volume, "points"_a, "reference"_a, "maximize"_a = py::none(),
               "error"_a = 0.01, "risk"_a = 0.01, "seed"_a = 1,
               "The hypervolume by sampling, for any number of objectives: off by at most `error` of it with "
               "probability 1 - `risk` at least.");
    module.def("pareto_knee", &knee, "points"_a, "maximize"_a = py::none(),
               "(row, distance) of the knee of the front, or None when no row of the front is finite.");
    module.def("epsilon_front", &representatives, "points"_a, "epsilon"_a, "maximize"_a = py::none(),
               "relative"_a = false,
               "Numbers of a few rows of the front that together miss no row by more than `epsilon`, one tolerance for "
               "each objective: absolute, or a share of the value.");
    register_archive(module);
}

}  // namespace qutibench::python
