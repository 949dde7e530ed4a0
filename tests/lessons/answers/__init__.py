"""Answers to the lessons' exercises, one module a lesson: WRONG, with what the check says, and RIGHT."""
