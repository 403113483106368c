// SPDX-License-Identifier: BSD-3-Clause
// MLPerf Inference v5.1: what servers reached beside what their devices' arithmetic allows.
#include "catch.hpp"

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/csv.hpp>
#include <qutibench/io/language/config.hpp>
#include <qutibench/language/law.hpp>
#include <qutibench/language/zoo.hpp>

#include <map>

using namespace qutibench;

namespace {

[[nodiscard]] language_model model_of(std::string_view name) {
    if (name == "llama2-70b")
        return parse_language_config(
            R"({"model_type": "llama", "num_hidden_layers": 80, "hidden_size": 8192, "num_attention_heads": 64,
                "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32000,
                "tie_word_embeddings": false})",
            "config.json", "llama2-70b");
    if (name == "llama3.1-405b") return zoo::build_language("llama_3_1_405b");
    if (name == "llama3.1-8b") return zoo::build_language("llama_3_1_8b");
    if (name == "mixtral-8x7b") return zoo::build_language("mixtral_8x7b");
    return zoo::build_language("deepseek_v3");  // deepseek-r1 has the same structure
}

/// Tokens/s that a device's arithmetic allows: every product of a token without its context, all weights in the format
/// of the submission, and no prompts.
[[nodiscard]] double compute_bound(const std::string& on, std::string_view model, std::string_view format) {
    language_precision stored(parse_datatype(format));
    stored.head = parse_datatype(format);
    const language_rank rank = rank_of(model_of(model), {});
    const pass_time time = time_of(decode_work(rank, stored, 1, 0), engine_of(load_platform(on), stored),
                                   serving_constants::lossless(), 0);
    double seconds = 0;
    for (const double one : time.compute) seconds += one;
    return 1 / seconds;
}

}  // namespace

TEST_CASE("no result of MLPerf v5.1 is above the bound of the arithmetic") {
    csv_reader rows = csv_reader::open(QUTIBENCH_TEST_DATA_DIR "/mlperf_inference_v5_1.csv");
    const std::size_t platform = rows.column("platform");
    const std::size_t model = rows.column("model");
    const std::size_t scenario = rows.column("scenario");
    const std::size_t format = rows.column("precision");
    const std::size_t measured = rows.column("tokens_per_s_per_device");
    std::map<std::string, double> reached;
    int count = 0;
    while (rows.next()) {
        const std::string on(rows[platform]);
        CAPTURE(on, std::string(rows[model]), std::string(rows[format]));
        const double share = rows.number(measured) / compute_bound(on, rows[model], rows[format]);
        CHECK(share > 0);
        CHECK(share < 1);
        ++count;
        if (rows[model] == "llama2-70b" && rows[scenario] == "offline") reached[on] = share;
    }
    CHECK(count == 61);
    // docs/trust.md
    const std::map<std::string, double> page = {{"h200_nvl", .32}, {"h200_sxm", .31}, {"h100_sxm", .27},
                                                {"mi325x", .23},   {"mi300x", .18},   {"rtx_pro_6000", .22},
                                                {"b200_sxm", .20}, {"gb200", .18}};
    REQUIRE(reached.size() == page.size());
    for (const auto& [on, share] : page) CHECK(reached.at(on) == Approx(share).margin(.005));
}
