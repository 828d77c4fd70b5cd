"""An impaired network: namespaces in a chain, and between them a router whose every packet is known.

By hand: ``python -m tests.lab.router --delay 20 --jitter 40``, with ``--two-hops`` by way of a home router. In tests:
:mod:`tests.lab.router.fixtures`.
"""
