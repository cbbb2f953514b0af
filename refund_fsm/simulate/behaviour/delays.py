"""Owns how long something takes, and how much is claimed, as data: the families of distributions and their parameters.

Frozen pydantic models, told apart by `kind`, so that TOML reads and writes them. Must not draw anything, nor load numpy: what
draws from them is `sample`, what integrates them is `curves`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from refund_fsm.errors import BadData
from refund_fsm.workflow import Frozen, NotEmpty, meant, placed

Unit = Literal["hours", "days", "working_days", "fen"]
MOST = 1e12  # in any unit: more is a slip
MOST_SIGMA = 5.0
MAX_VALUES = 10_000


@placed
def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadData("", value, "a number")
    if not 0 <= value <= MOST:  # false for NaN too
        raise BadData("", value, f"a number from 0 to {MOST:g}")
    return float(value)


@placed
def _positive(value: float) -> float:
    if value <= 0:
        raise BadData("", value, "a number above 0")
    return value


@placed
def _sigma(value: float) -> float:
    if not 0 < value <= MOST_SIGMA:
        raise BadData("", value, f"a number above 0, at most {MOST_SIGMA:g}")
    return value


NUMBER: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": MOST}  # as JSON schemas say it
Amount = Annotated[float, PlainValidator(_amount), WithJsonSchema(NUMBER)]
Positive = Annotated[
    float,
    PlainValidator(_amount),
    AfterValidator(_positive),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MOST}),
]
Sigma = Annotated[
    float,
    PlainValidator(_amount),
    AfterValidator(_sigma),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_SIGMA}),
]


class _Quantity(Frozen):
    """What all families share: the unit, in which the parameters are."""

    unit: Annotated[Unit, meant("of the parameters")] = "hours"
    kind: Annotated[str, meant("the family")]

    @property
    def expected(self) -> float:
        """The expectation, in units."""
        raise NotImplementedError

    @property
    def deviation(self) -> float:
        """The standard deviation, in units."""
        raise NotImplementedError

    def scaled(self, factor: float) -> Self:
        """The same family with every length multiplied by `factor` (> 0): mean, quantiles and spread alike."""
        factor = _factor(factor)
        return self.model_copy(update={name: getattr(self, name) * factor for name in self._lengths})

    @property
    def _lengths(self) -> tuple[str, ...]:
        raise NotImplementedError


class Fixed(_Quantity, defer_build=True):
    """Always `value`."""

    kind: Annotated[Literal["fixed"], meant("the family")] = "fixed"
    value: Annotated[Amount, meant("always this")]

    @property
    def expected(self) -> float:
        """`value`."""
        return self.value

    @property
    def deviation(self) -> float:
        """As for all families."""
        return 0.0

    @property
    def _lengths(self) -> tuple[str, ...]:
        return ("value",)


class Uniform(_Quantity, defer_build=True):
    """Anything from `least` to `most`, `least` < `most`, alike."""

    kind: Annotated[Literal["uniform"], meant("the family")] = "uniform"
    least: Annotated[Amount, meant("the least")]
    most: Annotated[Amount, meant("the most, above the least")]

    @model_validator(mode="after")
    @placed
    def _ordered(self) -> Uniform:
        if self.least >= self.most:
            raise BadData("least", self.least, f"less than most, which is {self.most:g}")
        return self

    @property
    def expected(self) -> float:
        """Half of `least` + `most`."""
        return (self.least + self.most) / 2

    @property
    def deviation(self) -> float:
        """As for all families."""
        return (self.most - self.least) / math.sqrt(12)

    @property
    def _lengths(self) -> tuple[str, ...]:
        return ("least", "most")


class Exponential(_Quantity, defer_build=True):
    """Memoryless, with expectation `mean`."""

    kind: Annotated[Literal["exponential"], meant("the family")] = "exponential"
    mean: Annotated[Positive, meant("the expectation")]

    @property
    def expected(self) -> float:
        """`mean`."""
        return self.mean

    @property
    def deviation(self) -> float:
        """As for all families."""
        return self.mean

    @property
    def _lengths(self) -> tuple[str, ...]:
        return ("mean",)


class LogNormal(_Quantity, defer_build=True):
    """Its logarithm is normal, with the standard deviation `sigma` about the logarithm of `median`."""

    kind: Annotated[Literal["lognormal"], meant("the family")] = "lognormal"
    median: Annotated[Positive, meant("the median")]
    sigma: Annotated[Sigma, meant("the standard deviation of the logarithm")]

    @property
    def expected(self) -> float:
        """median · exp(sigma² / 2)."""
        return self.median * math.exp(self.sigma**2 / 2)

    @property
    def deviation(self) -> float:
        """As for all families."""
        return self.expected * math.sqrt(math.expm1(self.sigma**2))

    @property
    def _lengths(self) -> tuple[str, ...]:
        return ("median",)


class Triangular(_Quantity, defer_build=True):
    """From `least` to `most` with the peak at `mode`."""

    kind: Annotated[Literal["triangular"], meant("the family")] = "triangular"
    least: Annotated[Amount, meant("the least")]
    mode: Annotated[Amount, meant("the peak")]
    most: Annotated[Amount, meant("the most, above the least")]

    @model_validator(mode="after")
    @placed
    def _ordered(self) -> Triangular:
        if self.least >= self.most:
            raise BadData("least", self.least, f"less than most, which is {self.most:g}")
        if not self.least <= self.mode <= self.most:
            raise BadData("mode", self.mode, f"from least to most, {self.least:g} to {self.most:g}")
        return self

    @property
    def expected(self) -> float:
        """A third of `least` + `mode` + `most`."""
        return (self.least + self.mode + self.most) / 3

    @property
    def deviation(self) -> float:
        """As for all families."""
        a, b, c = self.least, self.mode, self.most
        return math.sqrt((a * a + b * b + c * c - a * b - a * c - b * c) / 18)

    @property
    def _lengths(self) -> tuple[str, ...]:
        return ("least", "mode", "most")


class Empirical(_Quantity, defer_build=True):
    """One of the observed `values`, ascending, each as often as its weight says (no `weights`: all alike)."""

    kind: Annotated[Literal["empirical"], meant("the family")] = "empirical"
    values: Annotated[NotEmpty[Amount], meant("what was observed, ascending")] = Field(max_length=MAX_VALUES)
    weights: Annotated[tuple[Amount, ...] | None, meant("how often each; null: all alike")] = None

    if TYPE_CHECKING:  # what it takes: lists are as good as tuples

        def __init__(
            self,
            *,
            unit: Unit = "hours",
            kind: Literal["empirical"] = "empirical",
            values: Sequence[float],
            weights: Sequence[float] | None = None,
        ) -> None: ...

    @model_validator(mode="after")
    @placed
    def _fitting(self) -> Empirical:
        for place, (one, other) in enumerate(zip(self.values, self.values[1:], strict=False), start=1):
            if one >= other:
                raise BadData(f"values[{place}]", other, f"more than the value before it, {one:g}")
        if self.weights is not None and len(self.weights) != len(self.values):
            raise BadData("weights", len(self.weights), f"as many weights as values, {len(self.values)}")
        if self.weights is not None and sum(self.weights) <= 0:
            raise BadData("weights", sum(self.weights), "weights that sum to more than 0")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """The weights, scaled to sum to 1."""
        weights = self.weights or (1.0,) * len(self.values)
        total = math.fsum(weights)
        return tuple(weight / total for weight in weights)

    @property
    def expected(self) -> float:
        """The weighted mean of the values."""
        return math.fsum(share * value for share, value in zip(self.shares, self.values, strict=True))

    @property
    def deviation(self) -> float:
        """As for all families."""
        mean = self.expected
        return math.sqrt(math.fsum(share * (value - mean) ** 2 for share, value in zip(self.shares, self.values, strict=True)))

    def scaled(self, factor: float) -> Self:
        """As for all families."""
        return self.model_copy(update={"values": tuple(value * _factor(factor) for value in self.values)})


def _factor(factor: float) -> float:
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor < math.inf:
        raise BadData("factor", factor, "a number above 0")
    return float(factor)


KINDS = frozenset({"fixed", "uniform", "exponential", "lognormal", "triangular", "empirical"})
Quantity = Annotated[Fixed | Uniform | Exponential | LogNormal | Triangular | Empirical, Field(discriminator="kind")]
