"""What the detail pane shows of a domain."""
