"""Automatic checks of answers: which a question has stands in the questionnaire (`checks`)."""
