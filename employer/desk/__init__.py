"""The desk: web pages on which IT support reads what operators' computers reported."""

from employer.desk.routes import routes

__all__ = ["routes"]
