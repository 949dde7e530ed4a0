"""The checks of the lessons' exercises, one module a lesson.

A check takes the learner's answer and prints one line: "Not yet", what is wrong and how far off it
is, or "Right". It never raises: an untouched lesson runs through.
"""
