# SPDX-License-Identifier: BSD-3-Clause
"""The list of public names changes only when somebody means it to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import api  # noqa: E402

HEADER = """// SPDX-License-Identifier: BSD-3-Clause
#pragma once
namespace qutibench {
/// How much. Rarely "a lot; more".
struct amount : base {
    int value = 0;
    [[nodiscard]] constexpr int twice() const { return value * (1 + 1); }
    explicit amount(int of) : base{of}, value{of} {}
private:
    struct inside {};
    int hidden = 0;
};
namespace detail { int inside(); }
template <class T>
[[nodiscard]] T add(T a, T b) { return a + b; }
/// Which of `amount`.
enum class kind { one, two = 2 };
inline constexpr int first = 1;
namespace part { using other = amount; }
}  // namespace qutibench
"""


@pytest.fixture(autouse=True)
def doxygen() -> None:
    if not shutil.which("doxygen"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("doxygen is not installed")


def test_the_list_is_that_of_the_headers() -> None:
    command = [sys.executable, SUPPORT / "api.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"where this is meant, run tests/support/api.py --update\n{result.stdout}"


def test_names_members_and_first_sentences_are_found(tmp_path: Path) -> None:
    headers = tmp_path / "include/qutibench"
    headers.mkdir(parents=True)
    (headers / "amount.hpp").write_text(HEADER, encoding="utf-8")
    found = api.names_of(api.documented(headers, tmp_path))
    assert list(found) == ["amount.hpp"]
    assert api.rows(found["amount.hpp"]) == [
        "| `amount` | How much.<br>`value`, `twice` |",
        "| `kind` | Which of `amount`.<br>`one`, `two` |",
        "| `add()`, `first`, `part::other` | |",
    ]
