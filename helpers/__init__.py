"""Plumbing that the lessons share. The idea that a lesson studies stays in that lesson's cells."""
