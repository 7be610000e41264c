# SPDX-License-Identifier: Apache-2.0
"""Yonder: a workbench for small generative models.

Components are modules: `yonder.tokenizer` (text to ids and back), `yonder.density` (Fourier basis
densities), `yonder.memory` (streams remembered in a few numbers), `yonder.lm` (language models that
read past their training length; needs libtorch). Errors of the library arrive as Python's own
exceptions with the library's sentence: a wrong option is a ValueError, wrong content of a file or an
argument a DataError, trouble with a file an OSError.
"""

from yonder._core import DataError, __version__
from yonder.progress import Progress

__all__ = ["DataError", "Progress", "__version__"]
