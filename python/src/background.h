// SPDX-License-Identifier: Apache-2.0
// Long work beside the interpreter: the library works in a thread of its own, the calling thread
// reports progress and looks for Ctrl-C.
//
// The thread never takes the GIL, so Python's other threads go on; callbacks and signal handlers
// run where Python expects them, in the caller. Not for short calls: those release the GIL only.
// Tests: python/tests/test_training.py.
#pragma once

#include "yonder/base/progress.h"

#include <pybind11/pybind11.h>

#include <functional>

namespace yonder::python {

/// Runs `work` and returns when it has ended. Meanwhile, about twenty times a second, calls
/// report(what, done, total, unit, metrics) if there is news (None: nothing is called), turns
/// warnings of the library into UserWarning, and runs Python's signal handlers. An exception of the
/// callback or of a handler cancels the work and is thrown once it has stopped; for a Ctrl-C it is
/// the KeyboardInterrupt with the library's sentence, which says how to go on. The GIL is held by
/// the caller and free while waiting.
void run_in_background(const pybind11::object& report, const std::function<void(Progress&)>& work);

/// The same without reports or a thread, for work that is over soon: only warnings are passed on.
void run_here(const std::function<void(Progress&)>& work);

}  // namespace yonder::python
