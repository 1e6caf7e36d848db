"""Networks that come with the package, run by ONNX Runtime on the processor."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def open_network(file: Traversable, threads: int) -> Callable[[Floats], Floats]:
    """Open a network of one input and one output.

    Parameters
    ----------
    file
        The network, in ONNX.
    threads
        Threads that one look may take.
    """
    onnxruntime.disable_telemetry_events()  # where a build has any: nothing leaves the machine
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()

    def look(values: Floats) -> Floats:
        (said,) = session.run(None, {given.name: values})
        return np.asarray(said, dtype=np.float32)

    return look
