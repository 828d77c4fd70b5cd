"""Foreign implementations verify our envelopes: OpenSSL alone, and npm ``jose``."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from protocol.base64url import decode
from protocol.envelope import seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType

KEY = PrivateKey(bytes(range(32)))
PAYLOAD = '{"greeting":"Здравствуйте"}'.encode()
SEALED = seal(KEY, EnvelopeType.REPORT, PAYLOAD, "https://calls.example/api/v1/reports", show_key=True)
JOSE = "jose@6"

VERIFY_WITH_JOSE = """
import { compactVerify, importJWK, calculateJwkThumbprint } from 'jose';
import { readFileSync } from 'node:fs';
const envelope = readFileSync(process.argv[2], 'utf8');
const jwk = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const key = await importJWK(jwk, 'Ed25519');
const { payload, protectedHeader } = await compactVerify(envelope, key, { algorithms: ['Ed25519'] });
const thumbprint = await calculateJwkThumbprint(jwk);
console.log(JSON.stringify({ header: protectedHeader, payload: new TextDecoder().decode(payload), thumbprint }));
"""


def openssl_verifies(folder: Path, envelope: bytes) -> bool:
    """Whether OpenSSL's command line accepts the signature under our key."""
    signed, _, signature = envelope.rpartition(b".")
    (folder / "signed").write_bytes(signed)
    (folder / "signature").write_bytes(decode(signature.decode()))
    subject_public_key_info = bytes.fromhex("302a300506032b6570032100") + KEY.public.x  # RFC 8410, section 10.1
    (folder / "key.der").write_bytes(subject_public_key_info)
    arguments = ["-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER", "-rawin"]
    verified = subprocess.run(
        ["openssl", "pkeyutl", *arguments, "-in", "signed", "-sigfile", "signature"],
        cwd=folder,
        capture_output=True,
        timeout=60,
    )
    return verified.returncode == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_openssl_verifies_an_envelope(tmp_path: Path) -> None:
    assert openssl_verifies(tmp_path, SEALED)
    header, _, rest = SEALED.partition(b".")
    assert not openssl_verifies(tmp_path, header + b".e" + rest[1:-1] + b"Q")
    assert not openssl_verifies(tmp_path, header[:-1] + b"." + rest)


@pytest.mark.realtime
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_npm_jose_verifies_an_envelope(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module", "private": true}')
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", JOSE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
    )
    if installed.returncode != 0:
        pytest.skip(f"npm could not install {JOSE}: {installed.stderr.strip().splitlines()[-1:]}")
    (tmp_path / "verify.js").write_text(VERIFY_WITH_JOSE)
    (tmp_path / "envelope").write_bytes(SEALED)
    (tmp_path / "key.json").write_text(json.dumps(KEY.public.jwk))

    verified = subprocess.run(
        ["node", "verify.js", "envelope", "key.json"], cwd=tmp_path, capture_output=True, timeout=60
    )

    assert verified.returncode == 0, verified.stderr.decode()
    said = json.loads(verified.stdout)
    assert said["payload"].encode() == PAYLOAD
    assert said["thumbprint"] == said["header"]["kid"] == KEY.public.thumbprint
    (tmp_path / "envelope").write_bytes(SEALED[:-3] + b"AAA")
    forged = subprocess.run(
        ["node", "verify.js", "envelope", "key.json"], cwd=tmp_path, capture_output=True, timeout=60
    )
    assert forged.returncode != 0
    assert b"signature verification failed" in forged.stderr
