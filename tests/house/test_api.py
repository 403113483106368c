# SPDX-License-Identifier: BSD-3-Clause
"""The list of public names changes only when somebody means it to."""

import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import api  # noqa: E402

HEADER = """// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#define TWO(a) a; \\
    a
namespace qutibench {
/// How much. Rarely "a lot; more".
struct amount : base {
    int value = 0;  // }
    [[nodiscard]] constexpr int twice() const { return value * (1 + 1); }
    explicit amount(int of) : base{of}, value{of} {}
private:
    int hidden = 0;
};
namespace detail { int inside(); }
template <class T>
    requires std::integral<T>
[[nodiscard]] T add(T a, T b) { return a + b; }
/// Which.
enum class kind { one, two = 2 };
inline constexpr int first = 1, second{2};
namespace part { using other = amount; }  ///< not that one
}  // namespace qutibench
"""


def test_the_list_is_that_of_the_headers() -> None:
    command = [sys.executable, SUPPORT / "api.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"where this is meant, run tests/support/api.py --update\n{result.stdout}"


def test_names_members_and_first_sentences_are_found(tmp_path: Path) -> None:
    header = tmp_path / "amount.hpp"
    header.write_text(HEADER, encoding="utf-8")
    assert api.rows(header) == [
        "| `amount` | How much.<br>`value`, `twice` |",
        "| `kind` | Which.<br>`one`, `two` |",
        "| `add()`, `first`, `part::other` | |",
    ]


def test_declarations_are_recorded_with_parameters_and_defaults() -> None:
    reader = api.Header(HEADER)
    reader.read([])
    assert reader.declarations == [
        "struct amount : base",
        "    int value = 0",
        "    [[nodiscard]] constexpr int twice() const",
        "    explicit amount(int of)",
        "template <class T> requires std::integral<T> [[nodiscard]] T add(T a, T b)",
        "enum class kind",
        "    one",
        "    two",
        "inline constexpr int first = 1, second",
        "part::using other = amount",
    ]
