"""Consoles on the screen: which are open, how they are drawn, and what keys do there."""
