// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Places that long work passes often, so that who started it can look up: a program may heed a signal there.
#pragma once

namespace qutibench::detail {

/// What a thread calls at a pause; nothing by default. May throw, which ends the work.
inline thread_local void (*at_pause)() = nullptr;

/// Passed by readers, inference, fits and probes, at least every few milliseconds of their work.
inline void pause() {
    if (at_pause != nullptr) at_pause();
}

/// Has the calling thread call `look_up` at pauses until the end of the scope.
class pausing {
public:
    explicit pausing(void (*look_up)()) : before_(at_pause) { at_pause = look_up; }
    ~pausing() { at_pause = before_; }
    pausing(const pausing&) = delete;
    pausing& operator=(const pausing&) = delete;

private:
    void (*before_)();
};

}  // namespace qutibench::detail
