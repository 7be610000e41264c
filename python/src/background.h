// SPDX-License-Identifier: Apache-2.0
// Long work beside the interpreter: the library works in a thread of its own, the calling thread
// reports progress and looks for Ctrl-C.
//
// The thread never takes the GIL, so Python's other threads go on; callbacks and signal handlers
// run where Python expects them, in the caller. Not for short calls: those release the GIL only.
// Tests: python/tests/test_training.py, python/tests/test_lm.py.
#pragma once

#include "yonder/base/progress.h"

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

/// Work that hands out texts as it goes, for Python to iterate over: pieces of a generation, rows
/// of an evaluation. It does not wait for whoever reads them. Reports, warnings and signal handlers
/// are served as above, while next() waits.
class BackgroundTexts {
 public:
  using Emit = std::function<void(std::string_view text)>;
  /// Starts `work`, which must own all it uses: it may outlive the caller.
  BackgroundTexts(pybind11::object report, std::function<void(Progress&, const Emit&)> work);
  /// Cancels the work and waits until it has stopped.
  ~BackgroundTexts();
  BackgroundTexts(const BackgroundTexts&) = delete;
  BackgroundTexts& operator=(const BackgroundTexts&) = delete;

  /// The next text; nothing at the end. What the work threw comes after its last text, once. Throws
  /// RuntimeError where another thread is waiting here.
  std::optional<std::string> next();
  /// Cancels the work, waits until it has stopped, and drops what it has not handed out. Where
  /// another thread is waiting in next(), that one sees the end.
  void close();
  /// True once the work has stopped.
  bool ended() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::python
