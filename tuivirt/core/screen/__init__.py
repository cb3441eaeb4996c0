"""What a guest draws: its pictures, the text in them, and how often to look."""
