"""The E-model (ITU-T G.107, 06/2015): how good a call is, from the parameters of its path.

Narrowband telephony. Symbols and default values are the Recommendation's, table 2; equations are named by number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """One direction of a call, from a mouth to an ear. Levels in dB, noise in dBm0p, times in ms."""

    slr: float = 8.0
    """Send loudness rating."""
    rlr: float = 2.0
    """Receive loudness rating."""
    stmr: float = 15.0
    """Sidetone masking rating."""
    lstr: float = 18.0
    """Listener sidetone rating."""
    ds: float = 3.0
    """D-value of the telephone at the send side."""
    telr: float = 65.0
    """Talker echo loudness rating."""
    wepl: float = 110.0
    """Weighted echo path loss."""
    t: float = 0.0
    """Mean one-way delay of the echo path."""
    tr: float = 0.0
    """Round-trip delay in a four-wire loop."""
    ta: float = 0.0
    """Absolute delay, mouth to ear."""
    qdu: float = 1.0
    """Quantisation distortion units."""
    ie: float = 0.0
    """Equipment impairment factor of the codec without loss."""
    bpl: float = 4.3
    """Packet-loss robustness factor of the codec."""
    ppl: float = 0.0
    """Packets lost, in percent."""
    burst_r: float = 1.0
    """How much longer bursts of loss are than independent losses would make them; 1 is random."""
    nc: float = -70.0
    """Circuit noise, referred to the 0 dBr point."""
    nfor: float = -64.0
    """Noise floor at the receive side."""
    ps: float = 35.0
    """Room noise at the send side, dB(A)."""
    pr: float = 35.0
    """Room noise at the receive side, dB(A)."""
    a: float = 0.0
    """Advantage factor: what people forgive for convenience."""
    s_t: float = 1.0
    """Sensitivity to delay; 1 is the default class of use."""
    m_t: float = 100.0
    """Smallest delay that people perceive."""


@dataclass(frozen=True, slots=True)
class Rating:
    """The transmission rating and its parts."""

    ro: float
    """Basic signal-to-noise ratio."""
    i_s: float
    """Impairments simultaneous with the voice."""
    i_d: float
    """Impairments by delay and echo."""
    ie_eff: float
    """Impairments by the codec and by loss."""
    r: float

    @property
    def mos(self) -> float:
        """The mean opinion score of a conversation that belongs to ``r``, 1 to 4.5."""
        return mos(self.r)


def rate(path: Path) -> Rating:
    """The transmission rating R of a path (equation 7-1)."""
    no = _noise(path)
    ro = 15 - 1.5 * (path.slr + no)
    i_s = _simultaneous(path, no, ro)
    i_d = _delayed(path, no, ro)
    ie_eff = _equipment(path)
    return Rating(ro, i_s, i_d, ie_eff, ro - i_s - i_d - ie_eff + path.a)


def mos(r: float) -> float:
    """The mean opinion score of a conversation for a rating R (equation B-4).

    The equation dips below 1 for R under 6.5; the scale begins at 1.
    """
    if r <= 0:
        return 1.0
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)


def _noise(path: Path) -> float:
    """No, the power of all noise at the 0 dBr point (equations 7-3 to 7-7)."""
    olr = path.slr + path.rlr
    nos = path.ps - path.slr - path.ds - 100 + 0.004 * (path.ps - olr - path.ds - 14) ** 2
    pre = path.pr + 10 * math.log10(1 + 10 ** ((10 - path.lstr) / 10))
    nor = path.rlr - 121 + pre + 0.008 * (pre - 35) ** 2
    nfo = path.nfor + path.rlr
    return 10 * math.log10(sum(10 ** (n / 10) for n in (path.nc, nos, nor, nfo)))


def _simultaneous(path: Path, no: float, ro: float) -> float:
    """Is: too loud, sidetone not as it should be, quantisation (equations 7-8 to 7-17)."""
    olr = path.slr + path.rlr
    x_olr = olr + 0.2 * (64 + no - path.rlr)
    i_olr = 20 * (_knee(x_olr / 8, 8) - x_olr / 8)
    q = 37 - 15 * math.log10(path.qdu)
    g = 1.07 + 0.258 * q + 0.0602 * q**2
    y = (ro - 100) / 15 + 46 / 8.4 - g / 9
    z = 46 / 30 - g / 40
    i_q = 15 * math.log10(1 + 10**y + 10**z)
    return i_olr + _sidetone(path) + i_q


def _sidetone(path: Path) -> float:
    """Ist (equations 7-11 and 7-12)."""
    stmr_o = -10 * math.log10(10 ** (-path.stmr / 10) + math.exp(-path.t / 4) * 10 ** (-path.telr / 10))
    return (
        12 * _knee((stmr_o - 13) / 6, 8) - 28 * _knee((stmr_o + 1) / 19.4, 35) - 13 * _knee((stmr_o - 3) / 33, 13) + 29
    )


def _delayed(path: Path, no: float, ro: float) -> float:
    """Id: talker echo, listener echo, and delay as such (equations 7-18 to 7-28)."""
    return _talker_echo(path, no) + _listener_echo(path, ro) + _absolute_delay(path)


def _talker_echo(path: Path, no: float) -> float:
    terv = path.telr - 40 * math.log10((1 + path.t / 10) / (1 + path.t / 150)) + 6 * math.exp(-0.3 * path.t**2)
    i_st = _sidetone(path)
    if path.stmr < 9:
        terv += i_st / 2
    half = (-1.5 * (no - path.rlr) - (80 + 2.5 * (terv - 14))) / 2
    i_dte = (half + math.hypot(half, 10) - 1) * (1 - math.exp(-path.t))
    return math.hypot(i_dte, i_st) if path.stmr > 20 else i_dte


def _listener_echo(path: Path, ro: float) -> float:
    half = (ro - 10.5 * (path.wepl + 7) / math.sqrt(math.sqrt(path.tr + 1))) / 2
    return half + math.hypot(half, 13)


def _absolute_delay(path: Path) -> float:
    if path.ta <= path.m_t:
        return 0.0
    x, sharpness = math.log2(path.ta / path.m_t), 6 * path.s_t
    return 25 * (_knee(x, sharpness) - 3 * _knee(x / 3, sharpness) + 2)


def _knee(x: float, sharpness: float) -> float:
    """About 1 for a small x and about x for a large one: the bend that all these curves are made of."""
    return float((1 + x**sharpness) ** (1 / sharpness))


def _equipment(path: Path) -> float:
    """Ie,eff (equation 7-29)."""
    if path.ppl <= 0:
        return path.ie
    return path.ie + (95 - path.ie) * path.ppl / (path.ppl / path.burst_r + path.bpl)
