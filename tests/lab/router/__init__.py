"""An impaired network: two namespaces, and between them a router whose every packet is known.

By hand: ``python -m tests.lab.router --delay 20 --jitter 40``. In tests: :func:`tests.lab.router.network.impaired`.
"""
