"""Opus for listening tests: the real library's coding, concealment and in-band forward correction."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from benchmarks.voice.sentences import RATE, Samples

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    from opuslib import APPLICATION_VOIP
    from opuslib.api import ctl, decoder, encoder

PACKET = RATE // 50
BITS_PER_SECOND = 24_000
EXPECTED_LOSS_PERCENT = 10
"""What the encoder is told to prepare for, where forward correction is on."""
LOOK_AHEAD = round(0.0065 * RATE)


def encode(samples: Samples, *, forward_correction: bool) -> list[bytes]:
    """Packets of 20 ms, narrowband."""
    state = encoder.create_state(RATE, 1, APPLICATION_VOIP)
    try:
        for set_to, value in (
            (ctl.set_bitrate, BITS_PER_SECOND),
            (ctl.set_inband_fec, int(forward_correction)),
            (ctl.set_packet_loss_perc, EXPECTED_LOSS_PERCENT if forward_correction else 0),
        ):
            encoder.encoder_ctl(state, set_to, value)
        whole = len(samples) // PACKET * PACKET
        return [
            bytes(encoder.encode(state, samples[at : at + PACKET].tobytes(), PACKET, 1000))
            for at in range(0, whole, PACKET)
        ]
    finally:
        encoder.destroy(state)


def decode(packets: Sequence[bytes], missing: Sequence[bool], by_copy: Sequence[bool]) -> Samples:
    """What is heard: a missing packet is concealed by the decoder, one ``by_copy`` is taken from the next packet."""
    state = decoder.create_state(RATE, 1)
    try:
        heard = b""
        for row, packet in enumerate(packets):
            if missing[row] or (by_copy[row] and row + 1 == len(packets)):
                heard += decoder.decode(state, None, 0, PACKET, False, channels=1)
            elif by_copy[row]:
                copy = packets[row + 1]
                heard += decoder.decode(state, copy, len(copy), PACKET, True, channels=1)
            else:
                heard += decoder.decode(state, packet, len(packet), PACKET, False, channels=1)
        return np.frombuffer(heard, np.int16)
    finally:
        decoder.destroy(state)
