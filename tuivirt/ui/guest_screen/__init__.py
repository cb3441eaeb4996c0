"""A guest's screen in the terminal: how it is drawn, and how keys get to the guest."""
