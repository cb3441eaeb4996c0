"""Building blocks: the line-drawn table, prompts, plots."""
