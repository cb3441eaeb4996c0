"""Connections, threads, and every blocking call."""
