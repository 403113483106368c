// SPDX-License-Identifier: BSD-3-Clause
#include "command_line.hpp"

int main(int argc, char** argv) {
    return what_if::command_line(argc, argv);
}
