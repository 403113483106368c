// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// what_if: level-0 questions from the command line.
#pragma once

#include <functional>
#include <string>

namespace what_if {

/// The whole program, which the Python package has too. Data goes to standard output, messages to standard error; the
/// exit status is 0 done, 1 bad input, 2 wrong usage, 3 a requirement that is not met or a version that is worse.
/// Where no portal page is built, `report` writes into what `carried_page` gives, unless that is empty.
int command_line(int argc, char** argv, const std::function<std::string()>& carried_page = {});

}  // namespace what_if
