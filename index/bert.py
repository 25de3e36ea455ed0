"""BERT encoders on OpenVINO: the graph is built from the weights, without torch.

Layers as in Devlin et al., "BERT" (2018).
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import UnsupportedModelError
from index.model_files import BertConfig, Weights

if TYPE_CHECKING:
    from openvino import Node

# Hidden states (rows, tokens, width) and mask (rows, tokens) to what is wanted of them.
Head = Callable[["Node", "Node"], "Node"]

# Widths of a batch are multiples of this: then a text's result is the same to the last bit
# whatever it shares a batch with, and few shapes have to be prepared.
TOKEN_STEP = 16
BATCH_TOKENS = 640  # rows times width of a batch: what fits a core's cache
_IN_FLIGHT = 4  # batches, so that the next one is always ready when a core is


class BertRunner:
    """A BERT encoder with a head, compiled for this processor. Threads may share it."""

    def __init__(
        self, config: BertConfig, weights: Weights, head: Head, *, precision: str | None = None
    ) -> None:
        """Build and compile.

        Args:
            config: The shape.
            weights: Tensors by the names that `transformers` gives them.
            head: What to compute from the last layer.
            precision: `bf16` or `f32`; by default what the processor is best at.

        Raises:
            UnsupportedModelError: A weight is missing, or OpenVINO can't compile it here.
        """
        try:
            openvino = _import_openvino()
            core = openvino.Core()
            self.precision = precision or best_precision()
            model = _build(config, weights, head)
            self._sizes = [
                size.get_length() if size.is_static else None
                for size in list(model.output(0).partial_shape)[1:]
            ]

            def compile_for(hint: str) -> Any:
                hints = {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": self.precision}
                return core.compile_model(model, "CPU", hints)

            # For throughput each core works on a batch of its own, for latency all on the same.
            self._apart = compile_for("THROUGHPUT")
            self._together = compile_for("LATENCY")
            self._cores = int(self._apart.get_property("NUM_STREAMS"))
        except (ImportError, RuntimeError, KeyError) as error:
            raise UnsupportedModelError(f"OpenVINO can't run it here ({error})") from error
        self.runtime = f"OpenVINO {openvino.__version__.split('-')[0]} {self.precision}"

    def run(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the head's result for each row of token ids, in the order of `rows`.

        Where a head has a result for each token, what lies behind a row's last one says nothing.
        """
        widest = _step_up(max(map(len, rows), default=0))
        shape = [widest if size is None else size for size in self._sizes]
        results = np.zeros((len(rows), *shape), np.float32)
        compiled = self._apart if len(rows) >= self._cores else self._together
        # No callbacks: OpenVINO runs them in threads of its own, which can wait for Python's lock
        # for ever while Python waits for them to end.
        idle = [compiled.create_infer_request() for _ in range(min(_IN_FLIGHT, len(rows)))]
        running: deque[tuple[Any, list[int]]] = deque()
        for places in _batches(rows, self._cores):
            if not idle:
                idle.append(_finish(running, results))
            ids, mask = _pad([rows[place] for place in places])
            idle[-1].start_async({0: ids, 1: mask})
            running.append((idle.pop(), places))
        while running:
            _finish(running, results)
        return results


def best_precision() -> str:
    """Return what this processor computes best in: `bf16` where it has instructions for it."""
    able = _import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"


def pool_mean(states: Node, mask: Node) -> Node:
    """Return the mean of each row's token states at unit length, shape (rows, width)."""
    from openvino import opset13 as ops

    # The length of the sum is divided away, so that the number of tokens needn't be.
    total = ops.reduce_sum(ops.multiply(states, ops.unsqueeze(mask, _ints(2))), _ints(1))
    return ops.normalize_l2(total, _ints(1), 1e-12, "max")


def pool_first(states: Node, mask: Node) -> Node:  # noqa: ARG001 - a head takes both
    """Return the state of each row's first token at unit length, shape (rows, width)."""
    from openvino import opset13 as ops

    first = ops.gather(states, _ints([0])[0], _ints(1))
    return ops.normalize_l2(first, _ints(1), 1e-12, "max")


def project_each(weight: NDArray[np.float32], bias: NDArray[np.float32]) -> Head:
    """Return a head that projects every state, shape (rows, tokens, values).

    Args:
        weight: Shape (values, width).
        bias: Shape (values,).
    """

    def head(states: Node, mask: Node) -> Node:  # noqa: ARG001 - a head takes both
        from openvino import opset13 as ops

        product = ops.matmul(states, ops.constant(weight), False, True)
        return ops.add(product, ops.constant(bias))

    return head


