"""Answers to the exercise of lesson 00."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "never_below = 'A'", "of 1,000 z that line A drew around 0, 5"),
    (0, "never_below = 'B'", "were smaller than 0"),
    (0, "never_below = 'C'", "were smaller than 0"),
    (0, "never_below = 'rand'", "one of the letters A, B, C, D"),
    (0, "never_below = 4", "as text, not 4"),
    (0, "never_below = 'A and D'", "one of the letters"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "never_below = ' d'"),
    (0, "never_below = 'line D'"),
]
