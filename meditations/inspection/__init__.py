"""A finished track, decoded and measured without looking at how it was made.

Nothing is imported here: workers, which measure spans, need only `spans`.
"""
