"""Measures: steps acquire captures, checks judge what the captures show. Imports nothing heavy."""
