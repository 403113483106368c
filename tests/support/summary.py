# SPDX-License-Identifier: BSD-3-Clause
"""Adds up the JUnit files of the suites that ran; the last line is `N passed, N failed`.

usage: summary.py FOLDER SUITE...

A suite without a readable file, or with nothing in it, counts as one failure. A program of C++ tests is one test to
ctest; what it says of itself ("... in 12 test cases", "test cases: 12 | 11 passed | 1 failed") is counted instead.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ALL_PASSED = re.compile(r"^All tests passed \([^)]* in (\d+) test cases?\)", re.MULTILINE)
BAD = ("fail", "notrun")  # ctest's words; a test is "notrun" where its program was not built
SOME_FAILED = re.compile(r"^test cases:\s*(\d+)((?:\s*\|\s*\d+ [a-z ]+)*)$", re.MULTILINE)


def within(case: ElementTree.Element) -> tuple[int, int]:
    """Tests passed and failed inside one test of ctest."""
    output = "".join(element.text or "" for element in case.iter("system-out"))
    failed = case.find("failure") is not None or case.find("error") is not None or case.get("status") in BAD
    if not failed:
        return sum(int(count) for count in ALL_PASSED.findall(output)) or 1, 0
    if found := SOME_FAILED.search(output):
        counts = {word.strip(): int(count) for count, word in re.findall(r"(\d+) ([a-z ]+)", found[2])}
        return counts.get("passed", 0), max(counts.get("failed", 0), 1)
    return 0, 1


def tally(path: Path) -> tuple[int, int, int, str]:
    """Passed, failed, skipped, and what is wrong with the file as a whole."""
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        return 0, 1, 0, f"did not run to its end ({error.__class__.__name__})"
    if not cases:
        return 0, 1, 0, "holds no tests"
    passed = failed = skipped = 0
    for case in cases:
        reason = case.find("skipped")
        if reason is not None and (case.get("status") is None or "SKIP" in reason.get("message", "")):
            skipped += 1
        else:
            good, bad = within(case)
            passed, failed = passed + good, failed + bad
            if bad:
                names = dict.fromkeys([path.stem, case.get("classname") or "", case.get("name") or ""])
                print("failed:", ": ".join(filter(None, names)))
    return passed, failed, skipped, ""


def main() -> int:
    folder, suites = Path(sys.argv[1]), sys.argv[2:]
    total_passed = total_failed = 0
    lines = []
    for suite in suites:
        passed, failed, skipped, trouble = tally(folder / f"{suite}.xml")
        total_passed, total_failed = total_passed + passed, total_failed + failed
        more = (f", {skipped} skipped" if skipped else "") + (f" -- {trouble}" if trouble else "")
        lines.append(f"{suite}: {passed} passed, {failed} failed{more}")
    print(*lines, f"{total_passed} passed, {total_failed} failed", sep="\n")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main())
