"""The composition root: it may import every app, and no app imports it."""
