"""Owns e to a power and the logarithm, by arithmetic alone: many can be done side by side, and they are the same everywhere. Compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import bits_of, float_of, floored, part


@part
def exp(x: Any) -> Any:
    """e to the power x, to 2⁻⁵²."""
    k = floored(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 / 479001600.0  # Taylor's series: |r| is at most ln 2 / 2
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * (r * r) + r
    power = float_of((np.int64(k) + 1023) << 52)
    return power + power * p


@part
def log(x: Any) -> Any:
    """The natural logarithm of a normal x > 0, to 2⁻⁵² (the method of fdlibm's e_log.c, Sun 1993)."""
    bits = bits_of(x)
    k = (bits - 0x3FE6A09E667F3BCD) >> 52  # x is 2ᵏ (1 + f), 1 + f from √½ to √2
    f = float_of(bits - (k << 52)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    even = z * (0.6666666666666735130 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)))
    half = 0.5 * f * f
    n = np.float64(k)
    return n * 6.93147180369123816490e-01 - ((half - (s * (half + odd + even) + n * 1.90821492927058770002e-10)) - f)