def _import_openvino() -> Any:
    """Import OpenVINO without the package by which its conversion tools report that they are used.

    They do so when they are imported, and `import openvino` imports them.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino


def _build(config: BertConfig, weights: Weights, head: Head) -> Any:
    import openvino
    from openvino import opset13 as ops

    ids = ops.parameter([-1, -1], np.int32, name="ids")
    mask = ops.parameter([-1, -1], np.int32, name="mask")
    kept = ops.convert(mask, "f32")
    away = ops.multiply(ops.subtract(kept, np.float32(1)), np.float32(1e4))
    layers = _Layers(config, weights, ops.unsqueeze(away, _ints([1, 2])))
    states = layers.embed(ids)
    for number in range(config.layers):
        states = layers.transform(states, f"encoder.layer.{number}.")
    return openvino.Model([head(states, kept)], [ids, mask], "bert")


@dataclass(frozen=True, slots=True)
class _Layers:
    """Builds layers; `away` is added to attention's scores, shape (rows, 1, 1, tokens)."""

    config: BertConfig
    weights: Weights
    away: Node

    def embed(self, ids: Node) -> Node:
        from openvino import opset13 as ops

        words = ops.gather(self.weight("embeddings.word_embeddings.weight"), ids, _ints(0))
        # All tokens are of the first type, so that its vector belongs to every position's.
        places = self.weights["embeddings.position_embeddings.weight"]
        places = places + self.weights["embeddings.token_type_embeddings.weight"][0]
        length = ops.gather(ops.shape_of(ids), _ints([1])[0], _ints(0))
        counted = ops.range(_ints([0])[0], length, _ints([1])[0], "i64")
        states = ops.add(words, ops.gather(ops.constant(places), counted, _ints(0)))
        return self.normalise(states, "embeddings.LayerNorm")

    def transform(self, states: Node, name: str) -> Node:
        from openvino import opset13 as ops

        mixed = self.attend(states, f"{name}attention.")
        states = self.normalise(ops.add(mixed, states), f"{name}attention.output.LayerNorm")
        wide = ops.gelu(self.project(states, f"{name}intermediate.dense"), "erf")
        narrow = self.project(wide, f"{name}output.dense")
        return self.normalise(ops.add(narrow, states), f"{name}output.LayerNorm")

    def attend(self, states: Node, name: str) -> Node:
        from openvino import opset13 as ops

        heads, width = self.config.heads, self.config.width // self.config.heads

        def split(part: str) -> Node:
            projected = self.project(states, f"{name}self.{part}")
            apart = ops.reshape(projected, _ints([0, 0, heads, width]), True)
            return ops.transpose(apart, _ints([0, 2, 1, 3]))

        parts = [split(part) for part in ("query", "key", "value")]
        mixed = ops.scaled_dot_product_attention(*parts, self.away)
        joined = ops.transpose(mixed, _ints([0, 2, 1, 3]))
        joined = ops.reshape(joined, _ints([0, 0, heads * width]), True)
        return self.project(joined, f"{name}output.dense")

    def project(self, states: Node, name: str) -> Node:
        from openvino import opset13 as ops

        product = ops.matmul(states, self.weight(f"{name}.weight"), False, True)
        return ops.add(product, self.weight(f"{name}.bias"))

    def normalise(self, states: Node, name: str) -> Node:
        from openvino import opset13 as ops

        even = ops.mvn(states, _ints([-1]), True, self.config.epsilon, "inside_sqrt")
        scaled = ops.multiply(even, self.weight(f"{name}.weight"))
        return ops.add(scaled, self.weight(f"{name}.bias"))

    def weight(self, name: str) -> Node:
        from openvino import opset13 as ops

        # As a constant: an array that is given to an operation is taken number by number.
        return ops.constant(self.weights[name])


def _finish(running: deque[tuple[Any, list[int]]], results: NDArray[np.float32]) -> Any:
    """Wait for the request that was started first, keep its results, and return it."""
    request, places = running.popleft()
    request.wait()
    found = request.get_output_tensor(0).data
    results[places, : found.shape[1]] = found
    return request


def _ints(values: int | Sequence[int]) -> NDArray[np.int64]:
    return np.atleast_1d(np.asarray(values, np.int64))


def _batches(rows: Sequence[Sequence[int]], cores: int) -> Iterable[list[int]]:
    """Yield places in `rows` in batches of about the same length, so that little is padded.

    The longest come first, and none is more than a quarter of the share of one of `cores`, so that
    none of them waits long while another reads the last.
    """
    tokens = sum(_step_up(len(row)) for row in rows)
    limit = min(BATCH_TOKENS, tokens // (4 * cores))
    batch: list[int] = []
    for place in sorted(range(len(rows)), key=lambda place: -len(rows[place])):
        if batch and (len(batch) + 1) * _step_up(len(rows[batch[0]])) > limit:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _pad(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return ids and mask of shape (rows, width of the longest, stepped up)."""
    ids = np.zeros((len(rows), _step_up(max(map(len, rows)))), np.int32)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _step_up(length: int) -> int:
    return -(-length // TOKEN_STEP) * TOKEN_STEP
