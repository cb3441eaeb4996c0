"""Modal questions and forms."""
