// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/settings.hpp>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

TEST_CASE("NAME=VALUE sets any parameter that describe shows") {
    execution_parameters p;
    set_by_text(p, "layer_overhead_s=2e-6");
    set_by_text(p, "tile_rows=16");
    set_by_text(p, "overlap=none");
    CHECK(p.layer_overhead == 2e-6);
    CHECK(p.tile_rows == 16);
    CHECK(p.overlap == overlap_kind::none);
    CHECK_THROWS_WITH(set_by_text(p, "core=2"), Contains("did you mean 'cores'?"));
    CHECK_THROWS_WITH(set_by_text(p, "cores=2.5"), Contains("whole number"));
    CHECK_THROWS_WITH(set_by_text(p, "cores"), Contains("NAME=VALUE"));
    CHECK_THROWS_WITH(set_by_text(p, "overlap=ful"), Contains("did you mean 'full'?"));
}

TEST_CASE("every parameter and setting has a name, a sentence, and is distinct") {
    CHECK(setting_names<execution_parameters>().size() == 12);
    CHECK(setting_names<deployment>().size() == 10);
    execution_parameters::describe([](std::string_view name, auto, std::string_view says) {
        CHECK_FALSE(name.empty());
        CHECK(says.ends_with('.'));
    });
}

TEST_CASE("an override names a layer, a role and where; the layer may have colons") {
    const placement_override one = parse_override("block1:conv:weights=on");
    CHECK(one.layer == "block1:conv");
    CHECK(one.role == tensor_role::weights);
    CHECK(one.on_chip);
    CHECK_FALSE(parse_override("x:state=off").on_chip);
    for (const char* wrong : {"x", "x=on", ":weights=on", "x:weights=yes"})
        CHECK_THROWS_AS(parse_override(wrong), invalid_argument);
    CHECK_THROWS_WITH(parse_override("x:weight=on"), Contains("did you mean 'weights'?"));
}

TEST_CASE("counts are one, a range, or a range by a factor") {
    using counts = std::vector<std::int64_t>;
    CHECK(parse_counts("8", "batch") == counts{8});
    CHECK(parse_counts("3..6", "batch") == counts{3, 4, 5, 6});
    CHECK(parse_counts("1..256", "batch").size() == 256);
    CHECK(parse_counts("1..100*2", "batch") == counts{1, 2, 4, 8, 16, 32, 64});
    CHECK(parse_counts("5..5", "batch") == counts{5});
    for (const char* wrong : {"0..3", "4..2", "1..9*1", "1..99999999999", "1..", "a..b", "..3"})
        CHECK_THROWS_AS(parse_counts(wrong, "batch"), invalid_argument);
}
