// SPDX-License-Identifier: BSD-3-Clause
// A command that is the program beside it, QUTIBENCH_FIRST_NAME, called by a second name, which it learns as its
// argv[0]: wheels have no links, and carry a large program once.
#if defined(_WIN32)

#define NOMINMAX
#include <windows.h>

#include <string>

namespace {

// Both get what is pressed in the console; the program decides what comes of it.
BOOL WINAPI leave_to_program(DWORD) {
    return TRUE;
}

}  // namespace

int main() {
    std::wstring path(32768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    path.resize(path.find_last_of(L"/\\") + 1);
    for (const char* letter = QUTIBENCH_FIRST_NAME ".exe"; *letter != '\0'; ++letter)
        path += static_cast<wchar_t>(*letter);
    STARTUPINFOW how{};
    how.cb = sizeof(how);
    PROCESS_INFORMATION made{};
    SetConsoleCtrlHandler(leave_to_program, TRUE);
    if (!CreateProcessW(path.c_str(), GetCommandLineW(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &how, &made))
        return 127;
    WaitForSingleObject(made.hProcess, INFINITE);
    DWORD status = 127;
    GetExitCodeProcess(made.hProcess, &status);
    return static_cast<int>(status);
}

#else

#include <unistd.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

int main(int, char** argv) {
    static char path[8192], own[4096];
#if defined(__APPLE__)
    std::uint32_t room = sizeof(own);
    const bool found = _NSGetExecutablePath(own, &room) == 0 && realpath(own, path) != nullptr;
#else
    std::snprintf(own, sizeof(own), "/proc/self/exe");
    const ssize_t length = readlink(own, path, sizeof(own) - 1);
    const bool found = length > 0;
#endif
    char* const folder_end = found ? std::strrchr(path, '/') : nullptr;
    if (folder_end != nullptr) {
        std::strcpy(folder_end + 1, QUTIBENCH_FIRST_NAME);
        execv(path, argv);
    }
    std::perror(argv[0]);
    return 127;
}

#endif
