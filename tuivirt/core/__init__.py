"""Pure vocabulary: stdlib and lxml only, no I/O, nothing else of ours."""
